// The gallery's filters and the address, which holds all of them.

/// What the gallery's address may say, in the order in which it says it.
const names = ["search", "status", "reason", "reviewed", "role", "min", "max", "sort", "seed", "after"];

/// The filters in an address's query.
export function read(query) {
  const given = new URLSearchParams(query);
  const filters = {};
  for (const name of names) {
    const value = given.getAll(name).join(",");
    if (value) filters[name] = value;
  }
  return filters;
}

/// The address of the gallery with filters.
export function address(filters, path = "/gallery") {
  const query = new URLSearchParams();
  for (const name of names) if (filters[name]) query.set(name, filters[name]);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/// The request for a page of pairs.
export function request(filters, limit) {
  const [sort, direction] = (filters.sort ?? "threshold-distance").split(/-(?=descending$)/);
  const asked = { ...filters, sort };
  const query = new URLSearchParams(address(asked).split("?")[1] ?? "");
  if (direction) query.set("descending", "true");
  query.set("limit", String(limit));
  return `/api/v1/pairs?${query}`;
}

/// The filters without a page's cursor: the first page.
export function first(filters) {
  const { after, ...rest } = filters;
  return rest;
}

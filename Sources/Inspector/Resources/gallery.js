// The gallery: pairs as cards, a page at a time.

import "./frame.js";
import { get } from "./api.js";
import { announce, make, replace } from "./dom.js";
import * as filters from "./filters.js";
import { count, fraction, pairs, words } from "./format.js";
import { failure } from "./frame.js";
import { bind } from "./keys.js";
import { picture } from "./picture.js";
import { badge, buttons, review, undo } from "./review.js";
import { foreign } from "./text.js";

const pageSize = 48;
const form = document.querySelector("form.filters");
const cards = document.getElementById("cards");
const result = document.getElementById("result");
let shown = {};
let loading = null;

/// Shows what the address asks for.
async function load() {
  shown = filters.read(location.search);
  fillForm();
  loading?.abort();
  loading = new AbortController();
  result.textContent = "Loading …";
  cards.setAttribute("aria-busy", "true");
  try {
    const page = await get(filters.request(shown, pageSize), { signal: loading.signal });
    show(page);
  } catch (error) {
    if (error.name === "AbortError") return;
    replace(cards);
    replace(result, failure(error, load));
  }
  cards.removeAttribute("aria-busy");
}

function show(page) {
  replace(cards, page.rows.map(card));
  const more = page.next ? " on this page" : "";
  if (page.rows.length === 0) {
    result.textContent = shown.after ? "There are no more pairs." : "No pair passes these filters.";
  } else if (page.matching === null || page.matching === undefined) {
    result.textContent = `${pairs(page.rows.length)}${more}`;
  } else {
    result.textContent = page.rows.length === page.matching
      ? pairs(page.matching) : `${pairs(page.matching)}, ${count(page.rows.length)} on this page`;
  }
  const next = document.getElementById("next-page");
  next.hidden = !page.next;
  if (page.next) next.href = filters.address({ ...shown, after: page.next });
  const first = document.getElementById("first-page");
  first.hidden = !shown.after;
  first.href = filters.address(filters.first(shown));
  remember(page);
  returnToPlace();
}

/// The pair's page goes on to the next one in this list.
function remember(page) {
  try {
    sessionStorage.setItem("winnow-list", JSON.stringify({
      query: location.search, pairs: page.rows.map((pair) => pair.pair_id),
    }));
  } catch {
    // Without storage the pair's page has no next one.
  }
}

/// After a look at a pair, its card has the focus again.
function returnToPlace() {
  let place = null;
  try {
    place = sessionStorage.getItem("winnow-place");
    sessionStorage.removeItem("winnow-place");
  } catch {
    return;
  }
  const item = place && cards.querySelector(`li[data-pair="${Number(place)}"]`);
  if (!item) return;
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "center" });
}

function card(pair) {
  const item = make("li", { class: `card ${pair.final_status}`, tabindex: "-1", "data-pair": pair.pair_id });
  item.pair = pair;
  fillCard(item);
  return item;
}

function fillCard(item) {
  const pair = item.pair;
  item.className = `card ${pair.final_status}`;
  const whole = pair.is_cut ? async () => (await get(`/api/v1/pairs/${pair.pair_id}`)).pair.caption : null;
  const link = make("a", { class: "open", href: filters.address(filters.first(shown), `/pairs/${pair.pair_id}`) },
    picture(pair), make("span", { class: "number" }, `Pair ${pair.pair_id}`));
  replace(item, link,
    make("div", { class: "about" },
      make("p", { class: "caption" }, foreign(pair.caption, { limit: 160, whole })),
      make("p", { class: "facts" }, badge(pair),
        pair.similarity == null ? null : make("span", { class: "similarity", title: "similarity" }, fraction(pair.similarity)))),
    buttons(pair, (name) => act(item, name)));
}

async function act(item, name) {
  if (!item?.pair || item.pair.status === "failed") {
    if (item?.pair) announce(`Pair ${item.pair.pair_id} failed before it was judged; a review cannot keep it.`);
    return;
  }
  const hadFocus = item.contains(document.activeElement);
  item.setAttribute("aria-busy", "true");
  try {
    const changed = name === "undo" ? await undo(item.pair) : await review(item.pair, name);
    item.pair = changed;
    fillCard(item);
    if (hadFocus) item.focus({ preventScroll: true });
  } catch (error) {
    item.querySelector(".problem")?.remove();
    item.append(failure(error));
  }
  item.removeAttribute("aria-busy");
}

// Moving

function focused() { return document.activeElement?.closest?.("li.card") ?? null; }

function move(step) {
  const all = [...cards.children];
  if (all.length === 0) return;
  const from = focused();
  const index = from ? all.indexOf(from) + step : (step > 0 ? 0 : all.length - 1);
  const target = all[Math.min(Math.max(index, 0), all.length - 1)];
  if (target === from && step > 0) {
    announce("This is the last pair of the page. Press n for the next page.");
    return;
  }
  target.focus();
  target.scrollIntoView({ block: "nearest" });
}

bind("j", "go to the next pair", () => move(1));
bind("k", "go to the pair before", () => move(-1));
bind("a", "keep the pair", () => act(focused(), "kept"));
bind("r", "reject the pair", () => act(focused(), "rejected"));
bind("u", "undo the pair's review", () => act(focused(), "undo"));
bind("Enter", "open the pair", () => focused()?.querySelector("a.open")?.click());
bind("n", "go to the next page", () => {
  const next = document.getElementById("next-page");
  if (!next.hidden) next.click();
});
bind("/", "search the captions", () => form.elements.search.focus());

// Filters

function fillForm() {
  for (const control of form.querySelectorAll("input, select")) {
    const value = shown[control.name] ?? "";
    if (control instanceof HTMLSelectElement && ![...control.options].some((option) => option.value === value)) {
      control.append(make("option", { value }, words(value).replaceAll(",", ", ")));
    }
    control.value = value;
  }
  const chips = document.getElementById("active-filters");
  const range = shown.min || shown.max;
  chips.hidden = !range;
  if (range) {
    const { min, max, ...rest } = filters.first(shown);
    const text = min && max ? `similarity from ${min} to ${max}` : min ? `similarity above ${min}` : `similarity up to ${max}`;
    replace(chips, make("span", { class: "chip" }, text, " ",
      make("a", { href: filters.address(rest), "aria-label": `Remove the filter: ${text}` }, "×")));
  }
}

function submit(event) {
  event?.preventDefault();
  const next = { min: shown.min, max: shown.max, seed: shown.seed };
  for (const control of form.querySelectorAll("input, select")) {
    if (control.value.trim()) next[control.name] = control.value.trim();
  }
  go(filters.address(next));
}

function go(address) {
  if (address !== location.pathname + location.search) history.pushState(null, "", address);
  load();
}

form.addEventListener("submit", submit);
for (const select of form.querySelectorAll("select")) select.addEventListener("change", () => submit());
form.elements.search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") submit(event);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='/gallery']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || link.closest("header")) return;
  event.preventDefault();
  go(link.getAttribute("href"));
  window.scrollTo({ top: 0 });
});
window.addEventListener("popstate", load);

/// The reasons that occur, to choose from.
async function listReasons() {
  let summary;
  try {
    summary = await get("/api/v1/summary");
  } catch {
    return; // The filter offers none; the list itself says what is wrong.
  }
  const totals = new Map();
  for (const entry of summary.counts) {
    if (entry.reason) totals.set(entry.reason, (totals.get(entry.reason) ?? 0) + entry.pairs);
  }
  const select = form.elements.reason;
  const chosen = shown.reason ?? "";
  select.replaceChildren(make("option", { value: "" }, "any"));
  for (const [reason, total] of [...totals].sort((one, two) => two[1] - one[1])) {
    select.append(make("option", { value: reason }, `${words(reason)} (${count(total)})`));
  }
  if (![...select.options].some((option) => option.value === chosen)) {
    select.append(make("option", { value: chosen }, words(chosen).replaceAll(",", ", ")));
  }
  select.value = chosen;
}

await load();
listReasons();

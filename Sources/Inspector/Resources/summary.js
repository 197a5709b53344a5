// Where every line ended, by stage and reason.

import { make } from "./dom.js";
import { count, pairs, percent, words } from "./format.js";

const order = ["kept", "rejected", "pending", "failed"];
const stages = ["ingest", "fetch", "featurize", "train", "score", "purify"];

/// A bar of all harvested pairs and a table of reasons. `links` makes gallery addresses.
export function endings(summary, links = null) {
  const harvested = summary.counts.filter((entry) => entry.role === "train");
  const trusted = summary.counts.filter((entry) => entry.role !== "train");
  const total = sum(harvested);
  const statuses = order.map((status) => [status, sum(harvested.filter((entry) => entry.status === status))])
    .filter(([, number]) => number > 0);
  return [
    make("p", { class: "lead" }, make("b", {}, pairs(total)), " came in to be cleaned",
      statuses.length ? ": " : ".", statuses.map(([status, number], index) => [
        index > 0 ? ", " : null, make("b", { class: `ink ${status}` }, count(number)), ` ${status} (${percent(number, total)})`]),
      statuses.length ? "." : null,
      trusted.length ? ` Beside them are ${pairs(sum(trusted))} given as trusted${byRole(trusted)}.` : null),
    bar(statuses, total),
    table(merge(harvested), total, links),
  ];
}

function byRole(entries) {
  const roles = [...new Set(entries.map((entry) => entry.role))];
  return ` (${roles.map((role) => `${count(sum(entries.filter((entry) => entry.role === role)))} ${role}`).join(", ")})`;
}

function sum(entries) { return entries.reduce((total, entry) => total + entry.pairs, 0); }

function bar(statuses, total) {
  const parts = statuses.map(([status, number]) => {
    const part = make("span", { class: `part ${status}` });
    part.style.setProperty("flex-grow", String(number));
    return part;
  });
  return make("div", { class: "share-bar", role: "img",
    "aria-label": statuses.map(([status, number]) => `${status} ${percent(number, total)}`).join(", ") }, parts);
}

/// One entry for each stage, status and reason.
function merge(entries) {
  const merged = new Map();
  for (const entry of entries) {
    const key = [entry.status, entry.reason, entry.stage].join(" ");
    const known = merged.get(key);
    if (known) known.pairs += entry.pairs;
    else merged.set(key, { ...entry });
  }
  const place = (list, value) => (list.indexOf(value) + list.length + 1) % (list.length + 1);
  return [...merged.values()].sort((one, two) =>
    place(order, one.status) - place(order, two.status) || place(stages, one.stage) - place(stages, two.stage)
    || two.pairs - one.pairs);
}

function table(entries, total, links) {
  const row = (entry) => {
    const name = entry.reason ? words(entry.reason) : entry.status === "pending" ? "not decided yet" : entry.status;
    const share = make("span", { class: `mini ${entry.status}` });
    share.style.setProperty("inline-size", `${Math.max(100 * entry.pairs / total, 0.5)}%`);
    return make("tr", {},
      make("th", { scope: "row" }, links ? make("a", { href: links.reason(entry) }, name) : name),
      make("td", {}, make("span", { class: `badge ${entry.status}` }, make("b", {}, entry.status))),
      make("td", { class: "stage" }, entry.stage ?? ""),
      make("td", { class: "number" }, count(entry.pairs)),
      make("td", { class: "number" }, percent(entry.pairs, total)),
      make("td", { class: "track", "aria-hidden": "true" }, share),
      make("td", { class: "meaning" }, entry.explanation ?? ""));
  };
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Pairs by reason" },
    make("table", { class: "reasons" },
      make("caption", { class: "announcer" }, "Harvested pairs by reason"),
      make("thead", {}, make("tr", {}, ["Reason", "Status", "Stage", "Pairs", "Share"].map((head) =>
        make("th", { scope: "col", class: head === "Pairs" || head === "Share" ? "number" : null }, head)),
      make("td", { class: "track" }), make("th", { scope: "col", class: "meaning" }, "Meaning"))),
      make("tbody", {}, entries.map(row))));
}

/// The runs, newest first.
export function runTable(runs) {
  if (runs.length === 0) return make("p", {}, "Nothing was run yet.");
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Runs" },
    make("table", {}, make("caption", { class: "announcer" }, "Runs, newest first"),
      make("thead", {}, make("tr", {}, ["Run", "Stage", "Began", "Took", "Ended with"].map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, [...runs].reverse().map((run) => make("tr", {},
        make("th", { scope: "row" }, String(run.run_id)), make("td", {}, run.command),
        make("td", {}, run.began), make("td", {}, run.took ?? "not ended"),
        make("td", {}, Object.entries(run.counts).sort((one, two) => two[1] - one[1])
          .map(([reason, number]) => `${count(number)} ${words(reason)}`).join(", ")))))));
}

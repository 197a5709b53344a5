// Labelling: random pairs, one after another, until there are enough of them.

import "./frame.js";
import { get } from "./api.js";
import { announce, make, replace } from "./dom.js";
import { count } from "./format.js";
import { failure } from "./frame.js";
import { bind } from "./keys.js";
import { picture } from "./picture.js";
import { review, undo } from "./review.js";
import { foreign } from "./text.js";

const root = document.getElementById("label");
let session = null;
/// Where in the list we are.
let place = 0;
let isBusy = false;

async function load() {
  const asked = new URLSearchParams(location.search);
  const query = new URLSearchParams();
  for (const name of ["seed", "count"]) if (asked.get(name)) query.set(name, asked.get(name));
  try {
    session = await get(`/api/v1/label${query.size ? `?${query}` : ""}`);
    const open = session.pairs.findIndex((pair) => !isLabelled(pair));
    place = open < 0 ? session.pairs.length : open;
    await show();
  } catch (error) {
    replace(root, failure(error, load));
  }
}

function isLabelled(pair) { return pair.verdict === "kept" || pair.verdict === "rejected"; }

async function show() {
  const total = session.pairs.length;
  const done = session.pairs.filter(isLabelled).length;
  const progress = make("div", { class: "progress" },
    make("p", { id: "progress" }, `${count(done)} of ${count(total)}`),
    make("progress", { max: Math.max(total, 1), value: done, "aria-labelledby": "progress" }));
  if (place >= total) {
    replace(root, progress, finish(total, done));
    return;
  }
  const pair = session.pairs[place];
  replace(root, progress, make("div", { class: "labelling" },
    make("figure", {}, picture(pair, { size: "image", lazy: false }),
      make("figcaption", {}, foreign(pair.caption, { limit: 1000, name: "blockquote" }))),
    make("div", { class: "answers", role: "group", "aria-label": "Your answer" },
      answer("kept", "Yes, it does", "a", pair), answer("rejected", "No", "r", pair),
      make("button", { type: "button", class: "quiet", on: { click: () => go(1) } }, "Skip ", make("kbd", { "aria-hidden": "true" }, "j"))),
    make("div", { class: "more" },
      make("label", { for: "note" }, "Note (optional)"), make("input", { id: "note", maxlength: "2000", autocomplete: "off", placeholder: "Note (optional)" }),
      make("button", { type: "button", class: "quiet", disabled: place === 0 ? true : null, on: { click: () => go(-1) } },
        "Back ", make("kbd", { "aria-hidden": "true" }, "k")),
      make("button", { type: "button", class: "quiet", on: { click: takeBack } }, "Undo the last ", make("kbd", { "aria-hidden": "true" }, "u"))),
    make("p", { class: "hint" }, `Pair ${pair.pair_id}. Seed ${session.seed}: the same seed asks for the same pairs.`)));
  prefetch(session.pairs[place + 1]);
}

/// The next picture is there before it is asked for.
function prefetch(pair) {
  if (pair?.has_image) new Image().src = `/api/v1/pairs/${pair.pair_id}/image`;
}

function answer(verdict, text, key, pair) {
  return make("button", {
    type: "button", class: `verdict ${verdict}`, "aria-pressed": String(pair.verdict === verdict),
    on: { click: () => act(verdict) },
  }, text, " ", make("kbd", { "aria-hidden": "true" }, key));
}

function finish(total, done) {
  if (total === 0) {
    return make("p", { class: "notice" }, "There is no pair to label: nothing was ingested, or every line failed.");
  }
  const skipped = total - done;
  return make("div", { class: "finished" },
    make("h2", {}, skipped === 0 ? "All labelled" : `At the end, ${count(skipped)} skipped`),
    make("p", {}, "Train with them as trusted pairs:"),
    make("pre", { tabindex: "0" }, make("code", {}, session.train_command)),
    make("p", {}, make("a", { href: "/reviews" }, "All reviews"),
      skipped > 0 ? [" · ", make("button", { type: "button", class: "link", on: { click: again } }, "go through the skipped ones")] : null));
}

function again() {
  place = session.pairs.findIndex((pair) => !isLabelled(pair));
  show();
}

function go(step) {
  const next = place + step;
  if (next < 0 || next > session.pairs.length) return;
  place = next;
  show();
}

async function act(verdict) {
  if (isBusy || !session || place >= session.pairs.length) return;
  isBusy = true;
  const at = place;
  try {
    const changed = await review(session.pairs[at], verdict, document.getElementById("note")?.value.trim() ?? "");
    session.pairs[at] = changed;
    session.last = at;
    go(1);
  } catch (error) {
    root.querySelector(".problem")?.remove();
    root.append(failure(error));
  }
  isBusy = false;
}

async function takeBack() {
  if (isBusy || !session) return;
  const at = session.last ?? session.pairs.slice(0, place).findLastIndex(isLabelled);
  if (at < 0 || !isLabelled(session.pairs[at])) {
    announce("There is nothing to undo.");
    return;
  }
  isBusy = true;
  try {
    const changed = await undo(session.pairs[at]);
    session.pairs[at] = changed;
    session.last = undefined;
    place = at;
    await show();
  } catch (error) {
    root.querySelector(".problem")?.remove();
    root.append(failure(error));
  }
  isBusy = false;
}

bind("a", "yes, the caption describes the picture", () => act("kept"));
bind("r", "no, it does not", () => act("rejected"));
bind("j", "skip", () => go(1));
bind("k", "go back", () => go(-1));
bind("u", "undo the last answer", takeBack);
bind("n", "write a note", () => document.getElementById("note")?.focus());

load();

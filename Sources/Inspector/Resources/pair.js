// One pair: everything known about it, why it was decided so, and what a reviewer says.

import "./frame.js";
import { get } from "./api.js";
import { make, replace } from "./dom.js";
import { bestMatches, groundedWords } from "./explanation.js";
import * as filters from "./filters.js";
import { count, fraction, time, words } from "./format.js";
import { failure } from "./frame.js";
import { HeatMap } from "./heatmap.js";
import { bind } from "./keys.js";
import { meter, picture } from "./picture.js";
import { badge, buttons, review, undo } from "./review.js";
import { address, foreign } from "./text.js";

const root = document.getElementById("pair");
const number = Number(location.pathname.split("/").at(-1));
const list = filters.read(location.search);
let about = null;

async function load() {
  try {
    about = await get(`/api/v1/pairs/${number}`);
    show();
  } catch (error) {
    replace(root, make("h1", {}, `Pair ${number}`), failure(error, load));
  }
}

function pairAddress(id) { return filters.address(list, `/pairs/${id}`); }

function show() {
  const { pair } = about;
  document.title = `Pair ${pair.pair_id} · Winnow`;
  const heat = HeatMap.isPossible(about.explanation) && pair.has_image
    ? new HeatMap(about.explanation) : null;
  const note = root.querySelector("textarea")?.value ?? "";
  replace(root,
    neighbours(),
    make("h1", {}, `Pair ${pair.pair_id}`),
    make("div", { class: "pair" },
      make("div", { class: "seen" }, large(pair, heat),
        about.explanation ? make("section", { class: "grounding-section", "aria-labelledby": "words" },
          make("h2", { id: "words" }, "What the picture says to each word"), groundedWords(about.explanation, heat)) : null),
      make("div", { class: "judgement" },
        foreign(pair.caption, { limit: 2000, name: "blockquote" }),
        make("p", {}, badge(pair)),
        make("p", { class: "sentence" }, sentence(pair)),
        reviewing(pair, note),
        scores(pair))),
    why(pair),
    near(), history(), facts(pair));
}

function neighbours() {
  const ids = remembered().pairs;
  const index = ids.indexOf(number);
  const link = (id, text, rel) => (id === undefined ? null
    : make("a", { class: "button quiet", href: pairAddress(id), rel, id: `${rel}-pair` }, text));
  return make("nav", { class: "neighbours", "aria-label": "Pairs of the gallery" },
    make("a", { class: "button quiet", href: galleryAddress(), id: "gallery-link" }, "Gallery"),
    index < 0 ? null : link(ids[index - 1], "Previous", "prev"),
    index < 0 ? null : link(ids[index + 1], "Next", "next"));
}

/// The gallery's page that this pair was opened from, or the first one of its list.
function galleryAddress() {
  const { query, pairs } = remembered();
  return pairs.includes(number) ? `/gallery${query}` : filters.address(list);
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem("winnow-list")) ?? { query: "", pairs: [] };
  } catch {
    return { query: "", pairs: [] };
  }
}

/// The gallery goes on at the pair that was looked at last.
function rememberPlace() {
  try {
    sessionStorage.setItem("winnow-place", String(number));
  } catch {
    // Without storage it begins at its top.
  }
}

function large(pair, heat) {
  const frame = picture(pair, { size: "image", lazy: false });
  const image = frame.querySelector("img");
  if (!image) return frame;
  if (heat) frame.append(heat.canvas);
  const place = () => {
    // Small pictures are enlarged, up to three times.
    const side = Math.max(image.naturalWidth, image.naturalHeight);
    if (side > 0 && side < 360) {
      image.style.setProperty("inline-size", `${Math.round(image.naturalWidth * Math.min(3, 360 / side))}px`);
    }
    heat?.place(image);
  };
  if (image.complete) place();
  image.addEventListener("load", place);
  return frame;
}

function sentence(pair) {
  if (pair.final_reason === "overruled") {
    return `A reviewer decided against the model, which had it ${pair.status}: ${lower(pair.explanation)}`;
  }
  const detail = pair.detail ? ` (${pair.detail})` : "";
  if (!pair.explanation) return pair.status === "pending" ? "No model has judged this pair yet." : "";
  return detail ? [pair.explanation.replace(/\.$/, ""), " (", foreign(pair.detail, { limit: 400 }), ")."] : pair.explanation;
}

function lower(text) { return text ? text[0].toLowerCase() + text.slice(1) : ""; }

function reviewing(pair, note) {
  const area = make("textarea", { id: "note", rows: 2, maxlength: 2000, placeholder: "why, for whoever looks next" });
  area.value = note;
  const form = make("div", { class: "reviewing" },
    make("label", { for: "note" }, "Note (optional)"), area,
    buttons(pair, (name) => act(name)));
  return pair.status === "failed"
    ? make("p", { class: "notice" }, "This pair failed before it was judged, so a review cannot keep it.") : form;
}

async function act(name) {
  if (!about || about.pair.status === "failed") return;
  const area = root.querySelector("textarea");
  const hadFocus = document.activeElement?.closest?.(".verdict")?.className;
  try {
    if (name === "undo") await undo(about.pair);
    else await review(about.pair, name, area?.value.trim() ?? "");
    if (area) area.value = "";
    about = await get(`/api/v1/pairs/${number}`);
    show();
    if (hadFocus) root.querySelector(`button.${name}`)?.focus();
  } catch (error) {
    root.querySelector(".reviewing .problem")?.remove();
    root.querySelector(".reviewing")?.append(failure(error));
  }
}

function scores(pair) {
  const row = (label, value, extra = null) => make("div", {}, make("dt", {}, label), make("dd", {}, value, extra));
  return make("dl", { class: "scores" },
    row("Similarity", fraction(pair.similarity), meter(pair)),
    row("Network A", fraction(pair.similarity_a)),
    row("Network B", fraction(pair.similarity_b)),
    row("Clean probability", fraction(pair.clean_probability)));
}

function why(pair) {
  if (about.explanation) return make("div", { class: "why" }, bestMatches(pair, about.explanation, pairAddress));
  const title = make("h2", { id: "why" }, "Why");
  const text = pair.similarity == null
    ? "There is no explanation, since no model has scored this pair yet."
    : "There is no explanation of this pair yet. One shows how well the picture grounds each word, where each word looks, and which captions and pictures would fit better. To make it for the rejected pairs and those nearest the threshold, run:";
  return make("section", { "aria-labelledby": "why" }, title, make("p", {}, text),
    pair.similarity == null ? null : make("pre", { tabindex: "0" }, make("code", {}, about.explain_command)));
}

function near() {
  if (about.near.length === 0) return null;
  return make("section", { "aria-labelledby": "near" },
    make("h2", { id: "near" }, "The same picture, or nearly"),
    make("ul", { class: "matches pictures" }, about.near.map((other) => make("li", {},
      make("a", { href: pairAddress(other.pair_id), "aria-label": `Pair ${other.pair_id}` }, picture(other)),
      make("p", { class: "caption" }, foreign(other.caption, { limit: 90 })), badge(other)))));
}

function table(caption, heads, rows) {
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    make("table", {}, make("caption", {}, caption),
      make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, rows.map((row) => make("tr", {}, row.map((cell) => make("td", {}, cell)))))));
}

function history() {
  const { decisions, scores: scored, reviews } = about.history;
  return make("section", { "aria-labelledby": "history" }, make("h2", { id: "history" }, "History"),
    reviews.length ? table("Reviews, newest first", ["When", "Who", "Verdict", "Note"],
      [...reviews].reverse().map((entry) => [time(entry.created_at), foreign(entry.reviewer, { limit: 60 }),
        entry.verdict, entry.note ? foreign(entry.note, { limit: 500 }) : ""])) : null,
    decisions.length ? table("Decisions, newest first", ["Run", "When", "Rule", "Decision", "Reason", "Clean probability"],
      [...decisions].reverse().map((entry) => [`${entry.run_id}`, time(entry.decided_at),
        `${entry.rule} above ${fraction(entry.threshold)}`, entry.kept ? "kept" : "rejected",
        words(entry.reason), fraction(entry.clean_probability)])) : make("p", {}, "No run has decided about this pair yet."),
    scored.length ? table("Scores, newest first", ["Model", "A", "B", "Similarity"],
      [...scored].reverse().map((entry) => [make("code", {}, entry.model_id), fraction(entry.similarity_a),
        fraction(entry.similarity_b), fraction(entry.similarity)])) : null);
}

function facts(pair) {
  const row = (label, ...value) => make("div", {}, make("dt", {}, label), make("dd", {}, value));
  return make("section", { "aria-labelledby": "facts" }, make("h2", { id: "facts" }, "Where it comes from"),
    make("dl", { class: "facts" },
      row("Manifest", foreign(pair.source, { limit: 400 }), `, line ${count(pair.line)}`),
      row("URL", address(pair.url)),
      row("Role", pair.role),
      row("Key", make("code", {}, pair.key)),
      pair.image_sha256 ? row("Picture", `${pair.image_format ?? ""} ${pair.width ?? "?"} × ${pair.height ?? "?"}, SHA-256 `,
        make("code", { class: "long" }, pair.image_sha256)) : null));
}

const follow = (id) => document.getElementById(id)?.click();
bind("j", "go to the next pair of the gallery", () => follow("next-pair"));
bind("k", "go to the pair before", () => follow("prev-pair"));
bind("a", "keep the pair", () => act("kept"));
bind("r", "reject the pair", () => act("rejected"));
bind("u", "undo the pair's review", () => act("undo"));
bind("n", "write a note", () => document.getElementById("note")?.focus());
bind("g", "back to the gallery", () => follow("gallery-link"));

rememberPlace();
load();

// All reviews, newest first.

import "./frame.js";
import { get } from "./api.js";
import { make, replace } from "./dom.js";
import { count, time } from "./format.js";
import { failure } from "./frame.js";
import { picture } from "./picture.js";
import { badge } from "./review.js";
import { foreign } from "./text.js";

const root = document.getElementById("reviews");
const result = document.getElementById("result");

async function load() {
  const after = new URLSearchParams(location.search).get("after");
  const query = new URLSearchParams({ limit: "50", ...(after ? { after } : {}) });
  try {
    show(await get(`/api/v1/reviews?${query}`), after);
  } catch (error) {
    replace(result, failure(error, load));
  }
}

function show(page, after) {
  result.textContent = page.reviews.length === 0
    ? "Nobody has reviewed a pair yet. Keep or reject pairs in the gallery, or begin with random ones under Label."
    : `${page.reviews.length === 1 ? "1 review" : `${count(page.reviews.length)} reviews`}${page.next || after ? " on this page" : ""}. winnow-export --reviews writes them as a manifest.`;
  replace(root, page.reviews.length === 0 ? [] : make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Reviews" },
    make("table", { class: "reviews" }, make("caption", { class: "announcer" }, "Reviews, newest first"),
      make("thead", {}, make("tr", {}, ["Pair", "Caption", "Verdict", "Now", "Who", "When", "Note"].map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, page.reviews.map((entry) => make("tr", {},
        make("td", {}, make("a", { href: `/pairs/${entry.pair.pair_id}`, "aria-label": `Pair ${entry.pair.pair_id}` }, picture(entry.pair))),
        make("td", { class: "caption" }, foreign(entry.pair.caption, { limit: 120 })),
        make("td", {}, entry.verdict),
        make("td", {}, badge(entry.pair)),
        make("td", {}, foreign(entry.reviewer, { limit: 60 })),
        make("td", {}, make("time", { datetime: entry.created_at }, time(entry.created_at))),
        make("td", {}, entry.note ? foreign(entry.note, { limit: 200 }) : "")))))));
  const next = document.getElementById("next-page");
  next.hidden = !page.next;
  if (page.next) next.href = `/reviews?after=${encodeURIComponent(page.next)}`;
  document.getElementById("first-page").hidden = !after;
}

load();

// Why: each word's grounding and what it looks at, and what else fits.

import { make, replace } from "./dom.js";
import { fraction } from "./format.js";
import { HeatMap } from "./heatmap.js";
import { picture } from "./picture.js";
import { badge } from "./review.js";
import { foreign, visible } from "./text.js";

/// The words of a caption, shaded by how well the picture grounds them; hovering, focusing or
/// pressing one shows where it looks.
export function groundedWords(explanation, heat) {
  const said = make("p", { class: "looks", role: "status" }, heat
    ? "Hover over, focus or press a word to see where it looks." : "These regions are no grid, so there is no map of them.");
  let pinned = null;
  const show = (index, chip) => {
    for (const other of list.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === chip && pinned === index));
    if (!heat) return;
    heat.show(index);
    replace(said, make("b", {}, ...visible(explanation.words[index])), ` looks ${heat.describe(index)}.`);
  };
  const hide = () => {
    if (pinned !== null) { show(pinned, list.children[pinned].firstElementChild); return; }
    heat?.hide();
  };
  const list = make("ol", { class: "words", "aria-label": "Words of the caption with their grounding" });
  // Cosines seldom come near 1: half of it is shown as much, and more where a word has more.
  const most = Math.max(0.5, ...explanation.grounding);
  explanation.words.forEach((word, index) => {
    const grounding = explanation.grounding[index];
    const isKnown = explanation.known[index];
    const chip = make("button", {
      type: "button", class: `word ${isKnown ? "" : "unknown"}`, "aria-pressed": "false",
      title: isKnown ? null : "not in the vocabulary: seen too rarely in training",
    }, make("bdi", {}, ...visible(word)), make("span", { class: "grounding" }, fraction(grounding)));
    chip.style.setProperty("--grounding", String(Math.max(grounding, 0) / most));
    chip.addEventListener("mouseenter", () => show(index, chip));
    chip.addEventListener("mouseleave", hide);
    chip.addEventListener("focus", () => show(index, chip));
    chip.addEventListener("blur", hide);
    chip.addEventListener("click", () => {
      pinned = pinned === index ? null : index;
      show(index, chip);
    });
    list.append(make("li", {}, chip));
  });
  return make("div", { class: "grounded" }, list, said,
    make("p", { class: "scale" }, "Grounding is the cosine of a word and what it finds in the picture: ",
      make("span", { class: "swatch low" }), " little, ", make("span", { class: "swatch high" }), " much. Dotted words are not in the vocabulary."));
}

/// The captions that fit the picture best, and the pictures that fit the caption best.
export function bestMatches(pair, explanation, address) {
  const own = (match) => match.pair.pair_id === pair.pair_id;
  const captions = make("ol", { class: "matches captions" }, explanation.captions.map((match) =>
    make("li", { class: own(match) ? "own" : null },
      make("span", { class: "score" }, fraction(match.similarity)),
      make("a", { href: address(match.pair.pair_id) }, foreign(match.pair.caption, { limit: 160 })),
      own(match) ? make("span", { class: "chip" }, "this pair") : null)));
  const images = make("ol", { class: "matches pictures" }, explanation.images.map((match) =>
    make("li", { class: own(match) ? "own" : null },
      make("a", { href: address(match.pair.pair_id), "aria-label": `Pair ${match.pair.pair_id}` }, picture(match.pair)),
      make("span", { class: "score" }, fraction(match.similarity)),
      own(match) ? make("span", { class: "chip" }, "this pair") : badge(match.pair))));
  return [
    make("section", { "aria-labelledby": "best-captions" },
      make("h2", { id: "best-captions" }, "Captions that fit this picture best"),
      explanation.captions.length ? captions : make("p", {}, "None was compared.")),
    make("section", { "aria-labelledby": "best-pictures" },
      make("h2", { id: "best-pictures" }, "Pictures that fit this caption best"),
      explanation.images.length ? images : make("p", {}, "None was compared.")),
  ];
}

// Pictures by the number of their pair; none has an address of its own.

import { make } from "./dom.js";

/// A pair's picture, or words where there is none.
export function picture(pair, { size = "thumbnail", lazy = true } = {}) {
  const frame = make("span", { class: `picture ${size}` });
  const missing = () => frame.replaceChildren(make("span", { class: "no-picture" }, "no picture here"));
  if (!pair.has_image) {
    missing();
    return frame;
  }
  const image = make("img", {
    src: `/api/v1/pairs/${pair.pair_id}/${size}`, alt: `Picture of pair ${pair.pair_id}`,
    loading: lazy ? "lazy" : null, decoding: "async",
  });
  image.addEventListener("error", missing);
  frame.append(image);
  return frame;
}

/// A bar for a similarity from 0 to 1, with a mark at the threshold.
export function meter(pair) {
  if (pair.similarity === null || pair.similarity === undefined) return null;
  const bar = make("span", { class: "meter", "aria-hidden": "true" }, make("span", { class: "fill" }));
  bar.firstElementChild.style.setProperty("inline-size", `${100 * Math.min(Math.max(pair.similarity, 0), 1)}%`);
  return bar;
}

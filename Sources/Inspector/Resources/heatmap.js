// What a word attends to, drawn over the picture.

import { make } from "./dom.js";

/// A drawing of region weights to lay over a picture. The network saw a square: the middle of the
/// picture ("crop"), or all of it with white beside it ("pad").
export class HeatMap {
  constructor(explanation) {
    this.rows = explanation.region_rows;
    this.columns = explanation.region_columns;
    this.attention = explanation.attention;
    this.fit = explanation.fit;
    this.canvas = make("canvas", { class: "heat", width: this.columns, height: this.rows, "aria-hidden": "true", hidden: true });
  }

  /// Whether the regions are a grid that can be drawn.
  static isPossible(explanation) {
    return Boolean(explanation?.region_rows && explanation?.region_columns);
  }

  weights(word) {
    const size = this.rows * this.columns;
    return this.attention.slice(word * size, (word + 1) * size);
  }

  show(word) {
    const weights = this.weights(word);
    const context = this.canvas.getContext("2d");
    const pixels = context.createImageData(this.columns, this.rows);
    weights.forEach((weight, index) => {
      // From nothing over violet and orange to yellow: dark to bright, so that it reads without hue.
      const [red, green, blue] = colour(weight / 255);
      pixels.data.set([red, green, blue, 200 * (weight / 255) ** 1.4], 4 * index);
    });
    context.putImageData(pixels, 0, 0);
    this.canvas.hidden = false;
  }

  hide() { this.canvas.hidden = true; }

  /// Places the drawing over the part of the picture that the network saw.
  place(image) {
    const [width, height] = [image.naturalWidth, image.naturalHeight];
    if (!width || !height) return;
    const side = this.fit === "pad" ? Math.max(width, height) : Math.min(width, height);
    const style = this.canvas.style;
    style.setProperty("inline-size", `${100 * side / width}%`);
    style.setProperty("block-size", `${100 * side / height}%`);
    style.setProperty("inset-inline-start", `${50 * (width - side) / width}%`);
    style.setProperty("inset-block-start", `${50 * (height - side) / height}%`);
  }

  /// Where a word looks most, in words: "mostly at the upper left".
  describe(word) {
    const weights = this.weights(word);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (total === 0) return "nowhere in particular";
    const least = Math.min(...weights);
    if (least > 0.8 * 255) return "everywhere alike";
    let [across, down, sum] = [0, 0, 0];
    weights.forEach((weight, index) => {
      const square = weight * weight;
      across += square * ((index % this.columns) + 0.5) / this.columns;
      down += square * (Math.floor(index / this.columns) + 0.5) / this.rows;
      sum += square;
    });
    const third = (value, names) => names[value < 0.42 ? 0 : value > 0.58 ? 2 : 1];
    const vertical = third(down / sum, ["upper", "", "lower"]);
    const horizontal = third(across / sum, ["left", "", "right"]);
    if (!vertical && !horizontal) return "mostly at the middle";
    return `mostly at the ${[vertical, horizontal || "middle"].filter(Boolean).join(" ")}`;
  }
}

function colour(share) {
  const stops = [[20, 10, 60], [110, 20, 130], [215, 60, 80], [250, 150, 40], [255, 240, 150]];
  const position = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(position), stops.length - 2);
  const rest = position - index;
  return stops[index].map((value, channel) => Math.round(value + rest * (stops[index + 1][channel] - value)));
}

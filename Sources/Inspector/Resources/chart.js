// Axes and lines that the charts share. Colours come from the style sheet's classes.

import { makeSVG } from "./dom.js";

/// A chart's frame: where data go, in the units of the drawing.
export class Frame {
  constructor({ width = 720, height = 280, left = 56, right = 12, top = 12, bottom = 40, x, y }) {
    Object.assign(this, { width, height, left, right, top, bottom });
    this.x = x;
    this.y = y;
  }

  get innerWidth() { return this.width - this.left - this.right; }
  get innerHeight() { return this.height - this.top - this.bottom; }

  /// The place of a value along an axis.
  atX(value) { return this.left + this.innerWidth * (value - this.x[0]) / (this.x[1] - this.x[0] || 1); }
  atY(value) {
    const share = (value - this.y[0]) / (this.y[1] - this.y[0] || 1);
    return this.top + this.innerHeight * (1 - Math.min(Math.max(share, -0.02), 1.02));
  }

  svg(label, ...children) {
    return makeSVG("svg", {
      viewBox: `0 0 ${this.width} ${this.height}`, class: "chart", role: "group", "aria-label": label,
    }, ...children);
  }

  /// Grid lines and labels of both axes.
  axes(xTicks, yTicks, xLabel, yLabel, format = String) {
    const bottom = this.height - this.bottom;
    return makeSVG("g", { class: "axes", "aria-hidden": "true" },
      yTicks.map((tick) => [
        makeSVG("line", { x1: this.left, x2: this.width - this.right, y1: this.atY(tick), y2: this.atY(tick) }),
        makeSVG("text", { x: this.left - 6, y: this.atY(tick) + 4, "text-anchor": "end" }, format(tick)),
      ]),
      xTicks.map((tick) => makeSVG("text", { x: this.atX(tick), y: bottom + 16, "text-anchor": "middle" }, String(tick))),
      makeSVG("line", { class: "base", x1: this.left, x2: this.width - this.right, y1: bottom, y2: bottom }),
      makeSVG("text", { x: this.left + this.innerWidth / 2, y: this.height - 6, "text-anchor": "middle", class: "axis-label" }, xLabel),
      yLabel ? makeSVG("text", { class: "axis-label", transform: `translate(14 ${this.top + this.innerHeight / 2}) rotate(-90)`, "text-anchor": "middle" }, yLabel) : null);
  }

  /// A line through points; gaps where a value is missing.
  line(points, className) {
    let path = "";
    let isOpen = false;
    for (const [x, y] of points) {
      if (y === null || y === undefined || !Number.isFinite(y)) { isOpen = false; continue; }
      path += `${isOpen ? "L" : "M"}${this.atX(x).toFixed(1)} ${this.atY(y).toFixed(1)}`;
      isOpen = true;
    }
    return makeSVG("path", { d: path, class: `line ${className}` });
  }
}

/// Round numbers from zero to a maximum: about `wanted` of them.
export function ticks(maximum, wanted = 4) {
  if (!(maximum > 0)) return [0, 1];
  const rough = maximum / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * magnitude).find((value) => value >= rough);
  const result = [];
  for (let index = 0; index * step < maximum * 1.0001; index += 1) result.push(Number((index * step).toPrecision(6)));
  if (result.at(-1) < maximum) result.push(Number((result.length * step).toPrecision(6)));
  return result;
}

// The histogram of similarities with the fitted mixtures, and a threshold that can be moved.

import { Frame, ticks } from "./chart.js";
import { make, makeSVG, replace } from "./dom.js";
import { count, pairs } from "./format.js";
import { Threshold } from "./threshold.js";

/// Which part of the pairs is drawn how, from the bottom up.
const layers = [
  ["unmatched", "rejected", "rejected as mismatch or uncertain"],
  ["matched", "kept", "kept by the model"],
  ["other", "other", "decided by content or by review"],
  ["pending", "pending", "not decided yet"],
];

/// The chart and what is told of the threshold. `links` makes gallery addresses; without it nothing
/// is linked.
export function histogramChart(histogram, { links = null, width = 720, at = null, moved = () => {} } = {}) {
  const bins = histogram.matched.length;
  const shown = layers.filter(([name]) => histogram[name].some((value) => value > 0));
  const totals = Array.from({ length: bins }, (_, bin) => shown.reduce((sum, [name]) => sum + histogram[name][bin], 0));
  const yTicks = ticks(tallest(totals));
  const frame = new Frame({ width, height: width < 500 ? 260 : 320, left: width < 500 ? 40 : 56, x: [0, 1], y: [0, yTicks.at(-1)] });
  const barWidth = frame.innerWidth / bins;

  const bars = makeSVG("g", { class: "bars" }, totals.map((total, bin) => {
    let below = 0;
    const group = makeSVG("g", {}, shown.map(([name, className]) => {
      const value = histogram[name][bin];
      if (value === 0) return null;
      const [top, bottom] = [frame.atY(below + value), frame.atY(below)];
      below += value;
      return makeSVG("rect", {
        x: frame.left + bin * barWidth, width: Math.max(barWidth - 0.7, 0.5), y: top,
        height: Math.max(bottom - top, 0.8), class: `bar-${className}`,
      });
    }), makeSVG("title", {}, `${(bin / bins).toFixed(2)} to ${((bin + 1) / bins).toFixed(2)}: ${pairs(total)}`));
    if (!links || total === 0) return group;
    return makeSVG("a", { href: links.between(bin / bins, (bin + 1) / bins), tabindex: "-1" }, group);
  }));

  const scale = histogram.scored / bins;
  const curves = makeSVG("g", { class: "mixtures", "aria-hidden": "true" }, histogram.mixtures.flatMap((mixture, index) =>
    [["mismatched", 1 - mixture.matched_share], ["matched", mixture.matched_share]].map(([name, share]) =>
      frame.line(density(mixture[name], bins).map(([x, y]) => [x, y * share * scale]), `${name} network-${index}`))));

  const svg = frame.svg("Histogram of similarities",
    frame.axes([0, 0.2, 0.4, 0.6, 0.8, 1], yTicks, "similarity", "pairs", count), bars, curves);
  const root = make("div", { class: "histogram" }, svg, legend(histogram, shown));
  const judged = histogram.matched.some(Boolean) || histogram.unmatched.some(Boolean);
  if (judged) root.append(movable(svg, frame, histogram, { links, at, moved }));
  return root;
}

/// One bin at the end may tower over all others; what matters is beside it.
function tallest(totals) {
  const sorted = [...totals].sort((one, two) => two - one);
  return Math.max(Math.min(sorted[0], 2.5 * (sorted[2] ?? sorted[0])), 1);
}

/// The density of a beta distribution at points between 0 and 1.
export function density({ alpha, beta }, bins) {
  const constant = logGamma(alpha + beta) - logGamma(alpha) - logGamma(beta);
  const points = [];
  for (let index = 0; index <= 2 * bins; index += 1) {
    const x = Math.min(Math.max(index / (2 * bins), 0.001), 0.999);
    points.push([x, Math.exp(constant + (alpha - 1) * Math.log(x) + (beta - 1) * Math.log(1 - x))]);
  }
  return points;
}

/// Stirling's series, after raising the argument to where it is exact enough.
function logGamma(value) {
  let shift = 0;
  let x = value;
  while (x < 8) { shift -= Math.log(x); x += 1; }
  return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}

function legend(histogram, shown) {
  const entry = (className, text) => make("li", {}, make("span", { class: `key ${className}`, "aria-hidden": "true" }), text);
  const both = histogram.mixtures.length > 1;
  return make("ul", { class: "legend" },
    shown.map(([name, className, text]) =>
      entry(`bar-${className}`, `${text} (${count(histogram[name].reduce((sum, value) => sum + value, 0))})`)),
    histogram.mixtures.length ? [
      entry("curve mismatched", both ? "mismatched component (A solid, B dashed)" : "mismatched component"),
      entry("curve matched", both ? "matched component (A solid, B dashed)" : "matched component"),
    ] : null);
}

function movable(svg, frame, histogram, { links, at, moved }) {
  const threshold = new Threshold(histogram);
  const bottom = frame.height - frame.bottom;
  const line = makeSVG("line", { y1: frame.top, y2: bottom, class: "threshold-line" });
  const grip = makeSVG("rect", { y: frame.top, width: 14, height: 26, rx: 4, class: "threshold-grip" });
  const label = makeSVG("text", { y: frame.top + 18, class: "threshold-value", "aria-hidden": "true" });
  // Wide enough for a finger.
  const reach = makeSVG("rect", { y: frame.top, width: 44, height: bottom - frame.top, class: "threshold-reach" });
  const handle = makeSVG("g", {
    class: "threshold", role: "slider", tabindex: "0", "aria-label": "Threshold on the similarity",
    "aria-valuemin": "0", "aria-valuemax": "1", "aria-orientation": "horizontal",
  }, reach, line, grip, label);
  svg.append(handle);

  const told = make("div", { class: "told" });
  let edge = at === null ? threshold.start : Math.min(Math.max(Math.round(at * threshold.bins), 0), threshold.bins);

  const place = (isLast) => {
    const x = frame.atX(threshold.value(edge));
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    grip.setAttribute("x", x - 7);
    reach.setAttribute("x", x - 22);
    const isFarRight = x > frame.width - 70;
    label.setAttribute("x", isFarRight ? x - 12 : x + 12);
    label.setAttribute("text-anchor", isFarRight ? "end" : "start");
    label.textContent = threshold.value(edge).toFixed(2);
    handle.setAttribute("aria-valuenow", threshold.value(edge).toFixed(3));
    const [lost, won] = [threshold.keptBelow[edge], threshold.rejectedFrom[edge]];
    handle.setAttribute("aria-valuetext",
      `${threshold.value(edge).toFixed(3)}: ${pairs(lost)} kept now would be rejected, ${pairs(won)} rejected now would be kept`);
    replace(told, tell(histogram, threshold, edge, links, reset));
    if (isLast) moved(threshold.value(edge), edge === threshold.start);
  };
  const move = (to, isLast = true) => {
    const next = Math.min(Math.max(to, 0), threshold.bins);
    if (next === edge && !isLast) return;
    edge = next;
    place(isLast);
  };
  const reset = () => { move(threshold.start); handle.focus(); };

  const drag = (event) => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) * frame.width / box.width;
    move(Math.round(threshold.bins * (x - frame.left) / frame.innerWidth), false);
  };
  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    handle.classList.add("dragged");
  });
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) drag(event);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    handle.addEventListener(name, () => {
      if (!handle.classList.contains("dragged")) return;
      handle.classList.remove("dragged");
      place(true);
    });
  }
  handle.addEventListener("keydown", (event) => {
    const steps = {
      ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10,
      Home: -threshold.bins, End: threshold.bins,
    };
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    move(edge + step);
  });
  place(false);
  return told;
}

function tell(histogram, threshold, edge, links, reset) {
  const value = threshold.value(edge).toFixed(3);
  const [lost, won] = [threshold.keptBelow[edge], threshold.rejectedFrom[edge]];
  const rule = histogram.rule;
  const now = !rule ? ""
    : rule.similarity !== null && rule.similarity !== undefined
      ? `Now “${rule.name}” keeps what is above ${rule.similarity.toFixed(4)}.`
      : `Now “${rule.name}” decides by what both networks say of a pair (clean probability above ${rule.level}), so no single line parts kept from rejected.`;
  const show = (number, name) => (number === 0 || !links ? null : make("a", { href: links[name](threshold.value(edge)) }, "show them"));
  return [
    make("p", {}, now, " Drag the line, or use the arrow keys, to see what a threshold on the similarity would change."),
    make("ul", { class: "changes" },
      make("li", { class: "lost" }, make("b", { id: "lost" }, pairs(lost)), " kept now would be rejected ", show(lost, "kept")),
      make("li", { class: "won" }, make("b", { id: "won" }, pairs(won)), " rejected now would be kept ", show(won, "rejected"))),
    make("p", {}, "To decide so: ", make("code", { class: "command" }, `${histogram.purify_command} --threshold ${value}`), " ",
      edge === threshold.start ? null : make("button", { type: "button", class: "link", on: { click: reset } }, "put the line back")),
  ];
}

// Training curves: losses, the share that is kept, retrieval on dev pairs.

import { Frame, ticks } from "./chart.js";
import { make, makeSVG } from "./dom.js";

/// The charts of a training history, one object an epoch.
export function trainingCharts(epochs, narrow = false) {
  if (epochs.length === 0) {
    return make("p", {}, "Nothing was trained in this workspace yet.");
  }
  const series = [
    {
      title: "Loss", lines: [
        ["network A", "series-a", (epoch) => epoch.loss?.[0]],
        ["network B", "series-b", (epoch) => epoch.loss?.[1]],
      ],
      note: "Warm-up and correction have different losses.",
    },
    {
      title: "Loss of the meta networks", lines: [
        ["network A", "series-a", (epoch) => epoch.meta_loss?.[0]],
        ["network B", "series-b", (epoch) => epoch.meta_loss?.[1]],
      ],
    },
    {
      title: "Share of pairs trained on", maximum: 1, lines: [
        ["chosen for A", "series-a", (epoch) => epoch.kept_share?.[0]],
        ["chosen for B", "series-b", (epoch) => epoch.kept_share?.[1]],
      ],
    },
    {
      title: "Retrieval on dev pairs, recall in %", maximum: 100, lines: [1, 5, 10].flatMap((rank, index) => [
        [`caption found, R@${rank}`, `series-a rank-${rank}`, (epoch) => epoch.dev?.image_to_text?.[index]],
        [`picture found, R@${rank}`, `series-b rank-${rank}`, (epoch) => epoch.dev?.text_to_image?.[index]],
      ]),
    },
  ];
  const drawn = series.filter(({ lines }) => lines.some(([, , read]) => epochs.some((epoch) => Number.isFinite(read(epoch)))));
  return [make("div", { class: "curves" }, drawn.map((chart) => curve(chart, epochs, narrow ? 340 : 520))), numbers(epochs)];
}

function curve({ title, lines, maximum, note }, epochs, width) {
  const values = lines.flatMap(([, , read]) => epochs.map(read)).filter((value) => Number.isFinite(value));
  const yTicks = ticks(maximum ?? Math.max(...values));
  const last = epochs.length;
  const frame = new Frame({ width, height: 200, left: 42, bottom: 36, x: [1, Math.max(last, 2)], y: [0, yTicks.at(-1)] });
  const warm = epochs.filter((epoch) => epoch.phase === "warmup").length;
  const best = epochs.findLastIndex((epoch) => epoch.best) + 1;
  const step = Math.max(1, Math.ceil(last / 8));
  const xTicks = Array.from({ length: last }, (_, index) => index + 1).filter((epoch) => (epoch - 1) % step === 0);
  const svg = frame.svg(title,
    warm > 0 && warm < last ? makeSVG("rect", {
      class: "warm", x: frame.left, y: frame.top, width: frame.atX(warm + 0.5) - frame.left, height: frame.innerHeight,
    }, makeSVG("title", {}, "warm-up")) : null,
    frame.axes(xTicks, yTicks, "epoch", null),
    best > 0 ? makeSVG("line", {
      class: "best", x1: frame.atX(best), x2: frame.atX(best), y1: frame.top, y2: frame.top + frame.innerHeight,
    }, makeSVG("title", {}, `best epoch: ${best}`)) : null,
    lines.map(([name, className, read]) => [
      frame.line(epochs.flatMap((epoch, index) => {
        const starts = index > 0 && epochs[index - 1].phase !== epoch.phase && title === "Loss";
        return [...(starts ? [[index + 0.5, null]] : []), [index + 1, read(epoch)]];
      }), className),
      epochs.map((epoch, index) => (Number.isFinite(read(epoch)) ? makeSVG("circle", {
        cx: frame.atX(index + 1), cy: frame.atY(read(epoch)), r: 2.6, class: `dot ${className}`,
      }, makeSVG("title", {}, `${name}, epoch ${index + 1}: ${Number(read(epoch).toPrecision(4))}`)) : null)),
    ]));
  return make("figure", { class: "curve-figure" },
    make("figcaption", {}, title), svg,
    make("ul", { class: "legend" }, lines.map(([name, className]) => make("li", {},
      make("span", { class: `key curve ${className}`, "aria-hidden": "true" }), name))),
    note ? make("p", { class: "note" }, note) : null);
}

function numbers(epochs) {
  const shown = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : "–");
  const both = (values, digits) => (values ? values.map((value) => shown(value, digits)).join(" / ") : "–");
  const recalls = (epoch) => (epoch.dev
    ? `${both(epoch.dev.image_to_text, 1)} | ${both(epoch.dev.text_to_image, 1)}` : "–");
  return make("details", {}, make("summary", {}, "The numbers"),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Training by epoch" },
      make("table", {}, make("caption", {}, "Training by epoch; of two numbers the first is network A's"),
        make("thead", {}, make("tr", {}, ["Epoch", "Phase", "Loss", "Meta loss", "Share trained on",
          "R@1, 5, 10: captions | pictures", "Best so far"].map((head) => make("th", { scope: "col" }, head)))),
        make("tbody", {}, epochs.map((epoch, index) => make("tr", {},
          make("th", { scope: "row" }, String(epoch.epoch ?? index + 1)), make("td", {}, String(epoch.phase ?? "–")),
          make("td", {}, both(epoch.loss, 3)), make("td", {}, both(epoch.meta_loss, 3)),
          make("td", {}, both(epoch.kept_share, 3)), make("td", {}, recalls(epoch)),
          make("td", {}, epoch.best ? "yes" : "")))))));
}

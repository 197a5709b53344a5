// The report: the overview's charts from the numbers in this file, and samples of pairs.

import { trainingCharts } from "./curves.js";
import { make, replace } from "./dom.js";
import { count, duration, fraction, time, words } from "./format.js";
import { histogramChart } from "./histogram.js";
import { endings, runTable } from "./summary.js";
import { address, foreign } from "./text.js";

const report = JSON.parse(document.getElementById("report-data").textContent);
const place = (name) => document.querySelector(`[data-part="${name}"]`);
const isSmall = window.matchMedia("(max-width: 44rem)").matches;

replace(place("summary"), endings(report.summary));
replace(place("histogram"), report.histogram.scored === 0
  ? make("p", {}, "No pair has a score yet.")
  : histogramChart(report.histogram, { width: Math.min(Math.max(place("histogram").clientWidth, 300), 1100) }));
replace(place("training"), trainingCharts(report.training.epochs, isSmall));
replace(place("runs"), runTable(report.summary.runs.map((run) => ({
  ...run, began: time(run.started_at),
  took: run.ended_at ? duration((new Date(run.ended_at) - new Date(run.started_at)) / 1000) : null,
}))));
replace(document.getElementById("samples"), report.samples.map(sampled));

/// A few pairs that ended the same way.
function sampled(sample, index) {
  return make("section", { "aria-labelledby": `sample-${index}` },
    make("h2", { id: `sample-${index}` }, `${sample.status}: ${words(sample.reason)}`),
    make("p", {}, `${sample.explanation} ${count(sample.pairs.length)} of ${count(sample.total)} such pairs, drawn at random:`),
    make("ul", { class: "cards" }, sample.pairs.map((pair) => make("li", { class: `card ${sample.status}` },
      make("span", { class: "picture thumbnail" }, pair.thumbnail
        ? make("img", { src: pair.thumbnail, alt: `Picture of pair ${pair.pair_id}` })
        : make("span", { class: "no-picture" }, "no picture here")),
      make("div", { class: "about" },
        make("p", { class: "caption" }, foreign(pair.caption, { limit: 160 })),
        make("p", { class: "facts" }, pair.url ? address(pair.url) : make("span", {}, `Pair ${pair.pair_id}`),
          pair.similarity == null ? null : make("span", { class: "similarity", title: "similarity" }, fraction(pair.similarity))))))));
}

// The overview: where pairs ended, the histogram with its threshold, training, runs.

import "./frame.js";
import { get } from "./api.js";
import { replace } from "./dom.js";
import { trainingCharts } from "./curves.js";
import * as filters from "./filters.js";
import { duration, time } from "./format.js";
import { failure } from "./frame.js";
import { histogramChart } from "./histogram.js";
import { bind } from "./keys.js";
import { endings, runTable } from "./summary.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);

const links = {
  reason: (entry) => filters.address({ status: entry.status, reason: entry.reason, sort: entry.similarity === false ? "manifest" : "" }),
  between: (low, high) => filters.address({ min: trimmed(low), max: trimmed(high), sort: "similarity" }),
  kept: (value) => filters.address({
    status: "kept", reason: "matched", reviewed: "false", max: trimmed(value), sort: "similarity-descending",
  }),
  rejected: (value) => filters.address({
    status: "rejected", reason: "mismatch,uncertain", reviewed: "false", min: trimmed(value), sort: "similarity",
  }),
};

function trimmed(value) { return String(Number(value.toFixed(4))); }

/// Each part loads by itself, and fails by itself.
async function load(name, path, render) {
  const target = part(name);
  try {
    replace(target, render(await get(path)));
  } catch (error) {
    replace(target, failure(error, () => load(name, path, render)));
  }
}

function remember(value, isStart) {
  const address = new URL(location.href);
  if (isStart) address.searchParams.delete("threshold");
  else address.searchParams.set("threshold", trimmed(value));
  history.replaceState(null, "", address);
}

function runs(summary) {
  return summary.runs.map((run) => ({
    ...run, began: time(run.started_at),
    took: run.ended_at ? duration((new Date(run.ended_at) - new Date(run.started_at)) / 1000) : null,
  }));
}

const isNarrow = window.matchMedia("(max-width: 44rem)").matches;
const given = Number.parseFloat(new URLSearchParams(location.search).get("threshold"));
load("summary", "/api/v1/summary", (summary) => {
  replace(part("runs"), runTable(runs(summary)));
  return endings(summary, links);
});
load("histogram", "/api/v1/histogram?bins=100", (histogram) => (histogram.scored === 0
  ? "No pair has a score yet; winnow-train and winnow-score give them."
  : histogramChart(histogram, { links, width: Math.min(Math.max(part("histogram").clientWidth, 300), 1100), at: Number.isFinite(given) ? given : null, moved: remember })));
load("training", "/api/v1/training", ({ epochs }) => trainingCharts(epochs, isNarrow));

bind("g", "open the gallery", () => { location.href = "/gallery"; });
bind("t", "go to the threshold", () => document.querySelector(".threshold")?.focus());

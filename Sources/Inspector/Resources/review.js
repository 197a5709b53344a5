// Keeping, rejecting and undoing, with the same words on every page.

import { post } from "./api.js";
import { announce, make } from "./dom.js";
import { words } from "./format.js";

/// Stores a review of a pair and says so. The answer is the pair as it stands then.
export async function review(pair, verdict, note = "") {
  return store(pair, `/api/v1/pairs/${pair.pair_id}/review`, { verdict, note });
}

/// Takes the pair's last review back.
export async function undo(pair) {
  return store(pair, `/api/v1/pairs/${pair.pair_id}/undo`, {});
}

async function store(pair, path, body) {
  try {
    const changed = (await post(path, body)).pair;
    announce(said(changed));
    return changed;
  } catch (error) {
    announce(`Pair ${pair.pair_id} was not changed: ${error.message}`);
    throw error;
  }
}

function said(pair) {
  if (pair.verdict === "kept" || pair.verdict === "rejected") {
    const against = pair.final_reason === "overruled" ? ", against the model" : "";
    return `Pair ${pair.pair_id} is ${pair.verdict} by review${against}. Press u to undo.`;
  }
  return `Pair ${pair.pair_id} has no review now: it is ${pair.final_status}.`;
}

/// The badge of what a pair is after reviews.
export function badge(pair) {
  const reviewed = pair.verdict === "kept" || pair.verdict === "rejected";
  const reason = reviewed && pair.final_reason === "overruled" ? "overruled by review"
    : reviewed ? "confirmed by review" : words(pair.final_reason);
  return make("span", { class: `badge ${pair.final_status}` },
    make("b", {}, pair.final_status), reason && reason !== pair.final_status ? ` ${reason}` : null);
}

/// The three buttons; each calls `act` with "kept", "rejected" or "undo".
export function buttons(pair, act) {
  const button = (name, label, key, pressed) => make("button", {
    type: "button", class: `verdict ${name}`, "aria-pressed": pressed === null ? null : String(pressed),
    "aria-label": `${label} pair ${pair.pair_id}`, on: { click: () => act(name) },
    disabled: pair.status === "failed" || (name === "undo" && !pair.verdict) ? true : null,
  }, label, " ", make("kbd", { "aria-hidden": "true" }, key));
  return make("div", { class: "verdicts", role: "group", "aria-label": "Review" },
    button("kept", "Keep", "a", pair.verdict === "kept"),
    button("rejected", "Reject", "r", pair.verdict === "rejected"),
    button("undo", "Undo", "u", null));
}

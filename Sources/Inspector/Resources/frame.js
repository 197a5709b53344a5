// What all pages share: where we are, and whether newer results are there.

import { get } from "./api.js";
import { make, replace } from "./dom.js";

const page = document.body.className.replace("page-", "");
const current = document.querySelector(`nav a[data-page="${page === "pair" ? "gallery" : page}"]`);
if (current) current.setAttribute("aria-current", page === "pair" ? "true" : "page");

let shown = null;

/// Says that there is something newer rather than changing the page under the reader's hands.
async function check() {
  if (document.visibilityState === "hidden") return;
  let state;
  try {
    state = await get("/api/v1/state");
  } catch {
    return;
  }
  shown ??= state;
  const notice = document.getElementById("freshness");
  if (state.revision !== shown.revision) {
    const button = make("button", { type: "button", on: { click: () => location.reload() } }, "Show them");
    const what = shown.run ? `the state of run ${shown.run}` : "an earlier state";
    replace(notice, `This page shows ${what} of the workspace; new results are there. `, button);
    notice.hidden = false;
  } else if (state.writer) {
    replace(notice, "Being written to by ", make("bdi", {}, state.writer), ".");
    notice.hidden = false;
  } else {
    notice.hidden = true;
  }
}

check();
setInterval(check, 15000);
document.addEventListener("visibilitychange", check);

/// Shows that something could not be loaded, with a button to try again.
export function failure(error, again) {
  return make("p", { class: "notice problem", role: "alert" }, error.message, " ",
    again ? make("button", { type: "button", on: { click: again } }, "Try again") : null);
}

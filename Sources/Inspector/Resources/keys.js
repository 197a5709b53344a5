// Keyboard keys and the dialog that lists them.

import { make } from "./dom.js";

const bindings = [];

/// Binds a key of a page. Keys do nothing while something is typed, or with Ctrl, Alt or Meta.
export function bind(key, meaning, action) { bindings.push({ key, meaning, action }); }

function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["button", "checkbox", "radio", "submit"].includes(target.type));
}

function showHelp() {
  const dialog = make("dialog", { class: "help", "aria-labelledby": "help-title" },
    make("h2", { id: "help-title" }, "Keys"),
    make("dl", {}, bindings.map(({ key, meaning }) =>
      make("div", {}, make("dt", {}, make("kbd", {}, key)), make("dd", {}, meaning)))),
    make("form", { method: "dialog" }, make("button", { autofocus: true }, "Close")));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target)) { event.target.blur(); return; }
  if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  // Enter and Space belong to the button or link that has the focus.
  const isControl = event.target instanceof Element && event.target.closest("button, a, summary");
  if (isControl && (event.key === "Enter" || event.key === " ")) return;
  const binding = bindings.find(({ key }) => key === event.key);
  if (!binding) return;
  event.preventDefault();
  binding.action();
});

bind("?", "show these keys", showHelp);
document.getElementById("help-button")?.addEventListener("click", showHelp);

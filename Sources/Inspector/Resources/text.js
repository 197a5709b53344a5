// Other people's text, shown so that it can neither hide nor rearrange what is around it.

import { make } from "./dom.js";

const names = new Map([
  [0x061c, "Arabic letter mark"], [0x200b, "zero width space"], [0x200e, "left-to-right mark"],
  [0x200f, "right-to-left mark"], [0x202a, "left-to-right embedding"],
  [0x202b, "right-to-left embedding"], [0x202c, "pop directional formatting"],
  [0x202d, "left-to-right override"], [0x202e, "right-to-left override"],
  [0x2060, "word joiner"], [0x2066, "left-to-right isolate"], [0x2067, "right-to-left isolate"],
  [0x2068, "first strong isolate"], [0x2069, "pop directional isolate"],
  [0xfeff, "byte order mark"],
]);

// The joiners U+200C and U+200D are left alone: emoji and some scripts are written with them.
const control = new RegExp(
  "[\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F\\u00AD\\u061C\\u180E\\u200B\\u200E\\u200F" +
  "\\u2028-\\u202E\\u2060-\\u2064\\u2066-\\u206F\\uFEFF\\uFFF9-\\uFFFB\\u{E0000}-\\u{E007F}]", "gu");

/// Text with its control characters written out as U+202E and the like.
export function visible(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(control)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    const code = match[0].codePointAt(0);
    const label = "U+" + code.toString(16).toUpperCase().padStart(4, "0");
    parts.push(make("span", { class: "control", title: names.get(code) ?? "control character" }, label));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

/// A caption or another text, in its own direction and apart from what is around it. What is longer
/// than the limit is cut, with a button that shows the rest; `whole` fetches it where it is not here.
export function foreign(text, { limit = 300, name = "bdi", whole = null, className = "foreign" } = {}) {
  const element = make(name, { class: className, dir: "auto" });
  if (text === null || text === undefined) {
    element.classList.add("absent");
    element.append("none");
    return element;
  }
  const characters = text.length > limit ? text.slice(0, limit).replace(/[\uD800-\uDBFF]$/u, "") : text;
  element.append(...visible(characters));
  if (characters.length === text.length && !whole) return element;
  const button = make("button", { type: "button", class: "link" }, "show all");
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    button.disabled = true;
    try {
      element.replaceChildren(...visible(whole ? await whole() : text));
    } catch (error) {
      button.disabled = false;
      button.textContent = `show all (failed: ${error.message})`;
    }
  });
  element.append("… ", button);
  return element;
}

/// An address as a manifest writes it: a link only where it is http or https.
export function address(text) {
  if (!text) return foreign(text);
  let link = null;
  try {
    const url = new URL(text);
    if (url.protocol === "http:" || url.protocol === "https:") link = url.href;
  } catch {
    // Paths and broken URLs are no links.
  }
  const shown = foreign(text, { limit: 400 });
  if (!link || text.length > 400) return shown;
  return make("a", { href: link, rel: "noopener noreferrer external", target: "_blank" }, shown);
}

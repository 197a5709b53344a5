"""Checks of a page's accessibility: names, structure, contrast, room on a phone."""

STRUCTURE = r"""
const problems = [];
const shown = (element) => element.checkVisibility({ visibilityProperty: true });
const name = (element) => {
  const by = element.getAttribute("aria-labelledby");
  if (by) return by.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim();
  return (element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent
    ?? element.querySelector?.(":scope > title")?.textContent ?? element.alt ?? "").trim()
    || element.textContent.trim()
    || [...element.querySelectorAll("img")].map((image) => image.alt).join(" ").trim();
};
const say = (what, element) => problems.push(what + ": " + element.outerHTML.slice(0, 160));
if (!document.documentElement.lang) problems.push("no language");
if (!document.title) problems.push("no title");
if (document.querySelectorAll("h1").length !== 1) problems.push("not one h1");
for (const landmark of ["header", "nav", "main", "footer"])
  if (!document.querySelector(landmark)) problems.push("no " + landmark);
for (const element of document.querySelectorAll("button, a[href], input, select, textarea, progress, [role=slider], [role=region], [tabindex='0'], dialog, nav, canvas:not([aria-hidden])"))
  if (shown(element) && !name(element)) say("no name", element);
for (const element of document.querySelectorAll("input, select, textarea"))
  if (shown(element) && !element.labels?.length && !element.getAttribute("aria-label")) say("no label", element);
for (const image of document.images) if (!image.hasAttribute("alt")) say("no alternative text", image);
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) problems.push("id twice: " + id);
for (const element of document.querySelectorAll("[aria-labelledby], [aria-describedby]"))
  for (const id of (element.getAttribute("aria-labelledby") ?? element.getAttribute("aria-describedby")).split(" "))
    if (!document.getElementById(id)) say("labelled by nothing", element);
let level = 0;
for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
  const next = Number(heading.tagName[1]);
  if (next > level + 1) say("heading skips a level", heading);
  level = next;
}
for (const element of document.querySelectorAll("[tabindex]")) if (element.tabIndex > 0) say("tabindex above 0", element);
for (const table of document.querySelectorAll("table")) {
  if (!table.caption) say("table without a caption", table);
  for (const head of table.querySelectorAll("th")) if (!head.scope) say("th without a scope", head);
}
for (const list of document.querySelectorAll("ul, ol"))
  for (const child of list.children) if (child.tagName !== "LI") say("no li", child);
return problems;
"""

CONTRAST = r"""
const parse = (text) => {
  let match = text.match(/^rgba?\(([^)]+)\)$/);
  if (match) {
    const [r, g, b, a = 1] = match[1].split(/[ ,/]+/).filter(Boolean).map(Number);
    return [r, g, b, a];
  }
  match = text.match(/^color\(srgb ([^)]+)\)$/);
  if (match) {
    const [r, g, b, a = 1] = match[1].split(/[ /]+/).filter(Boolean).map(Number);
    return [255 * r, 255 * g, 255 * b, a];
  }
  return null;
};
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
const ground = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour && colour[3] > 0) layers.push(colour);
    if (colour && colour[3] === 1) break;
  }
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
};
const luminance = (colour) => {
  const [r, g, b] = colour.slice(0, 3).map((value) => value / 255).map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (one, two) => {
  const [light, dark] = [luminance(one), luminance(two)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};
const problems = new Map();
let least = 99;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const element = node.parentElement;
  if (!node.textContent.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
  if (element.closest("noscript, script, style, .announcer, [disabled], title")) continue;
  const style = getComputedStyle(element);
  const inDrawing = element instanceof SVGElement;
  let colour = parse(inDrawing ? style.fill : style.color);
  if (!colour) continue;
  let opacity = 1;
  for (let at = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
  const below = ground(inDrawing ? element.closest("svg").parentElement : element);
  colour = over([colour[0], colour[1], colour[2], colour[3] * opacity], below);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  const found = ratio(colour, below);
  least = Math.min(least, found);
  if (found < (isLarge ? 3 : 4.5))
    problems.set(element.className + " " + element.tagName, found.toFixed(2) + ": " + node.textContent.trim().slice(0, 40));
}
return { least, problems: [...problems].map((entry) => entry.join(" ")) };
"""

OVERFLOW = """
const wide = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= wide) return [];
return [...document.querySelectorAll("body *")].filter((element) =>
  element.getBoundingClientRect().right > wide + 1 && !element.closest(".scroll, svg, .picture, pre, .announcer"))
  .slice(0, 5).map((element) => element.outerHTML.slice(0, 120));
"""


def problems(browser):
    """What is wrong with the structure and the contrast of the page that is open."""
    contrast = browser.run(CONTRAST)
    return browser.run(STRUCTURE) + [f"contrast {one}" for one in contrast["problems"]]


def overflow(browser):
    """What sticks out of the window sideways."""
    return browser.run(OVERFLOW)

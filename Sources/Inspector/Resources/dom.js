// Elements made in code. Strings become text nodes, never markup: captions, URLs and notes are
// other people's text.

const svgNamespace = "http://www.w3.org/2000/svg";

/// An HTML element. Attributes that are null or false are left out; `on` holds event handlers.
export function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/// An SVG element.
export function makeSVG(name, attributes = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined));
  return element;
}

/// Puts children in the place of what an element holds.
export function replace(element, ...children) {
  element.replaceChildren(...children.flat(3).filter((child) => child !== null && child !== undefined));
}

/// Says something to people who do not see what changed.
export function announce(text) {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = text;
}

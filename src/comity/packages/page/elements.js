/** Making elements: text goes in as text, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * Make an element.
 * @param {string} tag a tag with classes, such as `p.lead.big`
 * @param {Record<string, any>} properties attributes; functions become listeners
 * @param {...(Child | Child[])} children
 */
export function el(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== false && value !== undefined) element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * Make an icon out of the page's own symbols; it says nothing that words beside it do not.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/**
 * Make a list of labels and values, leaving out what is empty.
 * @param {[string, Child | Child[]][]} rows
 */
export function facts(rows) {
  return el("dl.facts", {}, rows.filter(([, value]) => value).map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value))));
}

/**
 * Show text from a document: its own direction, its own lines.
 * @param {string} text
 */
export function said(text) {
  return el("bdi.said", { dir: "auto" }, text);
}

/**
 * Show a digest in groups that can be read aloud.
 * @param {string} digits
 */
export function grouped(digits) {
  return el("code.digest", {}, (digits.match(/.{1,4}/g) ?? []).map((group) => el("span", {}, group)));
}

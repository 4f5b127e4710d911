/** From the codes on a page to text: Identity-H fonts with their ToUnicode maps (ISO 32000-1, 9.10.3). */

import { Lexer, Word } from "./lexer.js";
import { demand } from "./refusal.js";

/** @typedef {import("./pdf.js").Pdf} Pdf */
/** @typedef {Map<number, string>} Glyphs which text each code stands for */

const FRAME = new Set("findresource begin dict dup def end begincmap endcmap CMapName currentdict defineresource pop".split(" "));
const MAX_RANGE = 65536;
// One sign may be drawn by several glyphs (ISO 32000-1, 14.9.4); more would be room to say something else.
export const MAX_SIGN = 12;

/**
 * Read the fonts of a page.
 * @param {Pdf} pdf
 * @param {Map<string, any>} page
 * @param {Map<any, Glyphs>} known fonts read before
 * @returns {Promise<Map<string, Glyphs>>}
 */
export async function pageFonts(pdf, page, known) {
  /** @type {Map<string, Glyphs>} */
  const fonts = new Map();
  const resources = pdf.dictionary(page.get("/Resources"));
  if (!resources.has("/Font")) return fonts;
  for (const [name, ref] of pdf.dictionary(resources.get("/Font"))) {
    const font = pdf.dictionary(ref);
    const plain = font.get("/Subtype") === "/Type0" && font.get("/Encoding") === "/Identity-H" && font.has("/ToUnicode");
    demand(plain, "got a font of another kind, expected Identity-H with a map to Unicode");
    if (!known.has(font)) known.set(font, readMap(await pdf.stream(font.get("/ToUnicode"))));
    fonts.set(name, /** @type {Glyphs} */ (known.get(font)));
  }
  return fonts;
}

/**
 * Read a ToUnicode map.
 * @param {Uint8Array} bytes
 * @returns {Glyphs}
 */
function readMap(bytes) {
  /** @type {Glyphs} */
  const glyphs = new Map();
  const lexer = new Lexer(bytes);
  /** @type {any[]} */
  let items = [];
  while (lexer.more()) {
    const item = lexer.next();
    if (!(item instanceof Word)) {
      items.push(item);
      continue;
    }
    if (item.text === "endbfchar") addChars(glyphs, items);
    else if (item.text === "endbfrange") addRanges(glyphs, items);
    else if (item.text === "endcodespacerange") demand(items.length === 2 && code(items[0]) === 0 && code(items[1]) === 0xffff, "got a font with other codes, expected two bytes each");
    else demand(FRAME.has(item.text) || /^begin(?:bfchar|bfrange|codespacerange)$/.test(item.text), `got ${item.text} in a font's map, expected a plain map`);
    items = [];
  }
  return glyphs;
}

/**
 * @param {Glyphs} glyphs
 * @param {any[]} items
 */
function addChars(glyphs, items) {
  for (let i = 0; i < items.length; i += 2) add(glyphs, code(items[i]), utf16(items[i + 1]));
}

/**
 * @param {Glyphs} glyphs
 * @param {any[]} items
 */
function addRanges(glyphs, items) {
  for (let i = 0; i < items.length; i += 3) {
    const [first, last, to] = [code(items[i]), code(items[i + 1]), items[i + 2]];
    demand(first <= last && last - first < MAX_RANGE, "got a malformed range in a font's map, expected a rising one");
    for (let at = first; at <= last; at++) {
      if (Array.isArray(to)) add(glyphs, at, utf16(to[at - first]));
      else add(glyphs, at, raise(utf16(to), at - first));
    }
  }
}

/**
 * @param {Glyphs} glyphs
 * @param {number} from
 * @param {string} to
 */
function add(glyphs, from, to) {
  demand(!glyphs.has(from), "got a code twice in a font's map, expected each once");
  demand(to.length >= 1 && to.length <= MAX_SIGN, `got a glyph that stands for ${to.length} signs, expected 1 to ${MAX_SIGN}`);
  glyphs.set(from, to);
}

/** @param {any} bytes */
function code(bytes) {
  demand(bytes instanceof Uint8Array && bytes.length === 2, "got a malformed font's map, expected codes of two bytes");
  return (bytes[0] << 8) | bytes[1];
}

/** @param {any} bytes */
export function utf16(bytes) {
  const even = bytes instanceof Uint8Array && bytes.length % 2 === 0;
  demand(even, "got a malformed text in the PDF, expected UTF-16");
  const text = new TextDecoder("utf-16be", { ignoreBOM: true }).decode(bytes);
  demand(!text.includes("\ufffd"), "got a malformed text in the PDF, expected UTF-16");
  return text;
}

/**
 * Raise the last sign of a text by a number.
 * @param {string} text
 * @param {number} by
 */
function raise(text, by) {
  const signs = Array.from(text);
  const last = signs.pop()?.codePointAt(0);
  demand(last !== undefined && last + by <= 0x10ffff, "got a malformed range in a font's map, expected a text");
  return signs.join("") + String.fromCodePoint(last + by);
}

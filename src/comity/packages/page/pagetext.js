/**
 * What a printed page says, run by run in the order in which it is drawn.
 *
 * A run is what is drawn in one piece. Left-to-right runs stand in the order of reading. Right-to-left text that needs
 * several pieces, for another font or a mark on a letter, has them in the order of the page, from its end to its start:
 * such runs are *loose*, and whoever compares them may turn a sequence of them round. One sign that is drawn with
 * several glyphs is said once. The same as src/comity/packages/pages.py.
 */

import { latin1 } from "./bytes.js";
import { squeeze } from "./document.js";
import { Lexer, Word } from "./lexer.js";
import { MAX_SIGN, pageFonts, utf16 } from "./glyphs.js";
import { Pdf } from "./pdf.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {import("./glyphs.js").Glyphs} Glyphs */
/** @typedef {{text: string, rtl: boolean}} Run */
/** @typedef {{actual: string | null, reversed: boolean, pieces: string[], glyphs: Set<number>}} Span */

// Letters and marks of the scripts that run from right to left; their digits do not.
const RIGHT_TO_LEFT = /[\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
// In right-to-left text a bracket is drawn as the other one of its pair.
const PAIRS = "()[]{}<>«»‹›≤≥";
const MIRRORED = new Map(Array.from(PAIRS, (sign, i) => [sign, PAIRS[i ^ 1]]));
// No curves: they could draw letters.
const DRAWING = new Set("cm cs scn CS SCN w M J j d m l h re f S ET Tm Td".split(" "));
/** @type {Record<string, string>} */
const REFUSED_STEPS = { Do: "a picture", BI: "a picture", sh: "a picture", gs: "transparency", W: "clipping", "W*": "clipping", Tr: "hidden text" };

/**
 * Read the text of every page.
 * @param {Uint8Array} bytes
 * @returns {Promise<Run[][]>}
 */
export async function readPages(bytes) {
  const pdf = new Pdf(bytes);
  const known = new Map();
  const pages = [];
  for (const page of pdf.pages()) {
    const fonts = await pageFonts(pdf, page, known);
    pages.push(new PageReader(fonts).read(await pdf.stream(page.get("/Contents"))));
  }
  return pages;
}

/**
 * Say whether a run may belong to a piece of right-to-left text.
 * @param {Run} run
 */
export function isLoose(run) {
  return run.rtl || !/[\p{L}\p{N}]/u.test(run.text);
}

class PageReader {
  /** @param {Map<string, Glyphs>} fonts */
  constructor(fonts) {
    this.fonts = fonts;
    /** @type {Run[]} */
    this.runs = [];
    // Whether something was drawn, and something written down, since the piece began.
    this.goesOn = this.joins = false;
    /** @type {Span[]} */
    this.spans = [];
    /** @type {Glyphs | null} */
    this.font = null;
    /** @type {(Glyphs | null)[]} */
    this.saved = [];
    /** @type {{text: string, glyphs: Set<number>}} the sign said last, and the glyphs that draw it */
    this.sign = { text: "", glyphs: new Set() };
  }

  /**
   * @param {Uint8Array} contents
   * @returns {Run[]}
   */
  read(contents) {
    const lexer = new Lexer(contents);
    /** @type {any[]} */
    let operands = [];
    while (lexer.more()) {
      const item = lexer.next();
      if (item instanceof Word) {
        this.operate(item.text, operands);
        operands = [];
      } else operands.push(item);
    }
    demand(!this.spans.length && !operands.length, "got an unfinished page, expected its end");
    return this.runs;
  }

  /**
   * @param {string} name
   * @param {any[]} operands
   */
  operate(name, operands) {
    switch (name) {
      case "q":
        return void this.saved.push(this.font);
      case "Q":
        demand(this.saved.length, "got a malformed page, expected each state to be saved before");
        this.font = this.saved.pop() ?? null;
        return;
      case "BT":
        this.goesOn = this.joins = false;
        return;
      case "Tf":
        this.font = this.fonts.get(operands[0]) ?? null;
        return demand(this.font, "got an unknown font, expected one of the page");
      case "Tr":
        return demand(operands[0] === 0, "got hidden text in the PDF, expected printed text alone");
      case "Tj":
      case "TJ":
        return void operands.flat().forEach((item) => item instanceof Uint8Array && this.show(item));
      case "BMC":
      case "BDC":
        return this.open(operands);
      case "EMC":
        return this.close();
    }
    if (DRAWING.has(name)) return;
    throw new Refusal(`got ${Object.hasOwn(REFUSED_STEPS, name) ? REFUSED_STEPS[name] : `the operator ${name.slice(0, 20)}`} in the PDF, expected printed text alone`);
  }

  /** @param {Uint8Array} codes */
  show(codes) {
    demand(this.font && codes.length % 2 === 0, "got text without a font, expected codes of two bytes");
    const stated = this.stated();
    for (let i = 0; i < codes.length; i += 2) {
      const glyph = (codes[i] << 8) | codes[i + 1];
      const text = this.font.get(glyph) ?? "";
      if (stated) {
        stated.pieces.push(text);
        stated.glyphs.add(glyph);
        continue;
      }
      demand(text, "got a glyph that stands for no text, expected text alone");
      if (!this.again(text, new Set([glyph]))) this.put(text);
    }
  }

  /**
   * Say whether these glyphs, first in a piece of their own, only go on drawing the sign said last.
   * @param {string} text
   * @param {Set<number>} glyphs
   */
  again(text, glyphs) {
    const { text: said, glyphs: drawn } = this.sign;
    const again = !this.goesOn && text === said && isMarked(text) && ![...glyphs].some((glyph) => drawn.has(glyph));
    this.sign = { text, glyphs: again ? new Set([...drawn, ...glyphs]) : glyphs };
    this.goesOn = true;
    return again;
  }

  /** @param {any[]} operands */
  open([tag, properties]) {
    const plain = tag !== "/OC" && (properties === undefined || properties instanceof Map);
    demand(plain, "got optional content in the PDF, expected printed text alone");
    const said = properties instanceof Map ? properties.get("/ActualText") : undefined;
    const actual = said === undefined ? null : readText(said);
    demand(actual === null || !this.stated(), "got a text within a text in the PDF, expected one");
    this.spans.push({ actual, reversed: tag === "/ReversedChars", pieces: [], glyphs: new Set() });
  }

  close() {
    const span = this.spans.pop();
    demand(span, "got a malformed page, expected each span to be opened before");
    if (span.actual !== null) this.state(span, span.actual);
    else if (span.reversed && !this.stated()) this.runs.push({ text: span.pieces.reverse().join(""), rtl: true });
  }

  /**
   * Settle a text that stands for glyphs: it may turn a bracket round, or be a letter with the marks drawn on it.
   *
   * Of the several glyphs of a right-to-left letter, or of a sign with marks, some may have no text of their own.
   * @param {Span} span
   * @param {string} actual
   */
  state({ pieces, glyphs }, actual) {
    const [first, marked] = [firstSign(actual), isMarked(actual)];
    const parted = Array.from(squeeze(actual).normalize("NFD")).length > 1 || RIGHT_TO_LEFT.test(actual);
    const kin = (/** @type {string} */ piece) => (parted && !squeeze(piece)) || (marked && isMarked(piece)) || [first, MIRRORED.get(first)].includes(firstSign(piece));
    const honest = pieces.every(kin) && pieces.some(Boolean) && Array.from(actual).length <= MAX_SIGN && pieces.length <= MAX_SIGN;
    demand(honest, "got a text in the PDF that stands for other signs than those shown, expected the same");
    if (!this.again(actual, glyphs)) this.put(actual);
  }

  /**
   * Write a text down, or keep it for the reversed span that is open around it.
   * @param {string} text
   */
  put(text) {
    const around = this.spans.findLast((span) => span.reversed);
    if (around) return void around.pieces.push(text);
    const run = { text, rtl: RIGHT_TO_LEFT.test(text) };
    const last = this.joins ? this.runs.at(-1) : undefined;
    if (last && !isLoose(last) && !isLoose(run)) last.text += text;
    else this.runs.push(run);
    this.joins = true;
  }

  /** Give the open span for whose glyphs a text is stated, if there is one. */
  stated() {
    return this.spans.find((span) => span.actual !== null);
  }
}

/**
 * Say whether a text is one letter with marks, or marks alone.
 * @param {string} text
 */
function isMarked(text) {
  return /^\P{M}?\p{M}+$/u.test(squeeze(text));
}

/** @param {string} text */
function firstSign(text) {
  return Array.from(squeeze(text))[0] ?? "";
}

/** @param {any} bytes */
function readText(bytes) {
  demand(bytes instanceof Uint8Array, "got a malformed text in the PDF, expected one");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return utf16(bytes.subarray(2));
  demand(bytes.every((byte) => byte < 0x80), "got a malformed text in the PDF, expected plain or UTF-16");
  return latin1(bytes);
}

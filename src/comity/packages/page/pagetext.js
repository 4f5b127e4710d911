/**
 * What a printed page says, in the order in which it says it.
 *
 * A page gives *lines*, and a line gives *runs*. Left-to-right text stands in the order of reading. In a line that holds
 * right-to-left text, whole runs stand in the order of the page, so there the order of the runs is left open and the
 * runs themselves are compared. One sign that is drawn with several glyphs is said once.
 */

import { latin1 } from "./bytes.js";
import { Lexer, Word } from "./lexer.js";
import { MAX_SIGN, pageFonts, utf16 } from "./glyphs.js";
import { Pdf } from "./pdf.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {import("./glyphs.js").Glyphs} Glyphs */
/** @typedef {{rtl: boolean, runs: string[]}} Line */
/** @typedef {{actual: string | null, reversed: boolean, pieces: string[], firsts: string[]}} Span */

// Letters of the scripts that run from right to left; a run of one letter is not marked as reversed.
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
// In right-to-left text a bracket is drawn as the other one of its pair.
const PAIRS = "()[]{}<>«»‹›≤≥";
const MIRRORED = new Map(Array.from(PAIRS, (sign, i) => [sign, PAIRS[i ^ 1]]));
// No curves: they could draw letters.
const DRAWING = new Set("cs scn CS SCN w M J j d m l h re f S BT ET Tm Td".split(" "));
/** @type {Record<string, string>} */
const REFUSED_STEPS = { Do: "a picture", BI: "a picture", sh: "a picture", gs: "transparency", W: "clipping", "W*": "clipping", Tr: "hidden text" };

/**
 * Read the text of every page.
 * @param {Uint8Array} bytes
 * @returns {Promise<Line[][]>}
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

class PageReader {
  /** @param {Map<string, Glyphs>} fonts */
  constructor(fonts) {
    this.fonts = fonts;
    /** @type {Line[]} */
    this.lines = [];
    /** @type {Span[]} */
    this.spans = [];
    /** @type {{font: Glyphs | null, y: number}} */
    this.state = { font: null, y: 0 };
    /** @type {{font: Glyphs | null, y: number}[]} */
    this.saved = [];
    this.lineY = NaN;
    /** @type {{text: string, glyphs: Set<number>}} the sign said last, and the glyphs that draw it */
    this.sign = { text: "", glyphs: new Set() };
  }

  /**
   * @param {Uint8Array} contents
   * @returns {Line[]}
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
    return this.lines;
  }

  /**
   * @param {string} name
   * @param {any[]} operands
   */
  operate(name, operands) {
    switch (name) {
      case "q":
        return void this.saved.push({ ...this.state });
      case "Q":
        demand(this.saved.length, "got a malformed page, expected each state to be saved before");
        this.state = /** @type {typeof this.state} */ (this.saved.pop());
        return;
      case "cm":
        this.state.y = operands[5];
        return;
      case "Tf":
        this.state.font = this.fonts.get(operands[0]) ?? null;
        return demand(this.state.font, "got an unknown font, expected one of the page");
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
    demand(this.state.font && codes.length % 2 === 0, "got text without a font, expected codes of two bytes");
    for (let i = 0; i < codes.length; i += 2) {
      const glyph = (codes[i] << 8) | codes[i + 1];
      const text = this.state.font.get(glyph);
      demand(text !== undefined, "got a glyph that stands for no text, expected text alone");
      const replaced = this.replaced();
      if (replaced) {
        replaced.firsts.push(text);
        this.sign.glyphs.add(glyph);
      } else if (!this.another(text, glyph)) this.put(text);
    }
  }

  /**
   * Say whether this glyph only goes on drawing the sign said last: a letter with marks may be drawn with several.
   * @param {string} text
   * @param {number} glyph
   */
  another(text, glyph) {
    const again = text === this.sign.text && /^\P{M}\p{M}+$/u.test(text.normalize("NFD")) && !this.sign.glyphs.has(glyph);
    if (again) this.sign.glyphs.add(glyph);
    else this.sign = { text, glyphs: new Set([glyph]) };
    return again;
  }

  /** @param {any[]} operands */
  open([tag, properties]) {
    const plain = tag !== "/OC" && (properties === undefined || properties instanceof Map);
    demand(plain, "got optional content in the PDF, expected printed text alone");
    const stated = properties instanceof Map ? properties.get("/ActualText") : undefined;
    const actual = stated === undefined ? null : readText(stated);
    if (actual !== null) this.sign = { text: actual, glyphs: new Set() };
    this.spans.push({ actual, reversed: tag === "/ReversedChars", pieces: [], firsts: [] });
  }

  close() {
    const span = this.spans.pop();
    demand(span, "got a malformed page, expected each span to be opened before");
    if (span.actual !== null) {
      // The text that stands for glyphs may add marks to what they show, or turn a bracket round, and no more than that.
      const first = Array.from(span.actual)[0] ?? "";
      const same = (/** @type {string} */ text) => [first, MIRRORED.get(first)].includes(Array.from(text)[0]);
      const honest = span.actual.length <= MAX_SIGN && span.firsts.length <= MAX_SIGN && span.firsts.every(same);
      demand(honest && span.firsts.length, "got a text in the PDF that stands for other signs than those shown, expected the same");
      demand(!this.replaced(), "got a text within a text in the PDF, expected one");
      this.put(span.actual);
    } else if (span.reversed && !this.replaced()) this.say(span.pieces.reverse().join(""), true);
  }

  /**
   * Say a text, or keep it for the reversed span that is open around it.
   * @param {string} text
   */
  put(text) {
    const reversed = this.spans.findLast((span) => span.reversed);
    if (reversed) reversed.pieces.push(text);
    else this.say(text, false);
  }

  /** Give the open span whose glyphs another text stands for, if there is one. */
  replaced() {
    return this.spans.find((span) => span.actual !== null);
  }

  /**
   * Say a run of text; what stands on the same height as the text before belongs to its line.
   * @param {string} text
   * @param {boolean} reversed
   */
  say(text, reversed) {
    const last = this.lines.at(-1);
    const goesOn = last && (this.state.y === this.lineY || !text.trim());
    const line = goesOn ? last : { rtl: false, runs: [] };
    if (!goesOn) this.lines.push(line);
    if (text.trim()) this.lineY = this.state.y;
    line.rtl ||= reversed || RIGHT_TO_LEFT.test(text);
    line.runs.push(text);
  }
}

/** @param {any} bytes */
function readText(bytes) {
  demand(bytes instanceof Uint8Array, "got a malformed text in the PDF, expected one");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return utf16(bytes.subarray(2));
  demand(bytes.every((byte) => byte < 0x80), "got a malformed text in the PDF, expected plain or UTF-16");
  return latin1(bytes);
}

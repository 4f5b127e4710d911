/** The words of PDF (ISO 32000-1, 7.2 and 7.3): one reader for objects, page contents and character maps. */

import { latin1 } from "./bytes.js";
import { demand } from "./refusal.js";

const SPACE = new Set([0, 9, 10, 12, 13, 32]);
const DELIMITER = new Set(Array.from("()<>[]{}/%", (c) => c.charCodeAt(0)));
const MAX_DEPTH = 20;
const [LF, CR, PERCENT, OPEN, CLOSE, BACKSLASH] = Array.from("\n\r%()\\", (c) => c.charCodeAt(0));
/** @type {Record<string, number>} */
const ESCAPES = { n: 10, r: 13, t: 9, b: 8, f: 12 };

/** A reference to an object by its number. */
export class Ref {
  /** @param {number} number */
  constructor(number) {
    this.number = number;
  }
}

/** A bare word: an operator, or the end of something. */
export class Word {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/**
 * A value: names are texts that begin with a slash, strings are bytes, dictionaries are maps.
 * @typedef {null | boolean | number | string | Uint8Array | Ref | Word | any[] | Map<string, any>} Value
 */

export class Lexer {
  /**
   * @param {Uint8Array} bytes
   * @param {number} [at]
   */
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Go past white space and comments; say whether anything follows. */
  more() {
    for (; this.at < this.bytes.length; this.at++) {
      if (this.bytes[this.at] === PERCENT) while (this.at + 1 < this.bytes.length && ![LF, CR].includes(this.bytes[this.at + 1])) this.at++;
      else if (!SPACE.has(this.bytes[this.at])) return true;
    }
    return false;
  }

  /**
   * Read the next value or word.
   * @param {number} [depth]
   * @returns {Value}
   */
  next(depth = 0) {
    demand(depth <= MAX_DEPTH && this.more(), "got a PDF object that is unfinished or too deep, expected a plain one");
    const first = String.fromCharCode(this.bytes[this.at]);
    if (first === "/") return this.name();
    if (first === "(") return this.string();
    if (first === "[") return this.list("]", depth);
    if (first === "<") return this.bytes[this.at + 1] === this.bytes[this.at] ? this.dictionary(depth) : this.hexString();
    return this.word();
  }

  name() {
    const start = this.at++;
    while (this.at < this.bytes.length && !this.breaks()) this.at++;
    const text = latin1(this.bytes.subarray(start, this.at));
    demand(!text.includes("#"), "got an escaped PDF name, expected a plain one");
    return text;
  }

  /** Read a number, true, false, null, a reference, or else a bare word. */
  word() {
    const text = this.bare();
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text)) return this.reference(text) ?? Number(text);
    /** @type {Record<string, any>} */
    const constants = { true: true, false: false, null: null };
    return Object.hasOwn(constants, text) ? constants[text] : new Word(text);
  }

  bare() {
    const start = this.at;
    while (this.at < this.bytes.length && !this.breaks()) this.at++;
    demand(this.at > start, "got a stray sign in the PDF, expected a value");
    return latin1(this.bytes.subarray(start, this.at));
  }

  /**
   * Read `N 0 R` when that is what stands here.
   * @param {string} text
   */
  reference(text) {
    if (!/^\d+$/.test(text) || latin1(this.bytes.subarray(this.at, this.at + 4)) !== " 0 R") return null;
    this.at += 4;
    return new Ref(Number(text));
  }

  /**
   * @param {string} end
   * @param {number} depth
   */
  list(end, depth) {
    this.at++;
    const items = [];
    for (;;) {
      demand(this.more(), "got an unfinished PDF list, expected its end");
      if (this.bytes[this.at] === end.charCodeAt(0)) break;
      items.push(this.next(depth + 1));
    }
    this.at++;
    return items;
  }

  /** @param {number} depth */
  dictionary(depth) {
    this.at++;
    const items = this.list(">", depth);
    demand(this.bytes[this.at++] === ">".charCodeAt(0) && items.length % 2 === 0, "got a malformed PDF dictionary, expected pairs");
    const found = new Map();
    for (let i = 0; i < items.length; i += 2) {
      const fresh = typeof items[i] === "string" && !found.has(items[i]);
      demand(fresh, "got a malformed PDF dictionary, expected each name once");
      found.set(items[i], items[i + 1]);
    }
    return found;
  }

  hexString() {
    const end = this.bytes.indexOf(">".charCodeAt(0), this.at);
    const digits = end < 0 ? "?" : latin1(this.bytes.subarray(this.at + 1, end)).replace(/\s+/g, "");
    demand(/^(?:[0-9A-Fa-f]{2})*$/.test(digits), "got a malformed PDF string, expected pairs of hexadecimal digits");
    this.at = end + 1;
    return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  }

  string() {
    /** @type {number[]} */
    const out = [];
    let depth = 1;
    for (this.at++; ; this.at++) {
      demand(this.at < this.bytes.length, "got an unfinished PDF string, expected its end");
      const byte = this.bytes[this.at];
      if (byte === BACKSLASH) this.escape(out);
      else {
        if (byte === OPEN) depth++;
        if (byte === CLOSE && --depth === 0) break;
        out.push(byte);
      }
    }
    this.at++;
    return Uint8Array.from(out);
  }

  /** @param {number[]} out */
  escape(out) {
    const octal = /^[0-7]{1,3}/.exec(latin1(this.bytes.subarray(this.at + 1, this.at + 4)));
    if (octal) {
      out.push(parseInt(octal[0], 8) & 255);
      this.at += octal[0].length;
      return;
    }
    const byte = this.bytes[++this.at];
    const letter = String.fromCharCode(byte ?? 0);
    demand(byte !== CR && byte !== LF, "got a broken line in a PDF string, expected a plain one");
    out.push(ESCAPES[letter] ?? byte);
  }

  breaks() {
    return SPACE.has(this.bytes[this.at]) || DELIMITER.has(this.bytes[this.at]);
  }
}

/** Canonical JSON (RFC 8785), read strictly and written one way only. */

import { decode, encode, same } from "./bytes.js";
import { demand } from "./refusal.js";

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_DEPTH = 32;

/**
 * Read JSON strictly: UTF-8, no name twice in an object, at most *limit* bytes and 32 levels deep.
 * @param {Uint8Array} bytes
 * @param {number} [limit]
 * @returns {any}
 */
export function parseJson(bytes, limit = MAX_BYTES) {
  demand(bytes.length <= limit, `got ${bytes.length} bytes, expected at most ${limit}`);
  const text = decode(bytes);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    demand(false, "got something else, expected JSON");
  }
  bound(value, MAX_DEPTH);
  // JSON.parse keeps the last of two equal names, so there are more names in the text than in the value.
  demand(countNames(text) === countKeys(value), "got a name that stands twice in one object, expected plain JSON");
  return value;
}

/**
 * Read JSON that must already be in canonical form (RFC 8785), byte for byte.
 * @param {Uint8Array} bytes
 * @param {number} [limit]
 * @returns {any}
 */
export function parseCanonical(bytes, limit = MAX_BYTES) {
  const value = parseJson(bytes, limit);
  demand(same(dumpCanonical(value), bytes), "got JSON in another form, expected canonical JSON (RFC 8785)");
  return value;
}

/**
 * Write a value in its one canonical form: JavaScript's own spelling, names sorted by UTF-16 units.
 * @param {any} value
 */
export function dumpCanonical(value) {
  return encode(write(value));
}

/**
 * @param {any} value
 * @returns {string}
 */
function write(value) {
  if (typeof value === "string") {
    demand(value.isWellFormed(), "got half a surrogate pair, expected Unicode text");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    // RFC 8785 keeps whole numbers within 53 bits; from 1e21 on, the spelling is that of a fraction.
    const whole = Number.isInteger(value) && Math.abs(value) < 1e21;
    demand(Number.isFinite(value) && (!whole || Number.isSafeInteger(value)), "got a number out of range, expected plain JSON");
    return JSON.stringify(value);
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  const pairs = Object.keys(value).sort().map((name) => `${write(name)}:${write(value[name])}`);
  return `{${pairs.join(",")}}`;
}

/**
 * Refuse what is nested deeper than *depth*.
 * @param {any} value
 * @param {number} depth
 */
function bound(value, depth) {
  demand(depth >= 0, `got more than ${MAX_DEPTH} levels, expected plain JSON`);
  if (value !== null && typeof value === "object") for (const item of Object.values(value)) bound(item, depth - 1);
}

/**
 * Count the names of objects in JSON text that is known to be well formed.
 * @param {string} text
 */
function countNames(text) {
  let count = 0;
  let inside = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (inside) {
      if (c === "\\") i++;
      else if (c === '"') inside = false;
    } else if (c === '"') inside = true;
    else if (c === ":") count++;
  }
  return count;
}

/**
 * Count the names of all objects in a value.
 * @param {any} value
 * @returns {number}
 */
function countKeys(value) {
  if (value === null || typeof value !== "object") return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum, item) => sum + countKeys(item), own);
}

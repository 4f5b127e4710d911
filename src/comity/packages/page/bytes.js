/** Bytes and their spellings: hexadecimal, base64 and UTF-8, each read in its one canonical spelling only. */

import { demand } from "./refusal.js";

/**
 * Write bytes as small hexadecimal digits.
 * @param {Uint8Array} bytes
 */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Read small hexadecimal digits.
 * @param {unknown} text
 */
export function unhex(text) {
  demand(typeof text === "string" && /^(?:[0-9a-f]{2})*$/.test(text), "got other text, expected small hexadecimal digits");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/**
 * Read base64 in its one canonical spelling.
 * @param {unknown} text
 */
export function unbase64(text) {
  demand(typeof text === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0, "got other text, expected base64");
  const binary = atob(text);
  demand(btoa(binary) === text, "got base64 in another spelling, expected the canonical one");
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

/**
 * Write text as UTF-8.
 * @param {string} text
 */
export function encode(text) {
  return new TextEncoder().encode(text);
}

/**
 * Read UTF-8 strictly; a byte order mark stays and is seen.
 * @param {Uint8Array} bytes
 */
export function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    demand(false, "got a byte that is not UTF-8, expected UTF-8 text");
  }
}

/**
 * Read each byte as the character with its number.
 * @param {Uint8Array} bytes
 */
export function latin1(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return text;
}

/**
 * Join pieces into one.
 * @param {...Uint8Array} parts
 */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Say whether two pieces hold the same bytes.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function same(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/**
 * Compare two texts by code points, as Python sorts them (JavaScript sorts by UTF-16 units).
 * @param {string} a
 * @param {string} b
 */
export function byCodePoint(a, b) {
  const x = Array.from(a, (c) => /** @type {number} */ (c.codePointAt(0)));
  const y = Array.from(b, (c) => /** @type {number} */ (c.codePointAt(0)));
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i] - y[i];
  return x.length - y.length;
}

/** Times are written `YYYY-MM-DDTHH:MM:SSZ` and nothing else; inside the page they are seconds since 1970. */

import { Refusal, quote } from "./refusal.js";

export const MINUTE = 60;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Say whether a text is a moment in the only form Comity writes.
 * @param {unknown} text
 * @returns {text is string}
 */
export function isMoment(text) {
  if (typeof text !== "string" || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) || text.startsWith("0000")) return false;
  const at = Date.parse(text);
  return !Number.isNaN(at) && stamp(at / 1000) === text;
}

/**
 * Read a moment.
 * @param {unknown} text
 * @param {string} [field]
 */
export function moment(text, field = "") {
  if (!isMoment(text)) {
    const advice = "Write times in UTC with the offset shown, for example 2026-03-01T09:30:00Z.";
    throw new Refusal(`got ${quote(text)}, expected a time as YYYY-MM-DDTHH:MM:SSZ`, { field, advice });
  }
  return Date.parse(text) / 1000;
}

/**
 * Write a moment.
 * @param {number} seconds
 */
export function stamp(seconds) {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

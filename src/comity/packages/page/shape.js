/** A shape says what a document may hold: the same rules, from the same YAML, as src/comity/kernel/shape.py. */

import { isMoment } from "./moment.js";
import { Refusal, quote } from "./refusal.js";
import { odd } from "./text.js";

const MAX_TEXT = 8000;
const MAX_ITEMS = 5000;
// What Python's strip() takes away; JavaScript's \s lacks the separators 1C-1F and the next-line sign, and adds the BOM.
const BLANK = /^(?:(?!\ufeff)[\s\u001c-\u001f\u0085])*$/;

/**
 * @typedef {object} Field one field of a shape
 * @property {string} name
 * @property {string} type
 * @property {boolean} [required]
 * @property {string} [codes]
 * @property {string} [const]
 * @property {string} [pattern]
 * @property {number} [min]
 * @property {number} [max]
 * @property {boolean} [shown]
 * @property {string} [wording]
 * @property {Record<string, string>} [label]
 * @property {Field[]} [fields]
 */
/** @typedef {{format: string, fields: Field[], codes?: Record<string, Record<string, Record<string, string>>>, title?: Record<string, Record<string, string>>, words?: Record<string, Record<string, string>>}} Shape */
/** @typedef {{path: string, message: string}} Fault */

/**
 * List everything wrong with a document, in reading order; empty means well formed.
 * @param {Shape} shape
 * @param {any} document
 */
export function faults(shape, document) {
  /** @type {Fault[]} */
  const found = [];
  checkObject(document, shape.fields, "");
  return found;

  /**
   * @param {any} value
   * @param {Field[]} fields
   * @param {string} at
   */
  function checkObject(value, fields, at) {
    if (!isObject(value)) return void found.push({ path: at, message: `got ${kind(value)}, expected an object` });
    const known = fields.map((one) => one.name);
    const unknown = Object.keys(value).filter((key) => !known.includes(key));
    for (const key of unknown) {
      found.push({ path: join(at, key), message: `got an unknown field, expected one of: ${known.sort().join(", ")}` });
    }
    for (const one of fields) {
      const path = join(at, one.name);
      if (Object.hasOwn(value, one.name)) checkValue(value[one.name], one, path);
      else if (one.required) found.push({ path, message: `got nothing, expected ${article(one.type)}` });
    }
  }

  /**
   * @param {any} value
   * @param {Field} one
   * @param {string} at
   */
  function checkValue(value, one, at) {
    if (one.type === "object") return checkObject(value, one.fields ?? [], at);
    if (one.type === "objects" || one.type === "texts") return checkList(value, one, at);
    const message = checkScalar(value, one, shape);
    if (message) found.push({ path: at, message });
  }

  /**
   * @param {any} value
   * @param {Field} one
   * @param {string} at
   */
  function checkList(value, one, at) {
    if (!Array.isArray(value)) return void found.push({ path: at, message: `got ${kind(value)}, expected a list` });
    const low = Math.max(one.min ?? 0, 1);
    const high = one.max || MAX_ITEMS;
    if (value.length < low || value.length > high) {
      return void found.push({ path: at, message: `got ${value.length} items, expected ${low} to ${high}` });
    }
    value.forEach((item, i) => {
      if (one.type === "objects") return checkObject(item, one.fields ?? [], `${at}[${i}]`);
      const message = checkText(item, { ...one, max: 0 }); // the max of a list counts its items
      if (message) found.push({ path: `${at}[${i}]`, message });
    });
  }
}

/**
 * Give the document back if it is well formed.
 * @param {Shape} shape
 * @param {any} document
 */
export function requireShape(shape, document) {
  const [first, ...more] = faults(shape, document);
  if (!first) return document;
  const advice = more.length ? `${more.length} more faults: ${more.slice(0, 5).map((one) => one.path).join("; ")}` : "";
  throw new Refusal(first.message, { field: first.path, advice });
}

/**
 * @param {any} value
 * @param {Field} one
 * @param {Shape} shape
 */
function checkScalar(value, one, shape) {
  if (one.const && value !== one.const) return `got ${quote(value)}, expected ${quote(one.const)}`;
  switch (one.type) {
    case "code": {
      const known = shape.codes?.[one.codes ?? ""] ?? {};
      const fits = typeof value === "string" && Object.hasOwn(known, value);
      return fits ? "" : `got ${quote(value)}, expected one of: ${Object.keys(known).join(", ")}`;
    }
    case "text":
      return checkText(value, one);
    case "time":
      return isMoment(value) ? "" : `got ${quote(value)}, expected a time as YYYY-MM-DDTHH:MM:SSZ`;
    case "date":
      return isMoment(`${value}T00:00:00Z`) && typeof value === "string" ? "" : `got ${quote(value)}, expected a date as YYYY-MM-DD`;
    case "flag":
      return typeof value === "boolean" ? "" : `got ${kind(value)}, expected true or false`;
    case "integer": {
      const [low, high] = [one.min ?? 0, one.max || Number.MAX_SAFE_INTEGER];
      const fits = Number.isSafeInteger(value) && value >= low && value <= high;
      return fits ? "" : `got ${quote(value)}, expected a whole number from ${low} to ${high}`;
    }
    case "digest": {
      const fits = typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
      return fits ? "" : `got ${quote(value)}, expected a SHA-256 as 64 small hexadecimal digits`;
    }
    default:
      return `got a field of the type ${one.type}, expected one that this page knows`;
  }
}

/**
 * @param {any} value
 * @param {Field} one
 */
function checkText(value, one) {
  if (typeof value !== "string") return `got ${kind(value)}, expected text`;
  if (BLANK.test(value)) return "got empty text, expected some (leave the field out if there is none)";
  const length = Array.from(value).length;
  if (length > (one.max || MAX_TEXT)) return `got ${length} characters, expected at most ${one.max || MAX_TEXT}`;
  const sign = odd(value, true);
  if (sign) {
    const number = Number(sign.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0");
    return `got the character U+${number}, expected visible text and newlines only`;
  }
  if (value.normalize("NFC") !== value) return "got text that is not in Unicode NFC, expected NFC";
  if (one.pattern && !new RegExp(`^(?:${one.pattern})$`, "u").test(value)) return `got ${quote(value)}, expected the form ${one.pattern}`;
  return "";
}

/** @param {any} value */
function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * @param {string} at
 * @param {string} name
 */
function join(at, name) {
  return at ? `${at}.${name}` : name;
}

/** @param {any} value */
function kind(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  const names = { object: "an object", string: "text", boolean: "true or false", number: "a number" };
  return names[/** @type {keyof typeof names} */ (typeof value)] ?? typeof value;
}

/** @param {string} type */
function article(type) {
  const names = { objects: "a list of objects", texts: "a list of texts", object: "an object" };
  return names[/** @type {keyof typeof names} */ (type)] ?? `a ${type}`;
}

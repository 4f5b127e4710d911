/** The printed document as a list of blocks, made by walking a shape's fields: the same as src/comity/packages/document.py. */

/** @typedef {import("./shape.js").Shape} Shape */
/** @typedef {import("./shape.js").Field} Field */
/** @typedef {{kind: "title" | "heading" | "field", label: string, value: string}} Block */

// White space, and what Unicode calls Default_Ignorable_Code_Point: signs without a look.
const UNSEEN =
  /[\s\u001c-\u001f\u0085\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]+/gu;

/**
 * Lay out a request, which fits its shape, in its own language, or in English where the shape has no words in that.
 * @param {any} request
 * @param {Shape} shape
 * @returns {Block[]}
 */
export function requestBlocks(request, shape) {
  const label = words(shape.title?.[request.measure], request.language);
  return [{ kind: "title", label, value: "" }, ...fieldBlocks(request, shape, request.language)];
}

/**
 * Lay out the fields of a document that fits its shape.
 * @param {any} document
 * @param {Shape} shape
 * @param {string} language
 * @returns {Block[]}
 */
export function fieldBlocks(document, shape, language) {
  return walk(document, shape.fields);

  /**
   * @param {any} data
   * @param {Field[]} fields
   * @returns {Block[]}
   */
  function walk(data, fields) {
    const present = fields.filter((field) => field.shown !== false && Object.hasOwn(data, field.name));
    return present.flatMap((field) => lay(data[field.name], field, words(field.label, language)));
  }

  /**
   * @param {any} value
   * @param {Field} field
   * @param {string} label
   * @returns {Block[]}
   */
  function lay(value, field, label) {
    switch (field.type) {
      case "object":
        return [{ kind: "heading", label, value: "" }, ...walk(value, field.fields ?? [])];
      case "objects":
        return value.flatMap((/** @type {any} */ item, /** @type {number} */ i) => [
          { kind: "heading", label: `${label} ${i + 1}`, value: "" },
          ...walk(item, field.fields ?? []),
        ]);
      case "texts":
        return value.map((/** @type {string} */ item) => ({ kind: "field", label, value: item }));
      default:
        return [{ kind: "field", label, value: show(value, field) }];
    }
  }

  /**
   * @param {any} value
   * @param {Field} field
   */
  function show(value, field) {
    if (field.type === "code") return words(shape.codes?.[field.codes ?? ""]?.[value], language);
    if (field.type === "flag") return value ? "yes" : "no";
    if (field.type === "time") return `${value.slice(0, 10)} ${value.slice(11, 19)} UTC`;
    return String(value);
  }
}

/**
 * Give text without white space and invisible signs, in Unicode NFC.
 * @param {string} text
 */
export function squeeze(text) {
  return text.replace(UNSEEN, "").normalize("NFC");
}

/**
 * Give the squeezed text of blocks.
 * @param {Block[]} blocks
 */
export function squeezeBlocks(blocks) {
  return squeeze(blocks.map((block) => block.label + block.value).join(""));
}

/**
 * Give the footer of page *n* of *m*; *digest* is the SHA-256 of `request.json`.
 * @param {string} reference
 * @param {string} digest
 * @param {number} n
 * @param {number} m
 */
export function footer(reference, digest, n, m) {
  return `${reference} · ${digest.slice(0, 16)} · ${n} / ${m}`;
}

/**
 * Choose the language's words.
 * @param {Record<string, string> | undefined} label
 * @param {string} language
 */
function words(label, language) {
  return (label && Object.hasOwn(label, language) && label[language]) || label?.en || "";
}

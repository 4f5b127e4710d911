/** The rule about a request's translation that its shape cannot say: the same as src/comity/packages/translation.py. */

import { Refusal } from "./refusal.js";

/** @typedef {import("./shape.js").Field} Field */

/**
 * Hold that the translation is in another language, and of texts that are there and have words, each once.
 * @param {any} request a request that fits its shape
 * @param {import("./shape.js").Shape} shape
 */
export function requireTranslation(request, shape) {
  const { translation } = request;
  if (!translation) return;
  if (translation.language === request.language) throw new Refusal("got the request's own language, expected another", { field: "translation.language" });
  const left = new Set(paths(request, shape.fields, ""));
  translation.texts.forEach((/** @type {any} */ one, /** @type {number} */ n) => {
    if (left.delete(one.field)) return;
    const message = `got ${JSON.stringify(one.field)}, expected a text of this request that has words to translate, each once`;
    throw new Refusal(message, { field: `translation.texts[${n}].field` });
  });
}

/**
 * Give the paths of all texts that may be translated.
 * @param {any} data
 * @param {Field[]} fields
 * @param {string} at
 * @returns {string[]}
 */
function paths(data, fields, at) {
  const present = fields.filter((one) => one.shown !== false && Object.hasOwn(data, one.name));
  return present.flatMap((one) => {
    const [path, value, inner] = [at + one.name, data[one.name], one.fields ?? []];
    if (one.type === "object") return paths(value, inner, `${path}.`);
    if (one.type === "objects") return value.flatMap((/** @type {any} */ item, /** @type {number} */ n) => paths(item, inner, `${path}[${n}].`));
    if (!one.wording) return [];
    return one.type === "texts" ? value.map((/** @type {string} */ _, /** @type {number} */ n) => `${path}[${n}]`) : [path];
  });
}

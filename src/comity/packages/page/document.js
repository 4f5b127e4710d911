/** The printed document as a list of blocks, made by walking a shape's fields: the same as src/comity/packages/document.py. */

/** @typedef {import("./shape.js").Shape} Shape */
/** @typedef {import("./shape.js").Field} Field */
/** @typedef {Record<string, string>} Label */
/** @typedef {{first: string, second: string, texts: Map<string, string>}} Tongues the document's languages, and its translated texts by their paths */
/**
 * @typedef {object} Block a title or heading is a label alone; a field without a label goes on with the one before
 * @property {"title" | "note" | "heading" | "field"} kind
 * @property {string} label
 * @property {string} value
 * @property {string} secondLabel the same in the second language, where there is one
 * @property {string} second
 */

// White space, and what Unicode calls Default_Ignorable_Code_Point: signs without a look.
const UNSEEN =
  /[\s\u001c-\u001f\u0085\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]+/gu;

/**
 * Lay out a request, which fits its shape, in its languages, or in English where the shape has no words in one.
 * @param {any} request
 * @param {Shape} shape
 * @returns {Block[]}
 */
export function requestBlocks(request, shape) {
  const texts = (request.translation?.texts ?? []).map((/** @type {any} */ one) => [one.field, one.text]);
  const tongues = { first: request.language, second: request.translation?.language ?? "", texts: new Map(texts) };
  const walk = new Walk(shape, tongues);
  const body = walk.fields(request, shape.fields, "");
  return [walk.headed("title", shape.title?.[request.measure]), ...walk.note(request), ...body];
}

/**
 * Lay out the fields of a document that fits its shape.
 * @param {any} document
 * @param {Shape} shape
 * @param {string} language
 * @returns {Block[]}
 */
export function fieldBlocks(document, shape, language) {
  return new Walk(shape, { first: language, second: "", texts: new Map() }).fields(document, shape.fields, "");
}

class Walk {
  /**
   * @param {Shape} shape
   * @param {Tongues} tongues
   */
  constructor(shape, tongues) {
    this.shape = shape;
    this.tongues = tongues;
  }

  /**
   * Choose the words of both languages; the second are empty if there is one language.
   * @param {Label | undefined} label
   * @returns {[string, string]}
   */
  words(label) {
    const { first, second } = this.tongues;
    return [wordsIn(label, first), second && wordsIn(label, second)];
  }

  /**
   * @param {"title" | "heading"} kind
   * @param {Label | undefined} label
   * @param {string} [number]
   * @returns {Block}
   */
  headed(kind, label, number = "") {
    const [first, second] = this.words(label);
    return { kind, label: first + number, value: "", secondLabel: second && second + number, second: "" };
  }

  /**
   * Say which of two versions counts.
   * @param {any} data
   * @returns {Block[]}
   */
  note({ language, translation }) {
    if (!translation) return [];
    const fields = this.shape.fields.find((one) => one.name === "translation")?.fields ?? [];
    const [label, secondLabel] = this.words(fields.find((one) => one.name === "authoritative")?.label);
    const counts = translation.authoritative;
    const tongue = counts === "original" ? language : translation.language;
    const names = this.code("languages", tongue);
    const tongues = names ? this.words(names) : [tongue, tongue];
    const versions = this.words(this.code("versions", counts));
    const [value, second] = tongues.map((name, i) => `${name} (${versions[i]})`);
    return [{ kind: "note", label, value, secondLabel, second }];
  }

  /**
   * @param {any} data
   * @param {Field[]} fields
   * @param {string} at
   * @returns {Block[]}
   */
  fields(data, fields, at) {
    const present = fields.filter((one) => one.shown !== false && Object.hasOwn(data, one.name));
    return present.flatMap((one) => this.field(data[one.name], one, at + one.name));
  }

  /**
   * @param {any} value
   * @param {Field} one
   * @param {string} at
   * @returns {Block[]}
   */
  field(value, one, at) {
    switch (one.type) {
      case "object":
        return [this.headed("heading", one.label), ...this.fields(value, one.fields ?? [], `${at}.`)];
      case "objects":
        return value.flatMap((/** @type {any} */ item, /** @type {number} */ n) => [
          this.headed("heading", one.label, ` ${n + 1}`),
          ...this.fields(item, one.fields ?? [], `${at}[${n}].`),
        ]);
      case "texts":
        return value.flatMap((/** @type {string} */ item, /** @type {number} */ n) => this.value(item, one, `${at}[${n}]`));
      default:
        return this.value(value, one, at);
    }
  }

  /**
   * @param {any} value
   * @param {Field} one
   * @param {string} at
   * @returns {Block[]}
   */
  value(value, one, at) {
    const [label, secondLabel] = this.words(one.label);
    const block = (/** @type {string} */ first, /** @type {string} */ second) => /** @type {Block} */ ({ kind: "field", label, value: first, secondLabel, second });
    const meaning = this.meaning(value, one);
    if (meaning) return [block(...this.words(meaning))];
    if (!one.wording) return [block(one.type === "time" ? `${value.slice(0, 10)} ${value.slice(11, 19)} UTC` : String(value), "")];
    const translated = this.tongues.texts.get(at);
    if (translated !== undefined) return beside(block(value, translated));
    const alone = this.tongues.second && one.wording === "prose";
    return [block(value, alone ? this.words(this.shape.words?.untranslated)[1] : "")];
  }

  /**
   * Give the words for a value that is a code or a flag.
   * @param {any} value
   * @param {Field} one
   */
  meaning(value, one) {
    if (one.type === "flag") return this.shape.words?.[value ? "affirmed" : "denied"];
    return one.codes ? this.code(one.codes, value) : undefined;
  }

  /**
   * @param {string} codes
   * @param {string} value
   * @returns {Label | undefined}
   */
  code(codes, value) {
    const known = this.shape.codes?.[codes] ?? {};
    return Object.hasOwn(known, value) ? known[value] : undefined;
  }
}

/**
 * Set a text and its translation beside each other line by line, if they have the same lines.
 * @param {Block} block
 * @returns {Block[]}
 */
function beside(block) {
  const [own, other] = [block.value.split("\n"), block.second.split("\n")];
  const same = own.length === other.length && own.every((line, i) => isBlank(line) === isBlank(other[i]));
  if (!same) return [block];
  const pairs = own.map((value, i) => ({ ...block, value, second: other[i] })).filter((pair) => !isBlank(pair.value));
  return pairs.map((pair, i) => (i ? { ...pair, label: "", secondLabel: "" } : pair));
}

/** @param {string} line */
function isBlank(line) {
  return squeeze(line) === "";
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
  return squeeze(blocks.map((block) => block.label + block.value + block.secondLabel + block.second).join(""));
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
 * Choose a language's words.
 * @param {Label | undefined} label
 * @param {string} language
 */
function wordsIn(label, language) {
  return (label && Object.hasOwn(label, language) && label[language]) || label?.en || "";
}

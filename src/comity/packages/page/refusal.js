/** Why something is not accepted: what was got and what was expected, where, with advice for the person. */

/** @typedef {{file?: string, field?: string, advice?: string}} Place */

export class Refusal extends Error {
  /**
   * @param {string} message what was got and what was expected
   * @param {Place} [place] in which file and field, and what a person can do about it
   */
  constructor(message, { file = "", field = "", advice = "" } = {}) {
    super(message);
    this.name = "Refusal";
    this.file = file;
    this.field = field;
    this.advice = advice;
  }

  /** Give the place and the message in one line. */
  toString() {
    return [this.file, this.field, this.message].filter(Boolean).join(": ");
  }
}

/** A step that does not apply, with the reason. */
export class Skip extends Error {}

/**
 * Go on only if *holds*.
 * @param {unknown} holds
 * @param {string} message what was got and what was expected
 * @param {Place} [place]
 * @returns {asserts holds}
 */
export function demand(holds, message, place) {
  if (!holds) throw new Refusal(message, place);
}

/**
 * Do something whose refusals happen in *file*.
 * @template T
 * @param {string} file
 * @param {() => T} act
 * @returns {T}
 */
export function within(file, act) {
  try {
    return act();
  } catch (e) {
    throw placed(e, file);
  }
}

/**
 * Say in which file a refusal happened; other errors stay as they are.
 * @param {unknown} e
 * @param {string} file
 */
export function placed(e, file) {
  return e instanceof Refusal ? new Refusal(e.message, { file, field: e.field, advice: e.advice }) : e;
}

/**
 * Show a value in a message: short, and plainly as a value.
 * @param {unknown} value
 */
export function quote(value) {
  const text = typeof value === "string" ? `'${value}'` : JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}

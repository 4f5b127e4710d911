/** Characters that nobody sees, or that make text read otherwise than it is stored: the same as src/comity/kernel/text.py. */

const ODD =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/u;

/**
 * Give the first such character of a text, or nothing; a newline may stand in *lines*.
 * @param {string} text
 * @param {boolean} [lines]
 */
export function odd(text, lines = false) {
  return ODD.exec(lines ? text.replaceAll("\n", "") : text)?.[0] ?? "";
}

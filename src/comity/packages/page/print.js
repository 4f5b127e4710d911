/** Does the printed document say what the data say? (package-format §3) */

import { footer, requestBlocks, squeeze, squeezeBlocks } from "./document.js";
import { isLoose, readPages } from "./pagetext.js";
import { Refusal, demand } from "./refusal.js";

// So many runs may draw one piece of right-to-left text.
const MAX_TURNED = 200;

/** @typedef {import("./pagetext.js").Run} Run */

/**
 * Compare the text of a PDF with the blocks of its request; give what was found.
 * @param {Uint8Array} pdf
 * @param {any} request
 * @param {string} digest the SHA-256 of request.json
 * @param {import("./shape.js").Shape} shape
 */
export async function checkSays(pdf, request, digest, shape) {
  const pages = await readPages(pdf);
  const runs = pages.flatMap((page, i) => without(page, footer(request.reference, digest, i + 1, pages.length), i + 1));
  const where = difference(runs, squeezeBlocks(requestBlocks(request, shape)).normalize("NFD"));
  demand(where === null, `got a print that says something else than the data, from ${JSON.stringify(where)} on, expected the same words`);
  return `${pages.length} ${pages.length === 1 ? "page" : "pages"} in the same words as the data`;
}

/**
 * Give the runs before the footer.
 * @param {Run[]} page
 * @param {string} foot
 * @param {number} n
 */
function without(page, foot, n) {
  let last = "";
  for (let start = page.length - 1; start >= 0 && last.length <= 4 * foot.length; start--) {
    last = page[start].text + last;
    if (squeeze(last) === squeeze(foot)) return page.slice(0, start);
  }
  throw new Refusal(`got another footer on page ${n}, expected ${foot}`);
}

/**
 * Give the place at which the runs stop saying what is expected, or null if they say all of it and nothing else.
 * @param {Run[]} runs
 * @param {string} expected
 */
function difference(runs, expected) {
  const said = runs.map(({ text, rtl }) => ({ text: squeeze(text).normalize("NFD"), rtl })).filter(({ text }) => text);
  const most = said.some((run) => run.rtl) ? MAX_TURNED : 1;
  let at = 0;
  for (let start = 0, end = 0; start < said.length; start = end) {
    end = start + 1;
    if (isLoose(said[start])) while (end < said.length && isLoose(said[end])) end++;
    const next = place(said.slice(start, end), expected, at, most);
    if (next === undefined) return expected.slice(at, at + 24);
    at = next;
  }
  return at === expected.length ? null : expected.slice(at, at + 24);
}

/**
 * Lay runs over the expected text, turning sequences of at most *most* of them round; give where they end.
 * @param {Run[]} runs
 * @param {string} expected
 * @param {number} at
 * @param {number} most
 */
function place(runs, expected, at, most) {
  /** @type {(number | undefined)[]} */
  const places = [at];
  runs.forEach((_run, i) => {
    const here = places[i];
    if (here === undefined) return;
    for (let end = i + 1; end <= Math.min(i + most, runs.length); end++) {
      if (!expected.startsWith(runs[end - 1].text, here)) continue;
      const text = runs.slice(i, end).reverse().map((run) => run.text).join("");
      if (expected.startsWith(text, here)) places[end] = here + text.length;
    }
  });
  return places[runs.length];
}

/** Does the printed document say what the data say? (package-format §3) */

import { footer, requestBlocks, squeeze, squeezeBlocks } from "./document.js";
import { readPages } from "./pagetext.js";
import { demand } from "./refusal.js";

const MAX_TRIES = 20_000;

/** @typedef {import("./pagetext.js").Line} Line */

/**
 * Compare the text of a PDF with the blocks of its request; give what was found.
 * @param {Uint8Array} pdf
 * @param {any} request
 * @param {string} digest the SHA-256 of request.json
 * @param {import("./shape.js").Shape} shape
 */
export async function checkSays(pdf, request, digest, shape) {
  const pages = await readPages(pdf);
  pages.forEach((lines, i) => {
    const stated = squeeze(lines.pop()?.runs.join("") ?? "");
    const expected = footer(request.reference, digest, i + 1, pages.length);
    demand(stated === squeeze(expected), `got another footer on page ${i + 1}, expected ${expected}`);
  });
  const where = difference(pages.flat(), squeezeBlocks(requestBlocks(request, shape)));
  demand(where === null, `got a print that says something else than the data, from ${JSON.stringify(where)} on, expected the same words`);
  return `${pages.length} ${pages.length === 1 ? "page" : "pages"} in the same words as the data`;
}

/**
 * Give the place at which the lines stop saying what is expected, or null if they say all of it and nothing else.
 * @param {Line[]} lines
 * @param {string} expected
 */
function difference(lines, expected) {
  let at = 0;
  for (const line of lines) {
    const runs = line.rtl ? line.runs.map(squeeze).filter(Boolean) : [squeeze(line.runs.join(""))];
    const next = place(runs, expected, at, { left: MAX_TRIES });
    if (next < 0) return expected.slice(at, at + 24);
    at = next;
  }
  return at === expected.length ? null : expected.slice(at, at + 24);
}

/**
 * Lay runs end to end over the expected text in some order; give where they end, or -1.
 * @param {string[]} runs
 * @param {string} expected
 * @param {number} at
 * @param {{left: number}} tries
 * @returns {number}
 */
function place(runs, expected, at, tries) {
  if (!runs.length) return at;
  for (const run of new Set(runs)) {
    if (!expected.startsWith(run, at) || tries.left-- <= 0) continue;
    const rest = runs.toSpliced(runs.indexOf(run), 1);
    const end = place(rest, expected, at + run.length, tries);
    if (end >= 0) return end;
  }
  return -1;
}

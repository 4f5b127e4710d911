/** Which file names a package may hold: none that means two things, or a place outside (package-format §1). */

import { encode } from "./bytes.js";
import { demand, quote } from "./refusal.js";
import { odd } from "./text.js";

export const MAX_ENTRIES = 20000;
export const MAX_TOTAL = 64 * 1024 ** 3;
const MAX_NAME = 240;
const MAX_PARTS = 8;
const TOP = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Accept the name of the one top folder.
 * @param {string} top
 */
export function checkTop(top) {
  demand(TOP.test(top), `got the top folder ${quote(top)}, expected letters, digits, dot, dash, underscore`);
}

/**
 * Accept a set of names: each one plain, none twice, not even in another case, none both a file and a folder.
 * @param {Iterable<string>} names
 */
export function checkNames(names) {
  const seen = new Set();
  const folders = new Set();
  for (const name of names) {
    checkName(name);
    const folded = fold(name);
    demand(!seen.has(folded), `got the name ${quote(name)} twice, expected each once`);
    seen.add(folded);
    folded.split("/").slice(0, -1).reduce((above, part) => folders.add(above + part) && `${above}${part}/`, "");
    demand(seen.size <= MAX_ENTRIES, `got more than ${MAX_ENTRIES} files, expected at most that`);
  }
  const both = [...seen].filter((name) => folders.has(name)).sort();
  demand(!both.length, `got ${quote(both[0] ?? "")} as a file and as a folder, expected one of them`);
}

/** @param {string} name */
function checkName(name) {
  const parts = name.split("/");
  const plain = !parts.some((part) => part !== part.trim() || part.endsWith(".") || !part) && !/[\\:%]/.test(name);
  demand(plain, `got the name ${quote(name)}, expected a plain relative path`);
  const visible = !odd(name) && name.normalize("NFC") === name;
  demand(visible, `got the name ${JSON.stringify(name)}, expected visible characters in Unicode NFC`);
  const short = encode(name).length <= MAX_NAME && parts.length <= MAX_PARTS;
  demand(short, `got the name ${quote(name.slice(0, 60))}..., expected at most ${MAX_NAME} bytes and ${MAX_PARTS} parts`);
}

/**
 * Take away what differs only in case, as Unicode's full case folding does; sign by sign, because a final sigma depends on
 * its neighbours. The dotless i folds to itself.
 * @param {string} name
 */
export function fold(name) {
  return Array.from(name, (c) => (c === "\u0131" ? c : c.toLowerCase().toUpperCase().toLowerCase())).join("").normalize("NFC");
}

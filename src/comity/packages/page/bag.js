/** BagIt 1.0 (RFC 8493) as a sealed package uses it: one algorithm, exact tag files, nothing optional (package-format §2). */

import { byCodePoint, decode, encode, same } from "./bytes.js";
import { demand, quote, within } from "./refusal.js";
import { sha256hex } from "./sha256.js";

/** @typedef {import("./container.js").Container} Container */
/** @typedef {{digest: string, info: Record<string, string>, payload: Map<string, string>}} Bag */

const FORMAT = "comity-package/1";
const DECLARATION = encode("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
const MANIFEST = "manifest-sha256.txt";
export const TAG_MANIFEST = "tagmanifest-sha256.txt";
const INFO = "bag-info.txt";
const TAGS = [INFO, "bagit.txt", MANIFEST];
const LABELS = ["Source-Organization", "External-Identifier", "Bagging-Date", "Payload-Oxum", "Comity-Format", "Comity-Renderer"];
const MAX_INFO = 8 * 1024;
const MAX_MANIFEST = 16 * 1024 * 1024;

/**
 * Check a bag whole: tag files, lists against files, every hash.
 * @param {Container} container
 * @param {(bytes: number) => void} advance is told how many more bytes are hashed
 * @returns {Promise<Bag>}
 */
export async function readBag(container, advance) {
  const declared = same(await container.read("bagit.txt", 200), DECLARATION);
  demand(declared, "got another declaration, expected BagIt 1.0 in UTF-8", { file: "bagit.txt" });
  const info = readInfo(await container.read(INFO, MAX_INFO));
  const tagManifest = await container.read(TAG_MANIFEST, MAX_MANIFEST);
  const tags = readManifest(tagManifest, TAG_MANIFEST);
  const payload = readManifest(await container.read(MANIFEST, MAX_MANIFEST), MANIFEST);
  const names = container.names();
  const present = names.filter((name) => name.startsWith("data/"));
  sameNames([...tags.keys()], TAGS, TAG_MANIFEST);
  sameNames([...payload.keys()], present, MANIFEST);
  const known = new Set([...present, ...TAGS, TAG_MANIFEST]);
  const strange = names.filter((name) => !known.has(name) && !name.startsWith("seal/")).sort(byCodePoint);
  demand(!strange.length, "got a file that belongs to no part of a package, expected none", { file: strange[0] });
  await checkHashes(container, new Map([...tags, ...payload]), advance);
  const oxum = `${present.reduce((sum, name) => sum + container.size(name), 0)}.${present.length}`;
  demand(info["Payload-Oxum"] === oxum, "got another number of bytes or files, expected those present", { file: INFO, field: "Payload-Oxum" });
  return { digest: await sha256hex(tagManifest), info, payload };
}

/**
 * @param {Container} container
 * @param {Map<string, string>} stated
 * @param {(bytes: number) => void} advance
 */
async function checkHashes(container, stated, advance) {
  for (const [name, expected] of stated) {
    const computed = await container.digest(name, advance);
    demand(computed === expected, `got SHA-256 ${computed.slice(0, 16)}..., expected ${expected.slice(0, 16)}...: the file was altered`, { file: name });
  }
}

/**
 * @param {string[]} listed
 * @param {string[]} present
 * @param {string} file
 */
function sameNames(listed, present, file) {
  const [inList, inBag] = [new Set(listed), new Set(present)];
  const missing = listed.filter((name) => !inBag.has(name)).sort(byCodePoint);
  demand(!missing.length, "got a list that names this file, expected it to be there", { file: missing[0] });
  const added = present.filter((name) => !inList.has(name)).sort(byCodePoint);
  demand(!added.length, `got this file, expected only those listed in ${file}`, { file: added[0] });
}

/**
 * @param {Uint8Array} data
 * @param {string} file
 */
function readManifest(data, file) {
  /** @type {Map<string, string>} */
  const rows = new Map();
  let last = "";
  lines(data, file).forEach((line, i) => {
    const match = /^([0-9a-f]{64}) {2}([^\r\n]+)$/.exec(line);
    const sorted = match && byCodePoint(match[2], last) > 0;
    demand(sorted, `got ${quote(line.slice(0, 80))} in line ${i + 1}, expected hash, two spaces and path, sorted`, { file });
    last = match[2];
    rows.set(last, match[1]);
  });
  return rows;
}

/**
 * @param {Uint8Array} data
 * @returns {Record<string, string>}
 */
function readInfo(data) {
  const rows = lines(data, INFO);
  const pairs = rows.map((row) => {
    const at = row.indexOf(": ");
    return at < 0 ? [row, ""] : [row.slice(0, at), row.slice(at + 2)];
  });
  const info = Object.fromEntries(pairs);
  const stated = Object.hasOwn(info, "Comity-Format") ? info["Comity-Format"] : "";
  const newer = /^comity-package\/([1-9]\d{0,5})$/.exec(stated);
  demand(!newer || Number(newer[1]) <= 1, `got format ${stated}, expected ${FORMAT}`, {
    file: INFO,
    field: "Comity-Format",
    advice: "Ask the sender for the older form, or get the newest version of this page.",
  });
  const ordered = pairs.length === LABELS.length && pairs.every(([label], i) => label === LABELS[i]);
  const short = rows.every((row) => Array.from(row).length <= 240);
  demand(ordered && stated === FORMAT && short, `got other lines, expected ${LABELS.join(", ")}`, { file: INFO });
  return info;
}

/**
 * @param {Uint8Array} data
 * @param {string} file
 */
function lines(data, file) {
  const text = within(file, () => decode(data));
  demand(text.endsWith("\n") && !text.includes("\r"), "got an unfinished or carriage-return line, expected lines ending in one newline", { file });
  return text.slice(0, -1).split("\n");
}

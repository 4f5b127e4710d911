/** Judging what was handed in: a package (zip or folder) or a receipt, against what the verifier brings. */

import { encode, latin1 } from "./bytes.js";
import { openFolder, openZip } from "./container.js";
import { ROOT, SHAPES } from "./embedded.js";
import { canJudge } from "./keys.js";
import { moment } from "./moment.js";
import { openOwn } from "./own.js";
import { verifyPackage } from "./package.js";
import { verifyReceipt } from "./receipt.js";
import { demand, placed } from "./refusal.js";

/** @typedef {Blob | File[] | FileList | import("./container.js").FolderFile[]} Handed one file, or the files of a folder */
/**
 * @typedef {object} Options
 * @property {Blob | Uint8Array | string} [root] the pinned root; else the one built into this page
 * @property {Blob | null} [directory] a directory export
 * @property {string} [actingFor] the party one acts for
 * @property {string | null} [at] check as of this time, when one has one's own record of having received it then
 * @property {(done: number, total: number) => void} [advance] is told how far hashing has come
 */

/**
 * Verify a package or a receipt.
 * @param {Handed} handed
 * @param {Options} [options]
 * @returns {Promise<import("./procedure.js").Result>}
 * @throws {import("./refusal.js").Refusal} what is needed to judge is missing or cannot be relied on: no verdict then
 */
export async function comityVerify(handed, options = {}) {
  const able = await canJudge();
  demand(able, "got a browser without Ed25519 signatures, expected one that has them", { advice: "Open this page in a current browser." });
  const root = await bytesOf(options.root ?? ROOT);
  demand(root, "got no root file, expected the one you trust", { field: "root", advice: "Choose the root.json that you were given by a way you trust." });
  const given = {
    root,
    now: Math.floor(Date.now() / 1000),
    attested: options.at ? moment(options.at, "at") : null,
    actingFor: options.actingFor ?? "",
    own: options.directory ? await ownDirectory(options.directory, root) : null,
    shapes: SHAPES,
    advance: options.advance ?? (() => {}),
  };
  if (!(handed instanceof Blob)) return verifyPackage(() => openFolder(Array.from(handed, folderFile)), given);
  const kind = await kindOf(handed);
  demand(kind !== "encrypted", "got an encrypted file, expected the package inside", {
    field: "encrypted",
    advice: "Decrypt it first with the key of your organisation: age -d -i KEYFILE -o NAME.comity.zip NAME.comity.zip.age",
  });
  return kind === "json" ? verifyReceipt(handed, given) : verifyPackage(() => openZip(handed), given);
}

/**
 * Tell files apart by their first bytes.
 * @param {Blob} blob
 * @returns {Promise<"zip" | "json" | "encrypted" | "other">}
 */
export async function kindOf(blob) {
  const head = latin1(new Uint8Array(await blob.slice(0, 40).arrayBuffer()));
  if (head.startsWith("{")) return "json";
  if (head.startsWith("PK")) return "zip";
  return /^age-encryption\.org\/|^-----BEGIN AGE ENCRYPTED/.test(head) ? "encrypted" : "other";
}

/**
 * @param {Blob} blob
 * @param {Uint8Array} root
 */
async function ownDirectory(blob, root) {
  try {
    return await openOwn(blob, root, SHAPES.party);
  } catch (e) {
    throw placed(e, "directory");
  }
}

/**
 * @param {File | import("./container.js").FolderFile} file
 * @returns {import("./container.js").FolderFile}
 */
function folderFile(file) {
  return file instanceof File ? { path: file.webkitRelativePath || file.name, blob: file } : file;
}

/** @param {Blob | Uint8Array | string | null} given */
async function bytesOf(given) {
  if (given instanceof Blob) return new Uint8Array(await given.arrayBuffer());
  return typeof given === "string" ? encode(given) : given;
}

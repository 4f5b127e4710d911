/**
 * From a pinned root to a party file (package-format §4; the same as src/comity/directory/trust.py and slice.py):
 *
 * 1. the root versions hold together and the pinned one is among them;
 * 2. timestamp, snapshot, targets, the country's file and the party file verify and agree along the line;
 * 3. the newest root, timestamp, snapshot, targets and the country's file are not expired at the moment of checking;
 * 4. each signature is by a distinct key of its role, as many as the threshold asks (checked along with 1 and 2);
 * 5. the party file is canonical, fits its shape, and is that of the party asked for.
 */

import { same, unhex } from "./bytes.js";
import { dumpCanonical } from "./canonical.js";
import { verifies } from "./keys.js";
import { MAX_ROOTS, readMetadata } from "./metadata.js";
import { moment, stamp } from "./moment.js";
import { readParty } from "./party.js";
import { demand, placed, quote } from "./refusal.js";
import { sha256hex } from "./sha256.js";

/** @typedef {import("./party.js").Party} Party */
/** @typedef {import("./metadata.js").Metadata} Metadata */
/** @typedef {{keys: Record<string, any>, role: {keyids: string[], threshold: number}}} Delegator */
/** @typedef {Map<string, Uint8Array>} Files */
/** @typedef {(name: string, version: number) => Promise<Uint8Array>} Reader gives a metadata file by its plain name and version */
/** @typedef {{version: number, sha256: string}} Mark one metadata file as it was seen */
/** @typedef {{roots: string[], online: string, marks: Map<string, Mark>}} Position where in the directory's life a slice or an export stands */
/** @typedef {{roots: Uint8Array[], root: any, snapshot: any, targets: any, signed: Map<string, any>, data: Map<string, Uint8Array>}} Top the verified top, every file that may expire, and the bytes of each */

const PARTY_ID = /^[A-Z]{2}\.[a-z0-9][a-z0-9-]{0,40}$/;
const ROOT_NAME = /^[1-9][0-9]{0,2}\.root\.json$/;
const FRESHER = "Get a newer directory; if there is none, call its coordinator. Somebody may be withholding news.";

/**
 * Check a slice that must prove who a party is; give the party, and where the slice stands.
 * @param {Files} files
 * @param {{root: Uint8Array, at: number, party: string, shape: import("./shape.js").Shape}} given
 * @returns {Promise<{party: Party, position: Position}>}
 */
export async function checkSlice(files, { root, at, party, shape }) {
  demand(PARTY_ID.test(party), `got ${quote(party)}, expected the id of a party, like VN.a05`);
  const code = party.slice(0, 2);
  const roots = sliceRoots(files, code);
  const read = async (/** @type {string} */ name) => take(files, name);
  const above = await checkTop(roots, root, read);
  const vouchedFor = await checkCountry(above, code, read);
  checkFresh(above, at);
  return { party: await checkParty(vouchedFor, party, take(files, "party.json"), shape), position: await position(above) };
}

/**
 * Check the line from the roots, first to newest, to the top targets.
 * @param {Uint8Array[]} roots
 * @param {Uint8Array} pinned
 * @param {Reader} read
 * @returns {Promise<Top>}
 */
export async function checkTop(roots, pinned, read) {
  const root = await checkRoots(roots, pinned);
  /** @type {Map<string, Uint8Array>} */
  const data = new Map();
  const keep = async (/** @type {string} */ name, /** @type {number} */ version) => {
    data.set(name, await read(name, version));
    return take(data, name);
  };
  const timestamp = await vouched(await keep("timestamp.json", 0), "timestamp", "timestamp.json", [rootRole(root, "timestamp")]);
  const snapshot = await stated(timestamp.meta["snapshot.json"], "snapshot", "snapshot.json", [rootRole(root, "snapshot")], keep);
  const targets = await stated(snapshot.meta["targets.json"], "targets", "targets.json", [rootRole(root, "targets")], keep);
  demand(!Object.keys(targets.targets).length, "got party files, expected them in the files of the countries only", { file: "targets.json" });
  const signed = { [rootName(roots.length)]: root, "timestamp.json": timestamp, "snapshot.json": snapshot, "targets.json": targets };
  return { roots, root, snapshot, targets, signed: new Map(Object.entries(signed)), data };
}

/**
 * Check a country's file under its delegation, and as the snapshot states it.
 * @param {Top} above
 * @param {string} code
 * @param {Reader} read
 */
export async function checkCountry(above, code, read) {
  const file = `${code}.json`;
  const delegations = above.targets.delegations;
  const role = delegations?.roles.find((/** @type {any} */ one) => one.name === code);
  demand(role, `got the country ${code}, expected one that the directory delegates`, { file });
  const meta = Object.hasOwn(above.snapshot.meta, file) ? above.snapshot.meta[file] : undefined;
  const keep = async (/** @type {string} */ name, /** @type {number} */ version) => {
    above.data.set(name, await read(name, version));
    return take(above.data, name);
  };
  const signed = await stated(meta, "targets", file, [{ keys: delegations.keys, role }], keep);
  demand(!signed.delegations, "got delegations, expected party files only", { file });
  const foreign = Object.keys(signed.targets).find((path) => !path.startsWith(`${code}/`));
  demand(!foreign, `got ${foreign}, expected only parties of ${code}`, { file });
  above.signed.set(file, signed);
  return signed;
}

/**
 * Give where a party file lies in the directory: `VN/a05.json` for `VN.a05`.
 * @param {string} party
 */
export function targetPath(party) {
  return `${party.replace(".", "/")}.json`;
}

/**
 * Check a party file against the country's file, and read it.
 * @param {any} vouchedFor
 * @param {string} party
 * @param {Uint8Array} data
 * @param {import("./shape.js").Shape} shape
 */
export async function checkParty(vouchedFor, party, data, shape) {
  const file = "party.json";
  const path = targetPath(party);
  demand(Object.hasOwn(vouchedFor.targets, path), `got ${party}, expected a party that ${party.slice(0, 2)} vouches for`, { file });
  await hashes(vouchedFor.targets[path], data, file);
  try {
    const found = await readParty(data, shape);
    demand(found.id === party, `got the file of ${found.id}, expected that of ${party}`);
    return found;
  } catch (e) {
    throw placed(e, file);
  }
}

/**
 * Check that nothing is expired.
 * @param {Top} above
 * @param {number} at
 */
function checkFresh(above, at) {
  for (const [file, one] of above.signed) {
    demand(at < moment(one.expires), `got metadata that expired at ${one.expires}, expected it valid at ${stamp(at)}`, { file, advice: FRESHER });
  }
}

/**
 * Give where verified files stand: their versions and digests.
 * @param {Top} above
 * @returns {Promise<Position>}
 */
export async function position({ roots, root, signed, data }) {
  /** @type {Map<string, Mark>} */
  const marks = new Map();
  for (const [name, bytes] of data) marks.set(name, { version: signed.get(name).version, sha256: await sha256hex(bytes) });
  const online = [...new Set([...root.roles.timestamp.keyids, ...root.roles.snapshot.keyids])].sort().join();
  return { roots: await Promise.all(roots.map(sha256hex)), online, marks };
}

/**
 * Check that a slice stands on one line of history with a directory of one's own: the roots they share are the same, a
 * file of the same version is the same file, and what is newer is newer in every file. A change of the online keys ends
 * the comparison of versions, so that a directory can recover from a thief who ran the versions up (TUF 5.3.11).
 * @param {Position} shown
 * @param {Position} own
 */
export function checkNewer(shown, own) {
  const advice = "Do not rely on it. Call the sender on the number in your own directory, and tell the coordinator.";
  const agree = (/** @type {boolean} */ holds, /** @type {string} */ got, /** @type {string} */ file) =>
    demand(holds, `got ${got}, expected one in line with your own directory`, { file, advice });
  own.roots.forEach((digest, i) => agree(i >= shown.roots.length || shown.roots[i] === digest, `another root version ${i + 1}`, rootName(i + 1)));
  if (shown.online !== own.online) return;
  const ahead = (/** @type {string} */ name) => Math.sign(Number(shown.marks.get(name)?.version) - Number(own.marks.get(name)?.version));
  const newer = ahead("timestamp.json");
  for (const [name, mark] of [...shown.marks].sort()) {
    const mine = own.marks.get(name);
    if (!mine) continue;
    const step = ahead(name);
    agree(step !== 0 || mark.sha256 === mine.sha256, `another version ${mine.version}`, name);
    agree(step * newer >= 0 && (step === 0 || newer !== 0), `version ${mark.version} beside a timestamp that does not fit it`, name);
  }
}

/**
 * Give the file name of a root version.
 * @param {number} version
 */
export function rootName(version) {
  return `${version}.root.json`;
}

/**
 * Check the root versions, first to newest, and find the pinned one among them, byte for byte.
 * @param {Uint8Array[]} files
 * @param {Uint8Array} pinned
 */
async function checkRoots(files, pinned) {
  demand(files.length >= 1 && files.length <= MAX_ROOTS, `got ${files.length} root versions, expected 1 to ${MAX_ROOTS}`);
  let previous = null;
  for (const [i, data] of files.entries()) {
    const file = rootName(i + 1);
    const { signed } = await readMetadata(data, "root", file);
    demand(signed.version === i + 1, `got version ${signed.version}, expected ${i + 1}`, { file });
    await vouched(data, "root", file, [rootRole(previous ?? signed, "root"), rootRole(signed, "root")]);
    previous = signed;
  }
  await findPinned(files, pinned);
  return previous;
}

/**
 * @param {Uint8Array[]} files
 * @param {Uint8Array} pinned
 */
async function findPinned(files, pinned) {
  const { version } = (await readMetadata(pinned, "root", "pinned root")).signed;
  demand(version <= files.length, `got root version ${files.length}, expected at least the pinned ${version}`, {
    advice: "Ask for a newer package or directory, or check against the earlier root if you still trust it.",
  });
  demand(same(files[version - 1], pinned), `got another root version ${version}, expected the pinned one`, {
    file: rootName(version),
    advice: "This comes from another directory, or from somebody who pretends to be yours.",
  });
}

/**
 * @param {any} root
 * @param {string} name
 * @returns {Delegator}
 */
function rootRole(root, name) {
  return { keys: root.keys, role: root.roles[name] };
}

/**
 * Read a metadata file and check that each delegator's threshold is met, and that no signature is wrong or by a stranger.
 * @param {Uint8Array} data
 * @param {import("./metadata.js").Kind} kind
 * @param {string} file
 * @param {Delegator[]} delegators
 */
async function vouched(data, kind, file, delegators) {
  const { signed, signatures } = await readMetadata(data, kind, file);
  const payload = dumpCanonical(signed);
  const good = delegators.map(() => 0);
  for (const { keyid, sig } of signatures) {
    let right = false;
    for (const [i, { keys, role }] of delegators.entries()) {
      if (!role.keyids.includes(keyid) || !(await verifies(keys[keyid].keyval.public, unhex(sig), payload))) continue;
      right = true;
      good[i]++;
    }
    demand(right, `got a signature of key ${keyid.slice(0, 16)} that is wrong or not wanted, expected only those of the role`, { file });
  }
  delegators.forEach(({ role }, i) => {
    demand(good[i] >= role.threshold, `got ${good[i]} good signatures, expected ${role.threshold}`, { file });
  });
  return signed;
}

/**
 * Read a metadata file, check who signed it, and that it is the one which the file above states.
 * @param {any} meta
 * @param {import("./metadata.js").Kind} kind
 * @param {string} file
 * @param {Delegator[]} delegators
 * @param {Reader} read
 */
async function stated(meta, kind, file, delegators, read) {
  demand(meta, "got a file that the snapshot does not state, expected one that it does", { file });
  const data = await read(file, meta.version);
  const signed = await vouched(data, kind, file, delegators);
  demand(meta.version === signed.version, `got version ${signed.version}, expected ${meta.version}`, { file });
  await hashes(meta, data, file);
  return signed;
}

/**
 * @param {any} meta
 * @param {Uint8Array} data
 * @param {string} file
 */
async function hashes(meta, data, file) {
  demand([undefined, data.length].includes(meta.length), `got ${data.length} bytes, expected ${meta.length}`, { file });
  const own = await sha256hex(data);
  demand(!meta.hashes || meta.hashes.sha256 === own, `got SHA-256 ${own}, expected ${meta.hashes?.sha256}`, { file });
}

/**
 * Give the root files of a slice in order; refuse a slice with a file missing or one too many.
 * @param {Files} files
 * @param {string} code
 */
function sliceRoots(files, code) {
  const count = [...files.keys()].filter((name) => ROOT_NAME.test(name)).length;
  const roots = Array.from({ length: count }, (_, i) => rootName(i + 1));
  const expected = new Set([...roots, "timestamp.json", "snapshot.json", "targets.json", `${code}.json`, "party.json"]);
  const missing = [...expected].filter((name) => !files.has(name)).sort();
  demand(!missing.length, "got no such file, expected it in the slice", { file: missing[0] });
  const extra = [...files.keys()].filter((name) => !expected.has(name)).sort();
  demand(!extra.length, "got a file that has no place in the slice, expected only the known ones", { file: extra[0] });
  return roots.map((name) => take(files, name));
}

/**
 * @param {Files} files
 * @param {string} name
 */
function take(files, name) {
  const data = files.get(name);
  demand(data, "got no such file, expected one", { file: name });
  return data;
}

/** The proof that the sender's log holds the release (package-format §5): C2SP tlog-proof, signed-note, tlog-checkpoint; RFC 9162. */

import { concat, decode, encode, hex, same, unbase64, unhex } from "./bytes.js";
import { dumpCanonical, parseCanonical } from "./canonical.js";
import { hasExactly } from "./envelope.js";
import { verifies } from "./keys.js";
import { demand, quote } from "./refusal.js";
import { sha256 } from "./sha256.js";

const HEADER = "c2sp.org/tlog-proof@v1";
const MAX_BYTES = 1024 * 1024;
const MAX_NOTE = 256 * 1024;
const MAX_EXTRA = 2 * 64 * 1024;
const MAX_PATH = 64;
const MAX_SIGNATURES = 64;
const NUMBER = /^(?:0|[1-9][0-9]{0,17})$/;
const ED25519 = Uint8Array.of(1);

/** @typedef {{extra: Uint8Array, index: bigint, path: Uint8Array[], note: Uint8Array}} Proof */

/**
 * Verify a whole proof; give the event and where it stands.
 * @param {Uint8Array} data
 * @param {string} origin the log's name, which is also the name of its key
 * @param {string[]} keys public keys in hexadecimal
 * @returns {Promise<{event: any, index: bigint, size: bigint}>}
 */
export async function verifyProof(data, origin, keys) {
  const proof = readProof(data);
  const { size, root } = await openCheckpoint(proof.note, origin, keys);
  const { salt, event } = readExtra(proof.extra);
  const leaf = await sha256(concat(Uint8Array.of(0), await sha256(concat(salt, dumpCanonical(event)))));
  await checkInclusion(proof, size, leaf, root);
  return { event, index: proof.index, size };
}

/**
 * @param {Uint8Array} data
 * @returns {Proof}
 */
function readProof(data) {
  demand(data.length <= MAX_BYTES, `got a proof of ${data.length} bytes, expected at most ${MAX_BYTES}`);
  const gap = data.findIndex((byte, i) => byte === 10 && data[i + 1] === 10);
  const [header, ...lines] = gap < 0 ? [""] : decode(data.subarray(0, gap)).split("\n");
  demand(header === HEADER, `got another text, expected ${HEADER}, the proof, an empty line and a checkpoint`);
  const extra = lines[0]?.startsWith("extra ") ? unbase64(lines.shift()?.slice(6)) : new Uint8Array(0);
  const index = /^index (.*)$/.exec(lines.shift() ?? "")?.[1] ?? "";
  demand(NUMBER.test(index) && extra.length, "got a malformed proof, expected `extra` and `index`");
  const path = lines.map(unbase64);
  const plain = path.length <= MAX_PATH && path.every((hash) => hash.length === 32);
  demand(plain, `got a path of ${path.length} parts, expected at most ${MAX_PATH} hashes of 32 bytes`);
  return { extra, index: BigInt(index), path, note: data.subarray(gap + 2) };
}

/** @param {Uint8Array} data */
function readExtra(data) {
  const document = parseCanonical(data, MAX_EXTRA);
  const form = hasExactly(document, ["event", "salt"]) && /^[0-9a-f]{64}$/.test(document.salt) && hasExactly(document.event, Object.keys(document.event ?? {}));
  demand(form, "got a malformed `extra`, expected an event and a salt of 64 small hexadecimal digits");
  return { salt: unhex(document.salt), event: document.event };
}

/**
 * Give the checkpoint that one of the keys signed for the log of its own name.
 * @param {Uint8Array} note
 * @param {string} origin
 * @param {string[]} keys
 */
async function openCheckpoint(note, origin, keys) {
  const { text, signatures } = readNote(note);
  const known = new Map();
  for (const key of keys) known.set(hex((await sha256(concat(encode(`${origin}\n`), ED25519, unhex(key)))).subarray(0, 4)), key);
  let signed = false;
  for (const { name, raw } of signatures) {
    const key = name === origin && known.get(hex(raw.subarray(0, 4)));
    if (!key) continue;
    demand(await verifies(key, raw.subarray(4), encode(text)), `got a note that the key of ${name} did not sign, expected its signature`);
    signed = true;
  }
  const names = [...new Set(signatures.map(({ name }) => name))].sort().join(", ");
  demand(signed, `got a note signed by ${quote(names)}, expected a signature by a known key of the log`);
  const lines = text.slice(0, -1).split("\n");
  demand(lines.length === 3 && NUMBER.test(lines[1]), "got another text, expected a checkpoint of origin, size and root");
  const root = unbase64(lines[2]);
  demand(root.length === 32, `got a root of ${root.length} bytes, expected 32`);
  demand(lines[0] === origin, `got a checkpoint of ${quote(lines[0])}, expected one of ${origin}`);
  return { size: BigInt(lines[1]), root };
}

/** @param {Uint8Array} data */
function readNote(data) {
  demand(data.length <= MAX_NOTE, `got a note of ${data.length} bytes, expected at most ${MAX_NOTE}`);
  const note = decode(data);
  const gap = note.lastIndexOf("\n\n");
  const lines = note.slice(gap + 2).split("\n");
  const form = gap > 0 && lines.pop() === "" && !/[\u0000-\u0009\u000b-\u001f]/.test(note);
  demand(form, "got another text, expected a signed note: a text, an empty line, signatures");
  demand(lines.length >= 1 && lines.length <= MAX_SIGNATURES, `got ${lines.length} signatures, expected 1 to ${MAX_SIGNATURES}`);
  const signatures = lines.map((line) => {
    const found = /^— ([^\s+]{1,200}) (\S+)$/.exec(line);
    demand(found, `got the line ${quote(line.slice(0, 80))}, expected \`— NAME SIGNATURE\``);
    const raw = unbase64(found[2]);
    demand(raw.length >= 5, `got a signature of ${raw.length} bytes, expected a key id and a signature`);
    return { name: found[1], raw };
  });
  return { text: note.slice(0, gap + 1), signatures };
}

/**
 * Check a proof of inclusion (RFC 9162, 2.1.3.2).
 * @param {Proof} proof
 * @param {bigint} size
 * @param {Uint8Array} leaf
 * @param {Uint8Array} root
 */
async function checkInclusion({ index, path }, size, leaf, root) {
  demand(index < size, `got a proof for entry ${index} of ${size}, expected an entry within the log`);
  let [fn, sn, r] = [index, size - 1n, leaf];
  for (const p of path) {
    demand(sn !== 0n, `got ${path.length} hashes, expected fewer for entry ${index} of ${size}`);
    if (fn & 1n || fn === sn) {
      r = await nodeHash(p, r);
      for (; !(fn & 1n) && fn; sn >>= 1n) fn >>= 1n;
    } else {
      r = await nodeHash(r, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  demand(sn === 0n && same(r, root), `got a proof that leads to another root, expected the root of the checkpoint at ${size} entries`);
}

/**
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
function nodeHash(left, right) {
  return sha256(concat(Uint8Array.of(1), left, right));
}

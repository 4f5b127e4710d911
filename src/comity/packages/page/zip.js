/** The strict zip: stored entries, contiguous, said the same twice (package-format §1; same rules as zipfiles.py). */

import { decode, latin1, same } from "./bytes.js";
import { demand } from "./refusal.js";

/** @typedef {import("./source.js").Source} Source */
/** @typedef {{name: string, start: number, size: number, crc: number}} Entry */
/** @typedef {{name: string, raw: Uint8Array, flags: number, crc: number, size: number, offset: number}} Central */

const END = 22;
const MAX_RECORD = 400;
const MAX_ENTRY = 2 ** 40;
const UTF8 = 0x800;
const FULL = 0xffffffff;

/**
 * Read a zip's directory and compare it with every local header.
 * @param {Source} source
 * @param {number} most how many entries there may be
 * @returns {Promise<Entry[]>}
 */
export async function readZip(source, most) {
  const end = await findDirectory(source, most);
  const entries = readDirectory(await source.bytes(end.offset, end.length), end.count);
  demand(new Set(entries.map((entry) => entry.name)).size === entries.length, "got the same name twice, expected each once");
  const found = [];
  let at = 0;
  for (const entry of entries.sort((a, b) => a.offset - b.offset)) {
    demand(entry.offset === at, `got bytes between entries at ${at}, expected none`, { file: entry.name });
    const start = await dataStart(source, entry);
    found.push({ name: entry.name, start, size: entry.size, crc: entry.crc });
    at = start + entry.size;
  }
  demand(at === end.offset, "got bytes between the entries and the directory, expected none");
  return found;
}

/**
 * Ask for an end record in the last 22 bytes, one disk, and a directory right before the end.
 * @param {Source} source
 * @param {number} most
 */
async function findDirectory(source, most) {
  demand(source.size >= END, "got a file too short for a zip, expected a package");
  const record = view(await source.bytes(source.size - END, END));
  const marked = record.getUint32(0, true) === 0x06054b50 && record.getUint16(20, true) === 0;
  demand(marked, "got no zip end record at the end of the file, expected a package");
  const count = record.getUint16(10, true);
  const single = record.getUint16(4, true) === 0 && record.getUint16(6, true) === 0 && record.getUint16(8, true) === count;
  demand(single, "got a zip in several parts, expected one file");
  const [length, offset] = [record.getUint32(12, true), record.getUint32(16, true)];
  const wide = offset === FULL || length === FULL || count === 0xffff;
  const end = wide ? await findWide(source) : { count, length, offset, end: source.size - END };
  const fits = end.count <= most && end.length <= most * MAX_RECORD && end.offset + end.length === end.end;
  demand(fits, "got a zip directory that does not fit the file, expected it right before the end");
  return end;
}

/**
 * Read the zip64 end record and its locator, which must stand right before the end record.
 * @param {Source} source
 */
async function findWide(source) {
  const message = "got a malformed zip64 end record, expected one of version 1";
  const end = source.size - END - 20 - 56;
  demand(end >= 0, message);
  const record = view(await source.bytes(end, 56 + 20));
  const marked = record.getUint32(0, true) === 0x06064b50 && record.getUint32(56, true) === 0x07064b50;
  demand(marked && wide64(record, 4) === 44 && wide64(record, 56 + 8) === end, message);
  const single = record.getUint32(16, true) === 0 && record.getUint32(20, true) === 0 && wide64(record, 24) === wide64(record, 32);
  demand(single && record.getUint32(60, true) === 0 && record.getUint32(72, true) <= 1, "got a zip in several parts, expected one file");
  return { count: wide64(record, 32), length: wide64(record, 40), offset: wide64(record, 48), end };
}

/**
 * @param {Uint8Array} data
 * @param {number} count
 */
function readDirectory(data, count) {
  const all = view(data);
  /** @type {Central[]} */
  const entries = [];
  let at = 0;
  while (at < data.length) {
    demand(at + 46 <= data.length && all.getUint32(at, true) === 0x02014b50, "got a malformed zip directory, expected entries only");
    const [n, m, k] = [28, 30, 32].map((field) => all.getUint16(at + field, true));
    demand(at + 46 + n + m + k <= data.length, "got a malformed zip directory, expected whole entries");
    entries.push(readCentral(data.subarray(at, at + 46 + n + m + k), n, m, k));
    at += 46 + n + m + k;
  }
  demand(entries.length === count && count > 0, `got ${entries.length} entries, expected ${count} and at least one`);
  return entries;
}

/**
 * @param {Uint8Array} data
 * @param {number} n length of the name
 * @param {number} m length of the extra field
 * @param {number} k length of the comment
 * @returns {Central}
 */
function readCentral(data, n, m, k) {
  const head = view(data);
  const raw = data.slice(46, 46 + n);
  const flags = head.getUint16(8, true);
  const ascii = raw.every((byte) => byte < 0x80);
  const name = flags & UTF8 ? decode(raw) : latin1(raw);
  const kind = (head.getUint32(38, true) >>> 16) & 0xf000;
  demand(!name.endsWith("/") && (kind === 0 || kind === 0x8000), "got a folder, link or odd name in the zip, expected regular files only", { file: name });
  const plain = (flags === 0 ? ascii : flags === UTF8) && k === 0 && head.getUint16(34, true) === 0 && head.getUint8(6) <= 63;
  demand(plain, "got an encrypted, commented or oddly flagged entry, expected a plain one", { file: name });
  const extra = view(data.slice(46 + n, 46 + n + m));
  const zip64 = m === 0 || (m >= 4 && extra.getUint16(0, true) === 1 && extra.getUint16(2, true) === m - 4);
  demand(zip64, "got an extra field, expected none but zip64", { file: name });
  let next = 4;
  const wide = (/** @type {number} */ field) => {
    const value = head.getUint32(field, true);
    if (value !== FULL) return value;
    demand(next + 8 <= m, "got a zip64 field that is too short, expected the size in it", { file: name });
    next += 8;
    return wide64(extra, next - 8);
  };
  const [size, packed, offset] = [wide(24), wide(20), wide(42)];
  demand(head.getUint16(10, true) === 0 && size === packed, "got a compressed entry, expected stored ones only", { file: name });
  demand(size <= MAX_ENTRY, "got an entry that claims more than a tebibyte, expected less", { file: name });
  return { name, raw, flags, crc: head.getUint32(16, true), size, offset };
}

/**
 * Compare the local header with the directory's and give the offset of the data.
 * @param {Source} source
 * @param {Central} entry
 */
async function dataStart(source, entry) {
  const inside = entry.offset + 30 <= source.size;
  demand(inside, "got a directory that points outside the file, expected entries in it", { file: entry.name });
  const head = view((await source.bytes(entry.offset, 30)).slice());
  const [n, m] = [head.getUint16(26, true), head.getUint16(28, true)];
  const rest = (await source.bytes(entry.offset + 30, n + m)).slice();
  const extra = view(rest.subarray(n));
  let [packed, size] = [head.getUint32(18, true), head.getUint32(22, true)];
  let left = m;
  if (size === FULL && packed === FULL && m >= 20 && extra.getUint32(0, true) === 0x00100001) {
    [size, packed] = [wide64(extra, 4), wide64(extra, 12)];
    left -= 20;
  }
  const agree =
    head.getUint32(0, true) === 0x04034b50 &&
    head.getUint16(6, true) === entry.flags &&
    head.getUint16(8, true) === 0 &&
    head.getUint32(14, true) === entry.crc &&
    packed === entry.size &&
    size === entry.size &&
    left === 0 &&
    same(rest.subarray(0, n), entry.raw);
  demand(agree, "got two headers that disagree, expected the same said twice", { file: entry.name });
  return entry.offset + 30 + n + m;
}

/** @param {Uint8Array} bytes */
function view(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Read a 64-bit number; beyond 53 bits it is too large for anything here, and stays so.
 * @param {DataView} record
 * @param {number} at
 */
function wide64(record, at) {
  return record.getUint32(at + 4, true) * 2 ** 32 + record.getUint32(at, true);
}

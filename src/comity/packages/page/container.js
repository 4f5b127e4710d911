/** A container: a stored zip, or a folder chosen in the browser; its files are read piece by piece (package-format §1). */

import { crc32 } from "./crc32.js";
import { MAX_ENTRIES, MAX_TOTAL, checkNames, checkTop } from "./names.js";
import { Refusal, demand } from "./refusal.js";
import { Sha256, sha256hex } from "./sha256.js";
import { Source } from "./source.js";
import { readZip } from "./zip.js";

// Up to here a file is hashed whole by the browser; beyond, piece by piece, so that memory stays bounded.
const WHOLE = 64 * 1024 * 1024;

/** @typedef {{source: Source, start: number, size: number, crc?: number}} Item */
/** @typedef {{path: string, blob: Blob}} FolderFile */

/** Files by name, read piece by piece. */
export class Files {
  /** @param {Map<string, Item>} items */
  constructor(items) {
    this.items = items;
  }

  /** Name the files. */
  names() {
    return [...this.items.keys()];
  }

  /**
   * Say whether there is such a file.
   * @param {string} name
   */
  has(name) {
    return this.items.has(name);
  }

  /**
   * Give the size of a file.
   * @param {string} name
   */
  size(name) {
    return this.items.get(name)?.size ?? 0;
  }

  /**
   * Give a small file whole.
   * @param {string} name
   * @param {number} limit
   */
  async read(name, limit) {
    const item = this.items.get(name);
    demand(item, "got no such file, expected one", { file: name });
    demand(item.size <= limit, `got ${item.size} bytes, expected at most ${limit}`, { file: name });
    const whole = new Uint8Array(item.size);
    let at = 0;
    await this.feed(name, (piece) => {
      whole.set(piece, at);
      at += piece.length;
    });
    return whole;
  }

  /**
   * Give the SHA-256 of a file.
   * @param {string} name
   * @param {(bytes: number) => void} advance is told how many more bytes are read
   */
  async digest(name, advance) {
    if (this.size(name) <= WHOLE) {
      const whole = await this.read(name, WHOLE);
      advance(whole.length);
      return sha256hex(whole);
    }
    const running = new Sha256();
    await this.feed(name, (piece) => {
      running.update(piece);
      advance(piece.length);
    });
    return running.digest();
  }

  /**
   * Pass the bytes of a file on, checking the CRC-32 where there is one.
   * @param {string} name
   * @param {(piece: Uint8Array) => void} sink
   */
  async feed(name, sink) {
    const item = /** @type {Item} */ (this.items.get(name));
    let crc = 0;
    try {
      await item.source.pour(item.start, item.size, (piece) => {
        if (item.crc !== undefined) crc = crc32(crc, piece);
        sink(piece);
      });
    } catch (e) {
      if (e instanceof DOMException) throw new Refusal(`got ${e.name}, expected a readable file`, { file: name });
      throw e;
    }
    demand(item.crc === undefined || crc === item.crc, "got bytes that are damaged (CRC-32), expected those written", { file: name });
  }
}

/** A package: files with plain names under one top folder. */
export class Container extends Files {
  /**
   * @param {string} top the name of the one top folder
   * @param {Map<string, Item>} items
   */
  constructor(top, items) {
    checkTop(top);
    checkNames(items.keys());
    super(items);
    this.total = [...items.values()].reduce((sum, item) => sum + item.size, 0);
    demand(this.total <= MAX_TOTAL, `got ${this.total} bytes, expected at most ${MAX_TOTAL}`);
    this.top = top;
  }
}

/**
 * Open a stored zip of at most so many entries.
 * @param {Source} source
 * @param {number} most
 */
export async function openEntries(source, most) {
  const entries = await readZip(source, most);
  return new Files(new Map(entries.map((entry) => [entry.name, { source, start: entry.start, size: entry.size, crc: entry.crc }])));
}

/**
 * Open a package that is a stored zip.
 * @param {Blob} blob
 */
export async function openZip(blob) {
  const { items } = await openEntries(new Source(blob), MAX_ENTRIES);
  return gather([...items].map(([path, item]) => ({ path, item })));
}

/**
 * Open a package that is a folder: the files as the browser lists them, the top folder in their paths.
 * @param {FolderFile[]} files
 */
export function openFolder(files) {
  demand(files.length > 0, "got an empty folder, expected files");
  return gather(files.map(({ path, blob }) => ({ path, item: { source: new Source(blob), start: 0, size: blob.size } })));
}

/** @param {{path: string, item: Item}[]} files */
function gather(files) {
  const tops = new Set(files.map(({ path }) => path.split("/")[0]));
  const one = tops.size === 1 && files.every(({ path }) => path.includes("/"));
  demand(one, `got ${tops.size} top folders, expected exactly one`);
  const [top] = tops;
  return new Container(top, new Map(files.map(({ path, item }) => [path.slice(top.length + 1), item])));
}

/** Reading a file on disk piece by piece: large pieces straight from it, small ones through a window that is kept. */

import { demand } from "./refusal.js";

const PIECE = 4 * 1024 * 1024;
const WINDOW = 1024 * 1024;

export class Source {
  /** @param {Blob} blob */
  constructor(blob) {
    this.blob = blob;
    this.size = blob.size;
    this.start = 0;
    this.window = new Uint8Array(0);
  }

  /**
   * Give *length* bytes from *start* (few enough for memory).
   * @param {number} start
   * @param {number} length
   */
  async bytes(start, length) {
    demand(start >= 0 && start + length <= this.size, `got a file that ends at ${this.size}, expected ${length} bytes at ${start}: it is cut short`);
    if (length > WINDOW) return this.load(start, length);
    if (start < this.start || start + length > this.start + this.window.length) {
      this.window = await this.load(start, Math.min(WINDOW, this.size - start));
      this.start = start;
    }
    return this.window.subarray(start - this.start, start - this.start + length);
  }

  /**
   * Pass *length* bytes from *start* on, piece by piece.
   * @param {number} start
   * @param {number} length
   * @param {(piece: Uint8Array) => void} sink
   */
  async pour(start, length, sink) {
    for (let at = 0; at < length; at += PIECE) sink(await this.bytes(start + at, Math.min(PIECE, length - at)));
  }

  /**
   * @param {number} start
   * @param {number} length
   */
  async load(start, length) {
    return new Uint8Array(await this.blob.slice(start, start + length).arrayBuffer());
  }
}

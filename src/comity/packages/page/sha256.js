/**
 * SHA-256 (FIPS 180-4): the browser's own for what fits in memory, and one that takes a file piece by piece, because
 * the browser's wants the whole file at once.
 */

import { hex } from "./bytes.js";

/** The first 32 bits of the fractional parts of the square (start) and cube (round) roots of the first primes. */
const [ROUND, START] = roots();

/** A running SHA-256. */
export class Sha256 {
  constructor() {
    this.state = Int32Array.from(START);
    this.block = new Uint8Array(64);
    this.filled = 0;
    this.length = 0;
    this.words = new Int32Array(64);
  }

  /**
   * Take more bytes.
   * @param {Uint8Array} bytes
   */
  update(bytes) {
    this.length += bytes.length;
    let at = 0;
    if (this.filled) {
      at = Math.min(64 - this.filled, bytes.length);
      this.block.set(bytes.subarray(0, at), this.filled);
      this.filled += at;
      if (this.filled < 64) return this;
      this.compress(this.block, 0);
      this.filled = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) this.compress(bytes, at);
    this.block.set(bytes.subarray(at));
    this.filled = bytes.length - at;
    return this;
  }

  /** Give the hash in hexadecimal; nothing can be added afterwards. */
  digest() {
    const bits = this.length * 8;
    const tail = new Uint8Array(this.filled < 56 ? 64 : 128);
    tail.set(this.block.subarray(0, this.filled));
    tail[this.filled] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(tail.length - 4, bits >>> 0);
    for (let at = 0; at < tail.length; at += 64) this.compress(tail, at);
    const out = new Uint8Array(32);
    this.state.forEach((word, i) => new DataView(out.buffer).setInt32(4 * i, word));
    return hex(out);
  }

  /**
   * Mix one block of 64 bytes into the state (FIPS 180-4, 6.2.2).
   * @param {Uint8Array} bytes
   * @param {number} at
   */
  compress(bytes, at) {
    const w = this.words;
    const k = ROUND;
    const state = this.state;
    for (let i = 0, j = at; i < 16; i++, j += 4) w[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

/**
 * Hash bytes that are in memory with the browser's SHA-256.
 * @param {Uint8Array} bytes
 */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (bytes)));
}

/**
 * Hash bytes that are in memory; the hash in hexadecimal.
 * @param {Uint8Array} bytes
 */
export async function sha256hex(bytes) {
  return hex(await sha256(bytes));
}

/** Work out the constants rather than list them. */
function roots() {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  return [Int32Array.from(primes, (p) => fraction(p, 3n)), Int32Array.from(primes.slice(0, 8), (p) => fraction(p, 2n))];
}

/**
 * Give 32 bits of the fractional part of the *degree*-th root of *n*, by exact bisection.
 * @param {number} n
 * @param {bigint} degree
 */
function fraction(n, degree) {
  const goal = BigInt(n) << (32n * degree);
  let low = 0n;
  let high = BigInt(n) << 32n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= goal) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}

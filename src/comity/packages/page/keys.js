/** Ed25519 (RFC 8032) by the browser's own cryptography; a key's id is the SHA-256 of its 32 raw public bytes. */

import { unhex } from "./bytes.js";
import { demand } from "./refusal.js";
import { sha256hex } from "./sha256.js";

const ED25519 = { name: "Ed25519" };

/**
 * Say whether the key made the signature over the message.
 * @param {string} publicHex 32 raw bytes in hexadecimal
 * @param {Uint8Array} signature
 * @param {Uint8Array} message
 */
export async function verifies(publicHex, signature, message) {
  const raw = unhex(publicHex);
  demand(raw.length === 32, "got a key of another length, expected an Ed25519 public key of 32 bytes");
  const key = await crypto.subtle.importKey("raw", raw, ED25519, false, ["verify"]);
  return signature.length === 64 && crypto.subtle.verify(ED25519, key, /** @type {BufferSource} */ (signature), /** @type {BufferSource} */ (message));
}

/**
 * Give a key's id.
 * @param {string} publicHex
 */
export async function keyId(publicHex) {
  return sha256hex(unhex(publicHex));
}

// RFC 8032, 7.1, TEST 1: an empty message.
const PROBE_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const PROBE_SIGNATURE =
  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";

/** Say whether this browser can judge at all: a published signature verifies, and the same one altered does not. */
export async function canJudge() {
  try {
    const right = await verifies(PROBE_KEY, unhex(PROBE_SIGNATURE), new Uint8Array(0));
    const wrong = await verifies(PROBE_KEY, unhex(PROBE_SIGNATURE), new Uint8Array(1));
    return right && !wrong && typeof "".isWellFormed === "function" && typeof DecompressionStream === "function";
  } catch {
    return false;
  }
}

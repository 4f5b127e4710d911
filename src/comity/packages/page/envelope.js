/** DSSE envelopes, version 1: what is signed is the type and the payload together, and the payload is read only from there. */

import { concat, encode, unbase64 } from "./bytes.js";
import { dumpCanonical, parseCanonical } from "./canonical.js";
import { verifies } from "./keys.js";
import { demand, quote } from "./refusal.js";

const MAX_SIGNATURES = 8;
const MAX_BYTES = 1024 * 1024;

/** @typedef {{keyid: string, value: Uint8Array}} Signature */
/** @typedef {{payloadType: string, payload: Uint8Array, signatures: Signature[]}} Envelope */

/**
 * Read an envelope that must carry a payload of one type; the signatures are not yet checked.
 * @param {Uint8Array} data
 * @param {string} payloadType
 * @returns {Envelope}
 */
export function readEnvelope(data, payloadType) {
  const document = parseCanonical(data, MAX_BYTES);
  demand(hasExactly(document, ["payload", "payloadType", "signatures"]), "got a malformed envelope, expected payload, payloadType and signatures");
  const rows = document.signatures;
  demand(Array.isArray(rows) && rows.every((row) => hasExactly(row, ["keyid", "sig"])), "got malformed signatures, expected keyid and sig in each");
  const keyids = new Set(rows.map((row) => row.keyid));
  const enough = rows.length >= 1 && rows.length <= MAX_SIGNATURES && keyids.size === rows.length;
  demand(enough, `got ${rows.length} signatures, expected 1 to ${MAX_SIGNATURES}, each by another key`);
  const signatures = rows.map((row) => ({ keyid: String(row.keyid), value: unbase64(row.sig) }));
  const payload = unbase64(document.payload);
  demand(document.payloadType === payloadType, `got payload type ${quote(document.payloadType)}, expected ${quote(payloadType)}`);
  return { payloadType, payload, signatures };
}

/**
 * Say whether the key made that signature over the envelope (DSSE, PAE).
 * @param {Envelope} envelope
 * @param {Signature} signature
 * @param {string} publicHex
 */
export function signedBy(envelope, signature, publicHex) {
  const kind = encode(envelope.payloadType);
  const head = encode(`DSSEv1 ${kind.length} ${envelope.payloadType} ${envelope.payload.length} `);
  return verifies(publicHex, signature.value, concat(head, envelope.payload));
}

/**
 * Say whether a value is an object with exactly these names.
 * @param {any} value
 * @param {string[]} names
 */
export function hasExactly(value, names) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const own = Object.keys(value);
  return own.length === names.length && names.every((name) => Object.hasOwn(value, name));
}

/**
 * Say whether two values are the same data.
 * @param {any} a
 * @param {any} b
 */
export function equalData(a, b) {
  return String(dumpCanonical(a)) === String(dumpCanonical(b));
}

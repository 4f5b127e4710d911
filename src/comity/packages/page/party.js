/** Parties: how to call them back, and which key may act in which role at which time (package-format §4; model.py). */

import { parseCanonical } from "./canonical.js";
import { keyId } from "./keys.js";
import { moment, stamp } from "./moment.js";
import { demand } from "./refusal.js";
import { requireShape } from "./shape.js";

const MAX_BYTES = 512 * 1024;

/** @typedef {{at: number, invalidFrom: number, reason: string}} Revocation */
/** @typedef {{keyid: string, public: string, holder: string, roles: string[], validFrom: number, validUntil: number, revoked: Revocation | null}} PartyKey */
/** @typedef {{id: string, name: string, keys: PartyKey[], document: any}} Party */

/**
 * Read a party file: canonical JSON that fits the shape and agrees with itself.
 * @param {Uint8Array} data
 * @param {import("./shape.js").Shape} shape
 * @returns {Promise<Party>}
 */
export async function readParty(data, shape) {
  const document = requireShape(shape, parseCanonical(data, MAX_BYTES));
  const keys = [];
  for (const [i, row] of document.keys.entries()) keys.push(await readKey(row, `keys[${i}]`));
  const distinct = new Set(keys.map((key) => key.keyid)).size === keys.length;
  demand(distinct, "got the same key twice, expected each key once with all its roles", { field: "keys" });
  return { id: document.id, name: document.name, keys, document };
}

/**
 * Say why a key may not act in a role at a moment; empty when it may. A key taken back as compromised counts only if
 * somebody else attests the moment, because a thief can write any date.
 * @param {PartyKey} key
 * @param {string} role
 * @param {number} at
 * @param {boolean} [attested]
 */
export function whyNot(key, role, at, attested = false) {
  if (!key.roles.includes(role)) return `the key does not have the role ${role}, only: ${key.roles.join(", ")}`;
  if (at < key.validFrom) return `the key is not valid before ${stamp(key.validFrom)}`;
  if (at >= key.validUntil) return `the key expired at ${stamp(key.validUntil)}`;
  if (key.revoked && at >= key.revoked.invalidFrom) return `the key is revoked from ${stamp(key.revoked.invalidFrom)}: ${key.revoked.reason}`;
  if (key.revoked?.reason === "compromised" && !attested) return "the key is revoked as compromised and nobody else attests the time of signing";
  return "";
}

/**
 * @param {any} row
 * @param {string} at
 * @returns {Promise<PartyKey>}
 */
async function readKey(row, at) {
  const own = await keyId(row.public);
  demand(own === row.keyid, `got ${row.keyid}, expected the SHA-256 of the public key, ${own}`, { field: `${at}.keyid` });
  const [validFrom, validUntil] = [moment(row.valid_from), moment(row.valid_until)];
  demand(validFrom < validUntil, `got ${row.valid_until}, expected a time after valid_from`, { field: `${at}.valid_until` });
  const revoked = row.revoked
    ? { at: moment(row.revoked.at), invalidFrom: moment(row.revoked.invalid_from), reason: row.revoked.reason }
    : null;
  return { keyid: row.keyid, public: row.public, holder: row.holder, roles: row.roles, validFrom, validUntil, revoked };
}

/** Who signed, and were they allowed to: signatures against the sender's party file (package-format §4, §5). */

import { signedBy } from "./envelope.js";
import { verifyProof } from "./ledger.js";
import { stamp } from "./moment.js";
import { whyNot } from "./party.js";
import { demand, placed } from "./refusal.js";

/** @typedef {import("./party.js").Party} Party */
/** @typedef {import("./envelope.js").Envelope} Envelope */
/** @typedef {import("./statement.js").Statement} Statement */
/** @typedef {{at: number, attested: boolean}} When the moment of signing, and whether somebody else attests it */
/** @typedef {{role: string, holder: string, keyid: string, valid_from: string, valid_until: string}} Signer */

const EMERGENCY = "disclose_emergency";
const PROOF = "seal/tlog-proof";

/**
 * Find the drafter, another releaser and, in an emergency, a third confirmer, in this order.
 * @param {Party} sender
 * @param {Envelope} signed
 * @param {Statement} stated
 * @param {boolean} attested whether somebody else attests when they signed
 */
export async function requestSigners(sender, signed, stated, attested) {
  const roles = ["draft", "release", ...(stated.measure === EMERGENCY ? ["emergency"] : [])];
  const found = await signersInRoles(sender, signed, roles, { at: stated.sealedAt, attested });
  const distinct = new Set(found.map((signer) => signer.holder)).size === found.length;
  demand(distinct, "got one holder in two roles, expected another person or post for each");
  return found;
}

/**
 * Find the one post that signed a receipt.
 * @param {Party} answerer
 * @param {Envelope} signed
 * @param {number} at
 */
export async function receiptSigners(answerer, signed, at) {
  return signersInRoles(answerer, signed, ["receipt"], { at, attested: false });
}

/**
 * @param {Party} party
 * @param {Envelope} signed
 * @param {string[]} roles
 * @param {When} when
 */
async function signersInRoles(party, signed, roles, when) {
  const count = signed.signatures.length;
  demand(count === roles.length, `got ${count} signatures, expected ${roles.length}: ${roles.join(", ")}`);
  const found = [];
  for (const [i, signature] of signed.signatures.entries()) {
    found.push(requireSigner(party, signature.keyid, roles[i], when));
    const key = party.keys.find((one) => one.keyid === signature.keyid);
    const right = key && (await signedBy(signed, signature, key.public));
    demand(right, `got a signature that key ${signature.keyid.slice(0, 12)} did not make`);
  }
  return found;
}

/**
 * Give the key's holder if it may act for a party in a role at a moment.
 * @param {Party} party
 * @param {string} keyid
 * @param {string} role
 * @param {When} when
 * @returns {Signer}
 */
export function requireSigner(party, keyid, role, { at, attested }) {
  const key = party.keys.find((one) => one.keyid === keyid);
  demand(key, `got key ${keyid.slice(0, 12)}, expected a key of ${party.id}`);
  const reason = whyNot(key, role, at, attested);
  demand(!reason, `got key ${keyid.slice(0, 12)} of ${key.holder}, expected one that may ${role}: ${reason}`);
  return { role, holder: key.holder, keyid, valid_from: stamp(key.validFrom), valid_until: stamp(key.validUntil) };
}

/**
 * Check that the sender's log holds the release of this package; give what was found.
 * @param {Uint8Array} data
 * @param {Party} sender
 * @param {Statement} stated
 */
export async function checkRelease(data, sender, stated) {
  const keys = sender.keys.filter((key) => !whyNot(key, "node", stated.sealedAt)).map((key) => key.public);
  try {
    const { event, index, size } = await verifyProof(data, `comity/${sender.id}`, keys);
    const release = event.type === "request.released" && event.package === stated.package;
    demand(release, "got a proof of another event, expected the release of this package");
    return `entry ${index} of ${size} in the log of ${sender.id}`;
  } catch (e) {
    throw placed(e, PROOF);
  }
}

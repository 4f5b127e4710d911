/** Directory metadata in the TUF 1.0 format, read as strictly as src/comity/directory/metadata.py reads it. */

import { parseCanonical } from "./canonical.js";
import { keyId } from "./keys.js";
import { isMoment } from "./moment.js";
import { demand, placed, quote } from "./refusal.js";

/** @typedef {"root" | "timestamp" | "snapshot" | "targets"} Kind */
/** @typedef {(value: any, at: string) => void} Check */
/** @typedef {{signed: any, signatures: {keyid: string, sig: string}[]}} Metadata */

/** @type {Record<Kind, number>} */
export const LIMITS = { root: 512_000, timestamp: 16_384, snapshot: 2_000_000, targets: 5_000_000 };
export const MAX_ROOTS = 256;
const MIN_VOUCHERS = 2;

/**
 * Read one metadata file; its signatures are not yet checked.
 * @param {Uint8Array} data
 * @param {Kind} kind
 * @param {string} file
 * @returns {Promise<Metadata>}
 */
export async function readMetadata(data, kind, file) {
  try {
    const document = parseCanonical(data, LIMITS[kind]);
    FORMS[kind](document, "");
    for (const keys of [document.signed.keys, document.signed.delegations?.keys]) await checkKeyIds(keys ?? {});
    return document;
  } catch (e) {
    throw placed(e, file);
  }
}

/**
 * A key is named by its own hash, so that no key can stand under two names.
 * @param {Record<string, any>} keys
 */
async function checkKeyIds(keys) {
  for (const [id, key] of Object.entries(keys)) {
    const own = await keyId(key.keyval.public);
    demand(own === id, `got the id ${id}, expected the SHA-256 of the public key, ${own}`, { field: `keys[${id}]` });
  }
}

/**
 * @param {RegExp} pattern
 * @param {string} expected
 * @returns {Check}
 */
function matches(pattern, expected) {
  return (value, at) => demand(typeof value === "string" && pattern.test(value), `got ${quote(value)}, expected ${expected}`, { field: at });
}

/**
 * @param {number} low
 * @returns {Check}
 */
function whole(low) {
  return (value, at) => demand(Number.isSafeInteger(value) && value >= low, `got ${quote(value)}, expected a whole number from ${low}`, { field: at });
}

/** @type {Check} */
function flag(value, at) {
  demand(typeof value === "boolean", `got ${quote(value)}, expected true or false`, { field: at });
}

/** @type {Check} */
function time(value, at) {
  demand(isMoment(value), `got ${quote(value)}, expected a time as YYYY-MM-DDTHH:MM:SSZ`, { field: at });
}

/**
 * @param {any} value
 * @param {string} at
 */
function object(value, at) {
  demand(value !== null && typeof value === "object" && !Array.isArray(value), "got no object, expected one", { field: at });
}

/**
 * @param {Record<string, Check>} required
 * @param {Record<string, Check>} [optional]
 * @returns {Check}
 */
function record(required, optional = {}) {
  const known = { ...required, ...optional };
  const names = Object.keys(known).sort().join(", ");
  return (value, at) => {
    object(value, at);
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(known, name));
    demand(unknown === undefined, `got the unknown field ${quote(unknown)}, expected only ${names}`, { field: at });
    const missing = Object.keys(required).find((name) => !Object.hasOwn(value, name));
    demand(missing === undefined, `got no ${missing}, expected one`, { field: at });
    for (const [name, one] of Object.entries(value)) known[name](one, at ? `${at}.${name}` : name);
  };
}

/**
 * @param {Check} name
 * @param {Check} item
 * @returns {Check}
 */
function mapping(name, item) {
  return (value, at) => {
    object(value, at);
    for (const [key, one] of Object.entries(value)) {
      name(key, at);
      item(one, `${at}[${key}]`);
    }
  };
}

/**
 * @param {Check} item
 * @param {number} most
 * @returns {Check}
 */
function listing(item, most) {
  return (value, at) => {
    demand(Array.isArray(value) && value.length <= most, `got no list or more than ${most} items, expected a list of at most ${most}`, { field: at });
    value.forEach((one, i) => item(one, `${at}[${i}]`));
  };
}

/**
 * A role needs at least *low* signatures, and has at least as many different keys.
 * @param {number} low
 * @param {Record<string, Check>} [extra]
 * @returns {Check}
 */
function role(low, extra = {}) {
  const form = record({ keyids: listing(digest, 50), threshold: whole(low), ...extra });
  return (value, at) => {
    form(value, at);
    const different = new Set(value.keyids).size === value.keyids.length && value.threshold <= value.keyids.length;
    demand(different, `got ${value.threshold} of ${value.keyids.length} keys, expected enough different keys`, { field: at });
  };
}

/** @type {Check} A country is delegated exactly its own paths, for good, and needs two vouchers. */
function delegation(value, at) {
  const paths = listing(matches(/^[A-Z]{2}\/\*$/, "the path of one country"), 1);
  role(MIN_VOUCHERS, { name: country, terminating: flag, paths })(value, at);
  const own = value.paths.length === 1 && value.paths[0] === `${value.name}/*` && value.terminating;
  demand(own, `got paths ${quote(value.paths)}, expected terminating and exactly ["${value.name}/*"]`, { field: at });
}

/**
 * Every key that a role names stands among the keys.
 * @param {{keys: Record<string, any>}} holder
 * @param {any[]} roles
 * @param {string} at
 */
function listed({ keys }, roles, at) {
  const missing = roles.flatMap((one) => one.keyids).find((id) => !Object.hasOwn(keys, id));
  demand(missing === undefined, `got a role with the unlisted key ${missing}, expected it among the keys`, { field: at });
}

/**
 * @param {Kind} kind
 * @param {Record<string, Check>} fields
 * @param {Record<string, Check>} [optional]
 * @returns {Check}
 */
function file(kind, fields, optional) {
  const common = {
    _type: matches(new RegExp(`^${kind}$`), `${kind} metadata`),
    spec_version: matches(/^1\.\d{1,4}(?:\.\d{1,4})?$/, "a version of TUF that starts with 1."),
    version: whole(1),
    expires: time,
  };
  const form = record({ signatures: listing(signature, 50), signed: record({ ...common, ...fields }, optional) });
  return (value, at) => {
    form(value, at);
    const ids = value.signatures.map((/** @type {any} */ one) => one.keyid);
    demand(new Set(ids).size === ids.length, "got two signatures by one key, expected each key once", { field: "signatures" });
  };
}

const digest = matches(/^[0-9a-f]{64}$/, "64 small hexadecimal digits");
const country = matches(/^[A-Z]{2}$/, "the ISO code of a country");
const signature = record({ keyid: digest, sig: matches(/^[0-9a-f]{128}$/, "an Ed25519 signature in hexadecimal") });
const ed25519 = matches(/^ed25519$/, "ed25519");
const keys = mapping(digest, record({ keytype: ed25519, scheme: ed25519, keyval: record({ public: digest }) }));
const hashes = record({ sha256: digest });
const meta = record({ version: whole(1) }, { length: whole(1), hashes });
const rootForm = file("root", {
  keys,
  roles: record({ root: role(2), targets: role(2), snapshot: role(1), timestamp: role(1) }),
  consistent_snapshot: flag,
});
const targetsForm = file(
  "targets",
  { targets: mapping(matches(/^[A-Z]{2}\/[a-z0-9][a-z0-9-]{0,40}\.json$/, "the path of a party file"), record({ length: whole(1), hashes })) },
  { delegations: record({ keys, roles: listing(delegation, 700) }) },
);

/** @type {Record<Kind, Check>} */
const FORMS = {
  root(value, at) {
    rootForm(value, at);
    listed(value.signed, Object.values(value.signed.roles), "signed");
  },
  timestamp: file("timestamp", { meta: record({ "snapshot.json": meta }) }),
  snapshot: file("snapshot", { meta: mapping(matches(/^(?:targets|[A-Z]{2})\.json$/, "targets.json or the file of a country"), meta) }),
  targets(value, at) {
    targetsForm(value, at);
    const { delegations, targets } = value.signed;
    if (!delegations) return;
    listed(delegations, delegations.roles, "signed.delegations");
    const names = delegations.roles.map((/** @type {any} */ one) => one.name);
    demand(new Set(names).size === names.length, "got a country twice, expected each once", { field: "signed.delegations" });
    demand(!Object.keys(targets).length, "got party files beside delegations, expected them in the files of the countries", { field: "signed.targets" });
  },
};

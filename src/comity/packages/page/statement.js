/** The signed statement: an in-toto statement in a DSSE envelope whose subject is the package digest (package-format §3). */

import { TAG_MANIFEST } from "./bag.js";
import { parseCanonical } from "./canonical.js";
import { equalData, hasExactly, readEnvelope } from "./envelope.js";
import { moment } from "./moment.js";
import { demand, quote } from "./refusal.js";

/** @typedef {import("./envelope.js").Envelope} Envelope */
/**
 * @typedef {object} Statement what the signers say: this package, this request, from whom, to whom, sealed when
 * @property {string} package
 * @property {string} request
 * @property {string} requestSha256
 * @property {string} measure
 * @property {string} sender
 * @property {string} addressee
 * @property {number} sealedAt
 * @property {string} language
 */

const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const PREDICATE_TYPE = "urn:x-comity:release:1";
const KEYS = ["from", "language", "measure", "request", "request_sha256", "sealed_at", "to"];

/**
 * Read an envelope and the statement in it; the signatures are not yet checked.
 * @param {Uint8Array} data
 * @returns {{signed: Envelope, stated: Statement}}
 */
export function readStatement(data) {
  const signed = readEnvelope(data, PAYLOAD_TYPE);
  const document = parseCanonical(signed.payload);
  demand(hasExactly(document, ["_type", "predicateType", "subject", "predicate"]), "got something else, expected an in-toto statement");
  const kind = document._type === "https://in-toto.io/Statement/v1" && document.predicateType === PREDICATE_TYPE;
  demand(kind, `got ${quote(document.predicateType)}, expected ${quote(PREDICATE_TYPE)}`, { field: "predicateType" });
  const said = document.predicate;
  const texts = hasExactly(said, KEYS) && Object.values(said).every((value) => typeof value === "string");
  demand(texts, `got other fields, expected ${KEYS.join(", ")}`, { field: "predicate" });
  const stated = {
    package: subject(document.subject),
    request: said.request,
    requestSha256: said.request_sha256,
    measure: said.measure,
    sender: said.from,
    addressee: said.to,
    sealedAt: moment(said.sealed_at, "sealed_at"),
    language: said.language,
  };
  return { signed, stated };
}

/**
 * Name the first field in which the request says something else, or nothing.
 * @param {Statement} stated
 * @param {any} request
 */
export function disagreement(stated, request) {
  const pairs = {
    id: [stated.request, request.id],
    measure: [stated.measure, request.measure],
    "from.party": [stated.sender, request.from.party],
    "to.party": [stated.addressee, request.to.party],
    language: [stated.language, request.language],
  };
  return Object.entries(pairs).find(([, [here, there]]) => here !== there)?.[0] ?? "";
}

/** @param {any} rows */
function subject(rows) {
  const digest = rows?.[0]?.digest?.sha256;
  const exact = typeof digest === "string" && /^[0-9a-f]{64}$/.test(digest) && equalData(rows, [{ name: TAG_MANIFEST, digest: { sha256: digest } }]);
  demand(exact, "got another subject, expected the tag manifest's SHA-256 alone", { field: "subject" });
  return digest;
}

/** Verifying a receipt: the receiver's signed word on a package (package-format §7; the same as receipt.py). */

import { unbase64 } from "./bytes.js";
import { dumpCanonical, parseCanonical } from "./canonical.js";
import { checkSlice } from "./directory.js";
import { hasExactly, readEnvelope } from "./envelope.js";
import { DAY, moment, stamp } from "./moment.js";
import { SKEW, STALE, checkOwn } from "./package.js";
import { runSteps } from "./procedure.js";
import { demand, within } from "./refusal.js";
import { requireShape } from "./shape.js";
import { receiptSigners } from "./signers.js";

/** @typedef {import("./procedure.js").Given} Given */

const FORMAT = "comity-receipt/1";
const PAYLOAD_TYPE = "application/vnd.comity.receipt+json";
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Verify a receipt file; the result names every step.
 * @param {Blob} blob
 * @param {Given} given
 */
export function verifyReceipt(blob, given) {
  const run = new Run(blob, given);
  return runSteps("receipt", run.steps(), run.found, run.now);
}

class Run {
  /**
   * @param {Blob} blob
   * @param {Given} given
   */
  constructor(blob, given) {
    this.blob = blob;
    this.given = given;
    this.now = given.attested ?? given.now;
    /** @type {import("./procedure.js").Found} */
    this.found = {};
    /** @type {any} */ this.envelope = null;
    /** @type {any} */ this.position = null;
    this.role = new Map();
  }

  /** @returns {[string, () => string | Promise<string>][]} */
  steps() {
    return [
      ["container", () => this.checkContainer()],
      ["statement", () => this.checkStatement()],
      ["directory", () => this.checkDirectory()],
      ["signers", () => this.checkSigners()],
      ["revocation", () => this.checkRevocation()],
      ["time", () => this.checkTime()],
    ];
  }

  async checkContainer() {
    demand(this.blob.size <= MAX_BYTES, `got ${this.blob.size} bytes, expected at most ${MAX_BYTES}`);
    const document = parseCanonical(new Uint8Array(await this.blob.arrayBuffer()), MAX_BYTES);
    const form = hasExactly(document, ["format", "envelope", "role"]) && document.format === FORMAT;
    demand(form, `got no receipt, expected one of format ${FORMAT}`);
    demand(hasExactly(document.role, Object.keys(document.role ?? {})), "got a malformed receipt, expected envelope and role proof");
    for (const [name, text] of Object.entries(document.role)) this.role.set(name, unbase64(text));
    this.envelope = readEnvelope(dumpCanonical(document.envelope), PAYLOAD_TYPE);
    return `receipt of ${this.blob.size} bytes`;
  }

  checkStatement() {
    const payload = within("receipt", () => requireShape(this.given.shapes.receipt, parseCanonical(this.envelope.payload)));
    this.found.document = payload;
    this.found.digest = payload.package;
    const asks = ["refused", "info_needed"].includes(payload.state);
    demand(asks === Object.hasOwn(payload, "code"), "got a code without refusal or the reverse, expected both or neither", { field: "code" });
    return `${payload.state} by ${payload.from} at ${payload.at}`;
  }

  async checkDirectory() {
    const { root, shapes } = this.given;
    const { party, position } = await checkSlice(this.role, { root, at: this.at(), party: this.found.document.from, shape: shapes.party });
    this.found.sender = party;
    this.position = position;
    return `${party.name} (${party.id}), vouched for in the directory`;
  }

  async checkSigners() {
    const answerer = /** @type {import("./party.js").Party} */ (this.found.sender);
    const signers = await receiptSigners(answerer, this.envelope, this.at());
    this.found.signers = signers;
    return `${signers[0].holder} (receipt)`;
  }

  async checkRevocation() {
    const shown = { id: this.found.document.from, position: this.position, signers: this.found.signers ?? [] };
    this.found.sender = await checkOwn(this.given, shown, { at: this.at(), attested: false });
    return "the signing key is not taken back";
  }

  checkTime() {
    const at = this.at();
    demand(at <= this.now + SKEW, `got a receipt of ${stamp(at)}, expected one before ${stamp(this.now)}`);
    demand(at >= this.now - STALE, `got a receipt of ${stamp(at)}, expected one of the last ${STALE / DAY} days`);
    return `given ${stamp(at)}`;
  }

  at() {
    return moment(this.found.document.at);
  }
}

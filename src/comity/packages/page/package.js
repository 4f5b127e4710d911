/**
 * Verifying a package: one procedure of numbered steps, the same as src/comity/packages/verification.py.
 *
 *  1 container    the file or folder is well formed                     (package-format §1)
 *  2 bag          every listed file is there and has its hash, no other (§2)
 *  3 seal         only known files in seal/, the required ones there    (§1)
 *  4 statement    envelope and statement speak of this package          (§3)
 *  5 request      canonical, of the known shape, the same as signed     (§3)
 *  6 attachments  those listed and no other file in data/               (§3)
 *  7 document     the PDF says what the data say                        (§3)
 *  8 directory    the slice leads from the pinned root to the sender    (§4)
 *  9 signers      drafter, another releaser, confirmer; roles valid     (§4)
 * 10 revocation   a directory of one's own does not take a key back     (§4)
 * 11 time         neither future, nor stale                             (§6)
 * 12 ledger       the sender's log holds the release                    (§5)
 * 13 addressee    it is meant for the party one acts for                (§6)
 * 14 replay       only a node can tell; skipped here                    (§6)
 *
 * Time tokens: no time authority is trusted here, so a token counts as absent (§6).
 */

import { readBag } from "./bag.js";
import { parseCanonical } from "./canonical.js";
import { checkNewer, checkSlice } from "./directory.js";
import { DAY, MINUTE, stamp } from "./moment.js";
import { checkSays } from "./print.js";
import { runSteps } from "./procedure.js";
import { Skip, demand, within } from "./refusal.js";
import { requireShape } from "./shape.js";
import { requireTranslation } from "./translation.js";
import { checkRelease, requestSigners, requireSigner } from "./signers.js";
import { disagreement, readStatement } from "./statement.js";

/** @typedef {import("./container.js").Container} Container */
/** @typedef {import("./procedure.js").Given} Given */

export const SKEW = 5 * MINUTE;
export const STALE = 30 * DAY;
const MAX_SEAL_FILE = 4 * 1024 * 1024;
const MAX_ROLE_FILES = 400;
const MAX_REQUEST = 1024 * 1024;
const MAX_PDF = 16 * 1024 * 1024;
const ROLE_FOLDER = "seal/role/";
const STATEMENT = "seal/statement.dsse.json";
const TIMESTAMP = "seal/timestamp.tsr";
const PROOF = "seal/tlog-proof";
const REQUEST = "data/request.json";
const PRINT = "data/request.pdf";

/**
 * Verify a package; the result names every step.
 * @param {() => Container | Promise<Container>} open
 * @param {Given} given
 */
export function verifyPackage(open, given) {
  const run = new Run(open, given);
  return runSteps("package", run.steps(), run.found, run.at);
}

/** The state of one verification: each step reads what the earlier ones established. */
class Run {
  /**
   * @param {() => Container | Promise<Container>} open
   * @param {Given} given
   */
  constructor(open, given) {
    this.open = open;
    this.given = given;
    this.at = given.attested ?? given.now;
    this.attested = given.attested !== null;
    /** @type {import("./procedure.js").Found} */
    this.found = {};
    /** @type {any} */ this.container = null;
    /** @type {any} */ this.bag = null;
    /** @type {any} */ this.signed = null;
    /** @type {any} */ this.stated = null;
    /** @type {any} */ this.position = null;
  }

  /** @returns {[string, () => string | Promise<string>][]} */
  steps() {
    return [
      ["container", () => this.checkContainer()],
      ["bag", () => this.checkBag()],
      ["seal", () => this.checkSeal()],
      ["statement", () => this.checkStatement()],
      ["request", () => this.checkRequest()],
      ["attachments", () => this.checkAttachments()],
      ["document", () => this.checkDocument()],
      ["directory", () => this.checkDirectory()],
      ["signers", () => this.checkSigners()],
      ["revocation", () => this.checkRevocation()],
      ["time", () => this.checkTime()],
      ["ledger", () => this.checkLedger()],
      ["addressee", () => this.checkAddressee()],
      ["replay", () => skip("this page keeps no record of earlier packages")],
    ];
  }

  async checkContainer() {
    this.container = await this.open();
    return `${this.container.names().length} files, ${this.container.total} bytes`;
  }

  async checkBag() {
    let done = 0;
    this.bag = await readBag(this.container, (bytes) => this.given.advance((done += bytes), this.container.total));
    this.found.digest = this.bag.digest;
    return `${this.bag.payload.size} files with the stated hashes; package ${this.bag.digest}`;
  }

  checkSeal() {
    const names = this.container.names().filter((/** @type {string} */ name) => name.startsWith("seal/"));
    const role = names.filter((/** @type {string} */ name) => name.startsWith(ROLE_FOLDER));
    demand(names.includes(STATEMENT) && role.length, "got a package without statement or role proof, expected both", { file: "seal/" });
    const known = [...role, STATEMENT, TIMESTAMP, PROOF];
    const strange = names.filter((/** @type {string} */ name) => !known.includes(name)).sort();
    demand(!strange.length, "got a file nobody can check, expected none", { file: strange[0] });
    demand(role.length <= MAX_ROLE_FILES, `got ${role.length} files, expected at most ${MAX_ROLE_FILES}`, { file: ROLE_FOLDER });
    const extras = [TIMESTAMP, PROOF].filter((name) => names.includes(name)).map((name) => `, ${name.slice("seal/".length)}`);
    return `statement and role proof${extras.join("")}`;
  }

  async checkStatement() {
    const data = await this.readSeal(STATEMENT);
    ({ signed: this.signed, stated: this.stated } = within(STATEMENT, () => readStatement(data)));
    const { package: stated, sealedAt, sender, addressee } = this.stated;
    demand(stated === this.bag.digest, `got package ${stated.slice(0, 16)}..., expected ${this.bag.digest.slice(0, 16)}...`, { file: STATEMENT });
    return `sealed ${stamp(sealedAt)} by ${sender} for ${addressee}`;
  }

  async checkRequest() {
    demand(this.bag.payload.has(REQUEST), "got no request, expected one", { file: REQUEST });
    const data = await this.container.read(REQUEST, MAX_REQUEST);
    const request = within(REQUEST, () => requireShape(this.given.shapes.request, parseCanonical(data)));
    within(REQUEST, () => requireTranslation(request, this.given.shapes.request));
    this.found.document = request;
    const same = this.bag.payload.get(REQUEST) === this.stated.requestSha256;
    demand(same, "got another request than the one signed, expected that", { file: REQUEST });
    const { info } = this.bag;
    const field =
      disagreement(this.stated, request) ||
      (info["Source-Organization"] !== this.stated.sender && "Source-Organization") ||
      (info["External-Identifier"] !== this.stated.request && "External-Identifier");
    demand(!field, "got another value than in the signed statement, expected the same", { file: REQUEST, field: field || "" });
    return `${request.reference}: ${request.measure}`;
  }

  checkAttachments() {
    const rows = this.found.document.attachments ?? [];
    const stated = new Map(rows.map((/** @type {any} */ row) => [`data/attachments/${row.path}`, `${row.size} ${row.sha256}`]));
    const present = new Map();
    for (const [name, digest] of this.bag.payload) if (![REQUEST, PRINT].includes(name)) present.set(name, `${this.container.size(name)} ${digest}`);
    const wrong = [...new Set([...stated.keys(), ...present.keys()])].filter((name) => stated.get(name) !== present.get(name)).sort();
    const agree = !wrong.length && stated.size === rows.length;
    demand(agree, "got files that are not the attachments listed, expected those", { file: wrong[0] ?? "data/" });
    return rows.length ? `${rows.length} attachments` : "none listed, none there";
  }

  async checkDocument() {
    const pdf = await this.container.read(PRINT, MAX_PDF);
    return checkSays(pdf, this.found.document, this.stated.requestSha256, this.given.shapes.request);
  }

  async checkDirectory() {
    const files = new Map();
    for (const name of this.container.names()) if (name.startsWith(ROLE_FOLDER)) files.set(name.slice(ROLE_FOLDER.length), await this.readSeal(name));
    const { now, own, root, shapes } = this.given;
    // Who has a fresh directory of his own asks it for revocations (step 10), so the slice need not be the latest.
    const at = own && now < own.expires ? Math.min(this.at, this.stated.sealedAt) : this.at;
    const { party: sender, position } = await checkSlice(files, { root, at, party: this.stated.sender, shape: shapes.party });
    this.found.sender = sender;
    this.position = position;
    return `${sender.name} (${sender.id}), vouched for in the directory`;
  }

  async checkSigners() {
    this.found.signers = await requestSigners(this.sender(), this.signed, this.stated, this.attested);
    return this.found.signers.map((signer) => `${signer.holder} (${signer.role})`).join("; ");
  }

  async checkRevocation() {
    this.found.sender = await checkOwn(this.given, { id: this.sender().id, position: this.position, signers: this.found.signers ?? [] }, { at: this.stated.sealedAt, attested: this.attested });
    return "no signing key is taken back";
  }

  checkTime() {
    const { at } = this;
    const { sealedAt } = this.stated;
    demand(sealedAt <= at + SKEW, `got a seal of ${stamp(sealedAt)}, expected one before ${stamp(at)}`);
    demand(sealedAt >= at - STALE, `got a seal of ${stamp(sealedAt)}, expected one of the last ${STALE / DAY} days`);
    const token = this.container.has(TIMESTAMP) ? "time token not checked: this page trusts no time authority" : "no time token";
    return `sealed ${stamp(sealedAt)}; ${token}`;
  }

  async checkLedger() {
    if (!this.container.has(PROOF)) return skip("the package carries no ledger proof");
    return checkRelease(await this.readSeal(PROOF), this.sender(), this.stated);
  }

  checkAddressee() {
    const { actingFor } = this.given;
    if (!actingFor) return skip("not said for whom this is checked");
    demand(this.stated.addressee === actingFor, `got a package for ${this.stated.addressee}, expected one for ${actingFor}`);
    return `for ${actingFor}`;
  }

  sender() {
    return /** @type {import("./party.js").Party} */ (this.found.sender);
  }

  /** @param {string} name */
  readSeal(name) {
    return this.container.read(name, MAX_SEAL_FILE);
  }
}

/**
 * Ask a directory of one's own whether it takes a signer's key back; give the party as it knows it.
 * @param {Given} given
 * @param {{id: string, position: import("./directory.js").Position, signers: import("./signers.js").Signer[]}} shown
 * @param {import("./signers.js").When} when
 */
export async function checkOwn(given, { id, position, signers }, when) {
  if (!given.own) return skip("no directory of one's own at hand");
  const known = await given.own.find(id);
  checkNewer(position, await given.own.position());
  demand(known, `got a package of ${id}, expected a party in one's own directory`);
  for (const { keyid, role } of signers) requireSigner(known, keyid, role, when);
  return known;
}

/**
 * @param {string} reason
 * @returns {never}
 */
function skip(reason) {
  throw new Skip(reason);
}

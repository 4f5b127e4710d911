/** The result as people read it: the verdict first, then whom to call, who signed, every step, and the request itself. */

import { fieldBlocks, requestBlocks } from "./document.js";
import { el, facts, grouped, icon, said } from "./elements.js";
import { SHAPES } from "./embedded.js";
import { chooseWords, fill } from "./words.js";

/** @typedef {import("./procedure.js").Result} Result */
/** @typedef {import("./procedure.js").Step} Step */
/** @typedef {import("./document.js").Block} Block */

const ICONS = { ok: "ok", failed: "failed", skipped: "skipped", "not reached": "waiting" };
const words = chooseWords();

/**
 * Lay out a result.
 * @param {Result} result
 * @param {{file: string, root: string}} about the file's name and the fingerprint of the root
 */
export function report(result, about) {
  const valid = result.verdict === "valid";
  const request = result.kind === "package" ? result.document : null;
  return [
    verdict(result),
    valid && request?.exercise === true && exercise(),
    callBack(result),
    valid && glance(result),
    result.signers.length > 0 && signers(result),
    valid && content(result, valid),
    steps(result),
    !valid && result.document && content(result, valid),
    record(result, about),
  ];
}

/** @param {Result} result */
function verdict(result) {
  const valid = result.verdict === "valid";
  const failed = result.steps.find((step) => step.status === "failed");
  return el(
    `section.verdict.${result.verdict}`,
    { "aria-labelledby": "verdict" },
    icon(valid ? "ok" : "failed"),
    el(
      "div",
      {},
      el("h2", { id: "verdict", tabindex: "-1" }, valid ? words.valid : words.refused),
      valid ? validText(result) : failed && refusedText(result, failed),
    ),
  );
}

/** @param {Result} result */
function validText(result) {
  const { name = "", id = "" } = result.sender ?? {};
  const at = sealedAt(result);
  if (result.kind === "package") return [el("p.big", {}, fill(words.validPackage, { name, id, at })), el("p", {}, words.validMeans)];
  const text = fill(words.validReceipt, { name, id, at, state: stateOf(result) });
  return [el("p.big", {}, text), el("p", {}, words.validReceiptMeans)];
}

/**
 * @param {Result} result
 * @param {Step} failed
 */
function refusedText(result, failed) {
  const title = words.fails[/** @type {keyof typeof words.fails} */ (failed.name)];
  return [
    el("p.big", {}, fill(words.refusedAt, { number: failed.number, count: result.steps.length, title })),
    el("p.reason", {}, said(failed.found)),
    result.advice && el("p", {}, said(result.advice)),
    el("p.strong", {}, words.refusedDo),
  ];
}

function exercise() {
  return el("section.notice", {}, icon("notice"), el("div", {}, el("h3", {}, words.exercise), el("p", {}, words.exerciseText)));
}

/** @param {Result} result */
function callBack(result) {
  if (!result.party) return card("call", words.callNone, el("p", {}, words.callNoneText));
  const { hours, languages, drills = [] } = result.party;
  const drill = drills.toSorted((/** @type {any} */ a, /** @type {any} */ b) => (a.at < b.at ? 1 : -1))[0];
  const numbers = result.callback.map(({ number, desk }) => el("li", {}, el("span.number", {}, number), el("span.desk", {}, said(desk))));
  return card(
    "call",
    result.verdict === "valid" && result.kind === "package" ? words.callTitle : words.callRefused,
    el("p", {}, words.callText),
    el("ul.numbers", { "aria-label": fill(words.callSender, { name: result.party.name }) }, numbers),
    facts([
      [words.hours, said(`${hours.open} (${hours.zone})`)],
      [words.languages, languages.join(", ")],
      [words.drill, drill && fill(drill.reached ? words.drillReached : words.drillMissed, { at: plainTime(drill.at) })],
    ]),
    result.package && el("div.readback", {}, el("h4", {}, words.readBack), grouped(result.package.slice(0, 16)), el("p.hint", {}, words.readBackHint)),
  );
}

/** @param {Result} result */
function glance(result) {
  const told = result.document;
  const request = result.kind === "package";
  const [measure] = request ? requestBlocks(told, SHAPES.request) : [];
  return card(
    "glance",
    words.factsTitle,
    facts([
      [words.reference, said(told.reference)],
      [words.measure, measure && said(measure.label)],
      [words.from, said(request ? `${told.from.name} (${told.from.party})` : told.from)],
      [words.to, said(request ? `${told.to.name} (${told.to.party})` : told.to)],
      [words.sealed, request && sealedAt(result)],
      [words.replyBy, request ? told.reply && plainTime(told.reply.by) : told.reply_by && plainTime(told.reply_by)],
      [words.state, !request && stateOf(result)],
      [words.about, !request && grouped(told.package.slice(0, 16))],
    ]),
  );
}

/** @param {Result} result */
function signers(result) {
  const rows = result.signers.map((signer) => [
    words.roles[/** @type {keyof typeof words.roles} */ (signer.role)] ?? signer.role,
    said(signer.holder),
    fill(words.until, { from: signer.valid_from.slice(0, 10), until: signer.valid_until.slice(0, 10) }),
    el("code", { title: signer.keyid }, signer.keyid.slice(0, 16)),
  ]);
  const head = [words.role, words.holder, words.validity, words.keyId];
  const cells = (/** @type {(string | Node)[]} */ row) => row.map((cell, i) => el(i ? "td" : "th", i ? { "data-label": head[i] } : { scope: "row" }, cell));
  return card(
    "signers",
    words.signersTitle,
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, head.map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, cells(row)))),
    ),
  );
}

/** @param {Result} result */
function steps(result) {
  const count = (/** @type {string} */ status) => result.steps.filter((step) => step.status === status).length;
  const skipped = count("skipped");
  const summary = fill(words.stepsSummary, { ok: count("ok"), count: result.steps.length }) + (skipped ? fill(words.stepsSkipped, { skipped }) : "");
  return card("steps", words.stepsTitle, el("p.hint", {}, summary), el("ol", {}, result.steps.map(stepRow)));
}

/** @param {Step} step */
function stepRow(step) {
  return el(
    `li.${step.status.replace(" ", "-")}`,
    {},
    icon(ICONS[step.status]),
    el(
      "div",
      {},
      el("p.step", {}, el("span.number", {}, `${step.number}`), el("span.title", {}, stepTitle(step.name)), el("code.name", {}, step.name), el("span.status", {}, words.status[step.status])),
      step.found && el("p.found", {}, said(step.found)),
    ),
  );
}

/**
 * @param {Result} result
 * @param {boolean} proven
 */
function content(result, proven) {
  const { document, kind } = result;
  const blocks = kind === "package" ? requestBlocks(document, SHAPES.request) : fieldBlocks(document, SHAPES.receipt, "en");
  const body = el("div.document", { lang: document.language ?? "en" }, sections(blocks, document.translation?.language ?? ""));
  const title = kind === "package" ? words.requestTitle : words.receiptTitle;
  if (proven) return card("request", title, kind === "package" && el("p.hint", {}, words.requestText), body);
  return el("details.card.unproven", {}, el("summary", {}, el("h3", {}, words.unprovenTitle)), el("p.strong", {}, words.unprovenText), body);
}

/**
 * Put the fields under their headings; what is said in a second language stands behind the first.
 * @param {Block[]} blocks
 * @param {string} second
 */
function sections(blocks, second) {
  /** @type {HTMLElement[]} */
  const parts = [];
  const tongue = { lang: second, dir: "auto" };
  const other = (/** @type {string} */ text) => text && el("span.second", tongue, text);
  let list = null;
  for (const { kind, label, value, secondLabel, second: translated } of blocks) {
    if (kind === "field" || kind === "note") {
      if (!list) parts.push((list = el("dl", {})));
      list.append(el("div", {}, el("dt", {}, el("bdi", {}, label), other(secondLabel)), el("dd", {}, said(value), translated && el("div.second", tongue, said(translated)))));
      continue;
    }
    parts.push(el(kind === "title" ? "h4.title" : "h5", {}, el("bdi", {}, label), other(secondLabel)));
    list = null;
  }
  return parts;
}

/**
 * @param {Result} result
 * @param {{file: string, root: string}} about
 */
function record(result, about) {
  return card(
    "record",
    words.detailsTitle,
    facts([
      [words.file, said(about.file)],
      [words.packageDigest, result.package && el("code.long", {}, result.package)],
      [words.checkedAt, plainTime(result.checked_at)],
      [words.rootPrint, el("code.long", {}, about.root)],
    ]),
    el("p.actions", {}, el("button", { type: "button", click: () => window.print() }, words.print), el("button", { type: "button", click: () => save(result, about) }, words.save)),
  );
}

/**
 * Hand the result out as a file, without the request's content.
 * @param {Result} result
 * @param {{file: string, root: string}} about
 */
function save(result, about) {
  const { document: _document, party: _party, ...rest } = result;
  const text = JSON.stringify({ ...rest, file: about.file, root: about.root }, null, 2);
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  el("a", { href: url, download: `${about.file.replace(/(?:\.comity\.zip|\.json)$/, "")}.verification.json` }).click();
  URL.revokeObjectURL(url);
}

/**
 * @param {string} name
 * @param {string} title
 * @param {...any} children
 */
function card(name, title, ...children) {
  return el(`section.card.${name}`, { "aria-labelledby": `card-${name}` }, el("h3", { id: `card-${name}` }, title), ...children);
}

/** @param {string} name */
function stepTitle(name) {
  return words.steps[/** @type {keyof typeof words.steps} */ (name)] ?? name;
}

/** @param {Result} result */
function stateOf(result) {
  return SHAPES.receipt.codes?.states[result.document.state].en ?? "";
}

/** @param {Result} result */
function sealedAt(result) {
  const found = result.steps.find((step) => step.name === "statement")?.found ?? "";
  return plainTime(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z/.exec(found)?.[0] ?? "");
}

/** @param {string} stamp */
function plainTime(stamp) {
  return stamp && `${stamp.slice(0, 10)} ${stamp.slice(11, 16)} UTC`;
}

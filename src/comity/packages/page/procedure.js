/** A procedure of numbered steps that stops at the first one that fails, and what it found. */

import { stamp } from "./moment.js";
import { Refusal, Skip } from "./refusal.js";

/** @typedef {"ok" | "failed" | "skipped" | "not reached"} Status */
/** @typedef {{number: number, name: string, status: Status, found: string}} Step */
/** @typedef {import("./party.js").Party} Party */
/** @typedef {import("./own.js").Own} Own */
/** @typedef {import("./shape.js").Shape} Shape */
/** @typedef {{request: Shape, receipt: Shape, party: Shape}} Shapes */
/**
 * @typedef {object} Given what the verifier brings
 * @property {Uint8Array} root the pinned root
 * @property {number} now the time of the clock
 * @property {number | null} attested when the verifier has its own record of having received it
 * @property {string} actingFor the party one acts for, or nothing
 * @property {Own | null} own a directory of one's own
 * @property {Shapes} shapes
 * @property {(done: number, total: number) => void} advance is told how far hashing has come
 */
/**
 * @typedef {object} Found what the steps established
 * @property {string} [digest]
 * @property {any} [document]
 * @property {Party} [sender]
 * @property {import("./signers.js").Signer[]} [signers]
 */
/**
 * @typedef {object} Result
 * @property {"package" | "receipt"} kind
 * @property {"valid" | "refused"} verdict
 * @property {string | null} step the step at which the procedure stopped
 * @property {Step[]} steps
 * @property {string} advice
 * @property {string | null} package the package digest
 * @property {string} checked_at
 * @property {import("./signers.js").Signer[]} signers
 * @property {{id: string, name: string} | null} sender
 * @property {{number: string, desk: string}[]} callback from the directory, never from the package
 * @property {any} party the whole entry of the directory, for the page
 * @property {any} document
 */

/**
 * Run steps in order.
 * @param {"package" | "receipt"} kind
 * @param {[string, () => string | Promise<string>][]} acts
 * @param {Found} found
 * @param {number} at the time as of which it is checked
 * @returns {Promise<Result>}
 */
export async function runSteps(kind, acts, found, at) {
  /** @type {Step[]} */
  const steps = [];
  /** @type {unknown} */
  let error = null;
  for (const [i, [name, act]] of acts.entries()) {
    const step = { number: i + 1, name };
    if (error) {
      steps.push({ ...step, status: "not reached", found: "" });
      continue;
    }
    try {
      steps.push({ ...step, status: "ok", found: await act() });
    } catch (e) {
      if (!(e instanceof Skip)) error = e;
      steps.push({ ...step, status: e instanceof Skip ? "skipped" : "failed", found: explain(e) });
    }
  }
  const { sender } = found;
  return {
    kind,
    verdict: error ? "refused" : "valid",
    step: steps.find((step) => step.status === "failed")?.name ?? null,
    steps,
    advice: error instanceof Refusal ? error.advice : "",
    package: found.digest ?? null,
    checked_at: stamp(at),
    signers: found.signers ?? [],
    sender: sender ? { id: sender.id, name: sender.name } : null,
    callback: sender ? sender.document.callback : [],
    party: sender?.document ?? null,
    document: found.document ?? null,
  };
}

/**
 * Say what went wrong; whatever this page did not foresee is a refusal too, never a pass.
 * @param {unknown} e
 */
function explain(e) {
  if (e instanceof Refusal) return e.toString();
  if (e instanceof Skip) return e.message;
  return `got something this page cannot read (${e instanceof Error ? e.message : String(e)}), expected a plain package`;
}

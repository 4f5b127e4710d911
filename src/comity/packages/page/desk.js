/** The desk: what was handed in, what the verifier brings, and a new check whenever one of them changes. */

import { hex } from "./bytes.js";
import { el, grouped, icon } from "./elements.js";
import { ROOT } from "./embedded.js";
import { canJudge } from "./keys.js";
import { readMetadata } from "./metadata.js";
import { isMoment } from "./moment.js";
import { Refusal } from "./refusal.js";
import { report } from "./report.js";
import { sha256 } from "./sha256.js";
import { Source } from "./source.js";
import { comityVerify, kindOf } from "./verify.js";
import { chooseWords, fill } from "./words.js";
import { readZip } from "./zip.js";

/** @typedef {import("./container.js").FolderFile} FolderFile */
/** @typedef {{bytes: Uint8Array, version: number, fingerprint: string, builtIn: boolean}} Root */

const words = chooseWords();
const MANY = 500_000;

/** @type {{handed: Blob | FolderFile[] | null, name: string, root: Root | null, directory: File | null}} */
const state = { handed: null, name: "", root: null, directory: null };
let turn = 0;

/** Set the page up. */
export async function openDesk() {
  for (const node of document.querySelectorAll("[data-word]")) {
    const word = /** @type {HTMLElement} */ (node).dataset.word;
    node.textContent = String(words[/** @type {keyof typeof words} */ (word)]);
  }
  byId("limits").append(...words.limits.map((text) => el("li", {}, text)));
  document.title = `${words.title} · ${words.brand}`;
  if (!(await canJudge())) return void byId("desk").replaceChildren(notice("failed", words.notJudged, el("p", {}, words.noEd25519)));
  if (ROOT) state.root = await readRoot(ROOT, true);
  listen();
  showGiven();
}

function listen() {
  for (const [button, input] of [["choose-file", "file"], ["choose-folder", "folder"], ["choose-root", "root"], ["choose-directory", "directory"]]) {
    byId(button).addEventListener("click", () => byId(input).click());
    byId(input).addEventListener("change", (event) => {
      const field = /** @type {HTMLInputElement} */ (event.target);
      const files = Array.from(field.files ?? [], (file) => ({ path: file.webkitRelativePath || file.name, blob: file }));
      if (files.length) void take(files, input === "folder");
      field.value = "";
    });
  }
  byId("remove-directory").addEventListener("click", () => {
    state.directory = null;
    changed();
  });
  byId("given").addEventListener("change", (event) => /** @type {HTMLInputElement} */ (event.target).type !== "file" && void check());
  byId("given").addEventListener("submit", (event) => {
    event.preventDefault();
    void check();
  });
  const over = (/** @type {boolean} */ on) => byId("drop").classList.toggle("over", on);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && over(false));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    void dropped(event.dataTransfer);
  });
}

/** @param {DataTransfer | null} data */
async function dropped(data) {
  const entries = Array.from(data?.items ?? [], (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const folder = entries.find((entry) => entry.isDirectory);
  if (folder) return take(await listFolder(folder), true);
  return take(Array.from(data?.files ?? [], (file) => ({ path: file.name, blob: file })), false);
}

/**
 * @param {any} entry
 * @returns {Promise<FolderFile[]>}
 */
async function listFolder(entry) {
  if (entry.isFile) return [{ path: entry.fullPath.slice(1), blob: await new Promise((give, fail) => entry.file(give, fail)) }];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    /** @type {any[]} */
    const some = await new Promise((give, fail) => reader.readEntries(give, fail));
    if (!some.length) return found;
    for (const one of some) found.push(...(await listFolder(one)));
  }
}

/**
 * Put what was handed in where it belongs.
 * @param {FolderFile[]} files
 * @param {boolean} folder
 */
async function take(files, folder) {
  // What was said of an earlier file must not stand beside the next one for a moment.
  clear();
  say("");
  if (folder) {
    state.handed = files;
    state.name = files[0]?.path.split("/")[0] ?? "";
    return changed();
  }
  const packages = [];
  for (const { path, blob } of files) {
    const kind = await recognise(blob);
    if (kind === "root") state.root = await readRoot(new Uint8Array(await blob.arrayBuffer()), false);
    else if (kind === "directory") state.directory = /** @type {File} */ (blob);
    else if (kind === "package" || path.endsWith(".comity.zip")) packages.push({ path, blob });
    else say(fill(words.notRecognised, { name: path }));
  }
  if (packages.length > 1) return say(words.tooMany);
  if (packages.length) [state.handed, state.name] = [packages[0].blob, packages[0].path];
  return changed();
}

/**
 * @param {Blob} blob
 * @returns {Promise<"root" | "directory" | "package" | "other">}
 */
async function recognise(blob) {
  const kind = await kindOf(blob);
  if (kind === "json") return (await readRoot(new Uint8Array(await blob.slice(0, 1 << 20).arrayBuffer()), false)) ? "root" : "package";
  if (kind === "encrypted") return "package";
  if (kind === "other") return "other";
  try {
    return (await readZip(new Source(blob), MANY)).some(({ name }) => name.startsWith("metadata/")) ? "directory" : "package";
  } catch (e) {
    if (e instanceof Refusal) return "package";
    throw e;
  }
}

/**
 * Read a root file; null if it is none.
 * @param {Uint8Array} bytes
 * @param {boolean} builtIn
 * @returns {Promise<Root | null>}
 */
async function readRoot(bytes, builtIn) {
  try {
    const { signed } = await readMetadata(bytes, "root", "root");
    return { bytes, version: signed.version, fingerprint: hex(await sha256(bytes)), builtIn };
  } catch (e) {
    if (e instanceof Refusal) return null;
    throw e;
  }
}

function changed() {
  showGiven();
  return check();
}

function showGiven() {
  const { root, directory, handed, name } = state;
  const files = Array.isArray(handed) ? fill(words.chosenFolder, { name, count: handed.length }) : handed && fill(words.chosenFile, { name, size: bytes(handed.size) });
  byId("chosen").replaceChildren(...(files ? [icon("file"), files] : []));
  byId("root-card").classList.toggle("missing", !root);
  byId("root-state").replaceChildren(
    root ? [root.builtIn ? words.rootBuiltIn : fill(words.rootChosen, { version: root.version })].join("") : words.rootMissing,
  );
  byId("root-print").replaceChildren(...(root ? [el("span.hint", {}, `${words.fingerprint} `), grouped(root.fingerprint), el("p.hint", {}, words.fingerprintHint)] : []));
  byId("choose-root").textContent = root ? words.replace : words.choose;
  byId("directory-state").textContent = directory ? directory.name : words.none;
  byId("choose-directory").textContent = directory ? words.replace : words.choose;
  byId("remove-directory").hidden = !directory;
}

/** Check what was handed in; a later change overtakes an earlier check. */
async function check() {
  const mine = clear();
  const { handed, root, directory, name } = state;
  byId("check").hidden = !handed || !root;
  if (!handed) return;
  if (!root) return say(words.needRoot);
  const at = asOf();
  if (at === undefined) return say(words.asOfForm);
  say("");
  const advance = progress();
  try {
    const result = await comityVerify(handed, { root: root.bytes, directory, actingFor: value("acting-for"), at, advance });
    if (mine === turn) show(report(result, { file: name, root: root.fingerprint }), `${result.verdict === "valid" ? words.valid : words.refused}: ${name}`);
  } catch (e) {
    if (!(e instanceof Refusal)) throw e;
    if (mine === turn) show([unjudged(e)], words.notJudged);
  }
}

/** Take away what was said before; give the number of the new turn. */
function clear() {
  byId("result").replaceChildren();
  byId("progress").replaceChildren();
  return ++turn;
}

/** @param {Refusal} e */
function unjudged(e) {
  if (e.field !== "encrypted") return notice("notice", words.notJudged, el("p", {}, e.toString()), el("p", {}, e.advice));
  return notice("lock", words.encryptedTitle, el("p", {}, words.encryptedText), el("pre", {}, e.advice.split(": ")[1]));
}

/**
 * @param {any[]} parts
 * @param {string} title
 */
function show(parts, title) {
  byId("progress").replaceChildren();
  byId("result").replaceChildren(...parts.filter(Boolean));
  document.title = `${title} · ${words.brand}`;
  const heading = /** @type {HTMLElement | null} */ (byId("result").querySelector("h2"));
  heading?.focus();
  heading?.closest("section")?.scrollIntoView();
}

function progress() {
  const bar = /** @type {HTMLProgressElement} */ (el("progress", { max: "1", "aria-label": words.checking }));
  byId("progress").replaceChildren(bar);
  return (/** @type {number} */ done, /** @type {number} */ total) => (bar.value = total ? Math.min(done / total, 1) : 1);
}

/**
 * @param {string} symbol
 * @param {string} title
 * @param {...Node} children
 */
function notice(symbol, title, ...children) {
  return el("section.notice", {}, icon(symbol), el("div", {}, el("h2", { tabindex: "-1" }, title), ...children));
}

/** @param {string} text */
function say(text) {
  byId("message").textContent = text;
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id */
function value(id) {
  return /** @type {HTMLInputElement} */ (byId(id)).value.trim();
}

/** Give the time that was typed in, taken as UTC: null if there is none, undefined if it is no time. */
function asOf() {
  const typed = value("as-of");
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:Z| UTC)?$/.exec(typed);
  const text = parts ? `${parts[1]}T${parts[2]}${parts[3] ?? ":00"}Z` : "";
  byId("as-of").setAttribute("aria-invalid", String(Boolean(typed) && !isMoment(text)));
  return isMoment(text) ? text : typed ? undefined : null;
}

/** @param {number} count */
function bytes(count) {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), 3);
  return `${(count / 1024 ** power).toFixed(power ? 1 : 0)} ${units[power]}`;
}

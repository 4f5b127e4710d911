/**
 * PDF files as our printer makes them, and no others: one classic cross-reference table, every byte accounted for, only
 * entries that a printed text needs. What is not understood is refused, so nothing can hide in a part that is skipped.
 */

import { latin1 } from "./bytes.js";
import { Lexer, Ref, Word } from "./lexer.js";
import { Refusal, demand } from "./refusal.js";

const MAX_OBJECTS = 100_000;
const MAX_STREAM = 32 * 1024 * 1024;

const KEYS = new Set(
  (
    "Type Subtype Size Root Info ID Title Author Creator Producer CreationDate ModDate Pages Count Kids Parent Contents Resources " +
    "MediaBox StructParents Tabs Font ColorSpace ProcSet BaseFont Encoding DescendantFonts ToUnicode CIDSystemInfo Registry Ordering " +
    "Supplement FontDescriptor FontName Flags FontBBox ItalicAngle Ascent Descent CapHeight StemV CIDSet FontFile2 FontFile3 DW W " +
    "CIDToGIDMap WMode Length Filter N Range Metadata OutputIntents OutputCondition OutputConditionIdentifier RegistryName " +
    "DestOutputProfile S Lang MarkInfo Marked Suspects ViewerPreferences Direction StructTreeRoot RoleMap ParentTree ParentTreeNextKey " +
    "Nums K P Pg MCID T A O Placement"
  ).split(" ").map((name) => `/${name}`),
);
const TYPES = new Set("Catalog Pages Page Font FontDescriptor OutputIntent StructTreeRoot StructElem MCR Metadata CMap".split(" ").map((name) => `/${name}`));
const SUBTYPES = new Set(["/Type0", "/CIDFontType0", "/CIDFontType2", "/CIDFontType0C", "/XML"]);
// Below these, names are the file's own.
const NAME_MAPS = new Set(["/Font", "/ColorSpace", "/RoleMap"]);
/** @type {Record<string, string>} What the specification names as refused (package-format §3). */
const REFUSED = {
  "/XObject": "a picture", "/Width": "a picture", "/Image": "a picture", "/SMask": "a picture", "/Pattern": "a picture", "/Shading": "a picture",
  "/Annots": "an annotation", "/Annot": "an annotation", "/AcroForm": "a form", "/XFA": "a form", "/Widget": "a form",
  "/EmbeddedFiles": "an attachment", "/EmbeddedFile": "an attachment", "/EF": "an attachment", "/AF": "an attachment", "/Filespec": "an attachment", "/F": "an attachment",
  "/Names": "an attachment or script", "/JS": "a script", "/JavaScript": "a script",
  "/OpenAction": "an action", "/AA": "an action", "/URI": "an action", "/Launch": "an action", "/Action": "an action", "/A": "an action",
  "/OCProperties": "optional content", "/OC": "optional content", "/Encrypt": "encryption", "/Prev": "a later change", "/XRefStm": "a second table",
};

/** @typedef {{value: any, stream: Uint8Array | null}} PdfObject */

export class Pdf {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    /** @type {Map<number, PdfObject>} */
    this.objects = new Map();
    const { offsets, trailer, table } = this.readTable();
    this.trailer = trailer;
    this.readObjects(offsets, table);
    inspect(trailer, "");
    for (const { value } of this.objects.values()) inspect(value, "");
  }

  /**
   * Follow a reference.
   * @param {any} value
   */
  get(value) {
    if (!(value instanceof Ref)) return value;
    const object = this.objects.get(value.number);
    demand(object && !(object.value instanceof Ref), "got a PDF reference to nothing, expected an object");
    return object.value;
  }

  /**
   * Give a dictionary.
   * @param {any} value
   * @returns {Map<string, any>}
   */
  dictionary(value) {
    const found = this.get(value);
    demand(found instanceof Map, "got another PDF object, expected a dictionary");
    return found;
  }

  /**
   * Give the bytes of a stream, inflated.
   * @param {any} ref
   */
  async stream(ref) {
    const object = ref instanceof Ref ? this.objects.get(ref.number) : undefined;
    demand(object?.stream, "got another PDF object, expected a stream");
    return object.value.get("/Filter") === undefined ? object.stream : inflate(object.stream);
  }

  /** List the pages in order. */
  pages() {
    /** @type {Map<string, any>[]} */
    const found = [];
    const seen = new Set();
    const walk = (/** @type {any} */ ref) => {
      const node = this.dictionary(ref);
      demand(!seen.has(node), "got a page tree that runs in a circle, expected a tree");
      seen.add(node);
      if (node.get("/Type") === "/Page") return void found.push(node);
      const kids = this.get(node.get("/Kids"));
      demand(node.get("/Type") === "/Pages" && Array.isArray(kids), "got a malformed page tree, expected pages");
      kids.forEach(walk);
    };
    walk(this.dictionary(this.trailer.get("/Root")).get("/Pages"));
    demand(found.length > 0, "got a PDF without pages, expected some");
    return found;
  }

  /** Read the end of the file and the one cross-reference table (7.5.4, 7.5.5). */
  readTable() {
    const tail = latin1(this.bytes.subarray(Math.max(this.bytes.length - 64, 0)));
    const end = /startxref\n(\d{1,10})\n%%EOF\n?$/.exec(tail);
    demand(end && /^%PDF-1\.[4-7]\n/.test(latin1(this.bytes.subarray(0, 9))), "got another file, expected a PDF");
    const table = Number(end[1]);
    const head = /^xref\n0 (\d{1,6})\n0000000000 65535 f[\r ]\n/.exec(latin1(this.bytes.subarray(table, table + 40)));
    const count = head ? Number(head[1]) : 0;
    demand(head && count > 1 && count <= MAX_OBJECTS, "got a PDF of another make, expected one classic cross-reference table");
    const start = table + head[0].length;
    const rows = latin1(this.bytes.subarray(start, start + 20 * (count - 1)));
    demand(/^(?:\d{10} 00000 n[\r ]\n)*$/.test(rows) && rows.length === 20 * (count - 1), "got a malformed cross-reference table, expected plain rows");
    const offsets = Array.from({ length: count - 1 }, (_, i) => Number(rows.slice(20 * i, 20 * i + 10)));
    const lexer = new Lexer(this.bytes, start + rows.length);
    demand(isWord(lexer.next(), "trailer"), "got a malformed PDF trailer, expected one");
    const trailer = lexer.next();
    const last = this.bytes.length - tail.length + end.index;
    demand(trailer instanceof Map && trailer.get("/Size") === count && this.blank(lexer.at, last), "got a malformed PDF trailer, expected one");
    return { offsets, trailer, table };
  }

  /**
   * Read every object; together they fill the file from its header to its table.
   * @param {number[]} offsets
   * @param {number} table
   */
  readObjects(offsets, table) {
    const order = offsets.map((offset, i) => ({ offset, number: i + 1 })).sort((a, b) => a.offset - b.offset);
    const first = new Lexer(this.bytes);
    demand(first.more() && first.at === order[0].offset, "got bytes outside of any PDF object, expected none");
    order.forEach(({ offset, number }, i) => {
      const end = this.readObject(offset, number);
      demand(this.blank(end, order[i + 1]?.offset ?? table), "got bytes outside of any PDF object, expected none");
    });
  }

  /**
   * @param {number} offset
   * @param {number} number
   */
  readObject(offset, number) {
    const head = encodeHead(number);
    demand(latin1(this.bytes.subarray(offset, offset + head.length)) === head, "got a cross-reference table that points elsewhere, expected objects");
    const lexer = new Lexer(this.bytes, offset + head.length);
    /** @type {any} */
    const value = lexer.next();
    let stream = null;
    let word = lexer.next();
    if (isWord(word, "stream")) {
      const length = value instanceof Map ? value.get("/Length") : undefined;
      demand(Number.isInteger(length) && length >= 0 && this.bytes[lexer.at] === 10, "got a malformed PDF stream, expected its length");
      demand([undefined, "/FlateDecode"].includes(value.get("/Filter")), "got a PDF stream in another packing, expected FlateDecode");
      stream = this.bytes.subarray(lexer.at + 1, lexer.at + 1 + length);
      lexer.at += 1 + length;
      demand(isWord(lexer.next(), "endstream"), "got a PDF stream of another length, expected the one stated");
      word = lexer.next();
    }
    demand(isWord(word, "endobj"), "got an unfinished PDF object, expected its end");
    this.objects.set(number, { value, stream });
    return lexer.at;
  }

  /**
   * Say whether there is only white space between two places.
   * @param {number} start
   * @param {number} end
   */
  blank(start, end) {
    return start <= end && this.bytes.subarray(start, end).every((byte) => byte === 10 || byte === 13 || byte === 32);
  }
}

/**
 * Refuse whatever a printed text does not need.
 * @param {any} value
 * @param {string} under the entry it stands under
 */
function inspect(value, under) {
  demand(!(value instanceof Word), "got a stray word in the PDF, expected a value");
  if (Array.isArray(value)) return value.forEach((item) => inspect(item, under));
  if (!(value instanceof Map)) return;
  for (const [key, item] of value) {
    if (!NAME_MAPS.has(under)) inspectEntry(key, item, value);
    inspect(item, NAME_MAPS.has(under) ? "" : key);
  }
}

/**
 * @param {string} key
 * @param {any} item
 * @param {Map<string, any>} owner
 */
function inspectEntry(key, item, owner) {
  const attribute = key === "/A" && owner.get("/Type") === "/StructElem";
  const named = (key === "/Type" && !TYPES.has(item)) || (key === "/Subtype" && !SUBTYPES.has(item)) ? item : key;
  if (KEYS.has(key) && named === key && (key !== "/A" || attribute)) return;
  const what = typeof named === "string" && Object.hasOwn(REFUSED, named) ? REFUSED[named] : `the entry ${String(named).slice(0, 60)}`;
  throw new Refusal(`got ${what} in the PDF, expected printed text alone`);
}

/**
 * @param {any} value
 * @param {string} text
 */
function isWord(value, text) {
  return value instanceof Word && value.text === text;
}

/** @param {number} number */
function encodeHead(number) {
  return `${number} 0 obj`;
}

/**
 * Unpack a zlib stream, up to a limit.
 * @param {Uint8Array} packed
 */
async function inflate(packed) {
  const reader = new Blob([/** @type {BlobPart} */ (packed)]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const parts = [];
  let size = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      demand(size <= MAX_STREAM, `got a PDF stream of more than ${MAX_STREAM} bytes, expected at most that`);
      parts.push(part.value);
    }
  } catch (e) {
    if (e instanceof TypeError) throw new Refusal("got a damaged PDF stream, expected one that unpacks");
    throw e;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

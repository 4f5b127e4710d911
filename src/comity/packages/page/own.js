/** A directory of one's own, as `comity directory export` writes it: one stored zip in the layout of TUF. */

import { checkCountry, checkParty, checkTop, position, rootName, targetPath } from "./directory.js";
import { LIMITS, MAX_ROOTS } from "./metadata.js";
import { moment } from "./moment.js";
import { Source } from "./source.js";
import { openEntries } from "./container.js";

const MAX_ENTRIES = 500_000;
const MAX_PARTY = 512 * 1024;

/** @typedef {import("./party.js").Party} Party */
/**
 * @typedef {object} Own
 * @property {number} expires from when on it is out of date
 * @property {(party: string) => Promise<Party | null>} find looks a party up; null if the directory does not know it
 * @property {() => Promise<import("./directory.js").Position>} position where it stands, as far as it was read
 */

/**
 * Open a directory export and verify its top under the pinned root.
 * @param {Blob} blob
 * @param {Uint8Array} root
 * @param {import("./shape.js").Shape} shape
 * @returns {Promise<Own>}
 */
export async function openOwn(blob, root, shape) {
  const files = await openEntries(new Source(blob), MAX_ENTRIES);
  const read = (/** @type {string} */ name, /** @type {number} */ version) => {
    const path = name === "timestamp.json" ? `metadata/${name}` : `metadata/${version}.${name}`;
    return files.read(path, LIMITS[/^(?:timestamp|snapshot)/.test(name) ? /** @type {"timestamp" | "snapshot"} */ (name.slice(0, -5)) : "targets"]);
  };
  const roots = [];
  while (roots.length <= MAX_ROOTS && files.has(`metadata/${rootName(roots.length + 1)}`)) {
    roots.push(await files.read(`metadata/${rootName(roots.length + 1)}`, LIMITS.root));
  }
  const above = await checkTop(roots, root, read);
  const expires = Math.min(...[...above.signed.values()].map((one) => moment(one.expires)));
  return { expires, find, position: () => position(above) };

  /** @param {string} id */
  async function find(id) {
    const code = id.slice(0, 2);
    const known = above.targets.delegations?.roles.some((/** @type {any} */ one) => one.name === code);
    if (!known || !Object.hasOwn(above.snapshot.meta, `${code}.json`)) return null;
    const country = await checkCountry(above, code, read);
    const path = targetPath(id);
    if (!Object.hasOwn(country.targets, path)) return null;
    const place = `targets/${path.replace("/", `/${country.targets[path].hashes.sha256}.`)}`;
    return checkParty(country, id, await files.read(place, MAX_PARTY), shape);
  }
}

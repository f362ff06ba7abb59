import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Notes which packages went into a built part, in dist/.packages/PART.json: what the bill of materials and the licence texts list. Taken from
 * what the bundler really put out, so that a package that nobody uses any more is not named, and none that is used is missed.
 */
const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../dist/.packages');

/** `/x/node_modules/a/node_modules/@b/c/d.js` → `node_modules/a/node_modules/@b/c`; null for our own files. */
export function packageFolder(id) {
  const file = id.replaceAll('\\', '/').replace(/^\0+/, '').replace(/\?.*$/, '');
  const found = /(?:^|\/)(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/@]+)\//.exec(file);
  return found === null ? null : found[1];
}

/** A plugin of Vite; `part` is the folder in dist, perhaps built by several builds (`main/preload`). */
export function notePackages(part) {
  return {
    name: 'penstock-note-packages',
    generateBundle(_, bundle) {
      const found = new Set();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk') for (const id of chunk.moduleIds ?? Object.keys(chunk.modules)) found.add(packageFolder(id));
        else for (const name of chunk.originalFileNames ?? []) found.add(packageFolder(name));
      }
      found.delete(null);
      addPackages(part, found);
    },
  };
}

const fileOf = (part) => path.join(folder, `${part}.json`);

export function forgetPackages(part) {
  rmSync(fileOf(part), { force: true });
}

export function addPackages(part, names) {
  let before = [];
  try {
    before = JSON.parse(readFileSync(fileOf(part), 'utf8'));
  } catch {
    // The first build of the part.
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(part), `${JSON.stringify([...new Set([...before, ...names])].sort(), null, 2)}\n`);
}

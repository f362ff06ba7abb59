import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Lists every diagnostic code of the nodes, the configure pass and runs, with the files that give it and whether there is a repair for
 * it (app/pipeline/fixes): `node scripts/diagnostic-codes.mjs`, or with `--open` those without one.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const given = /code: '([a-z]+(?:-[a-z0-9]+)*)'|(?:PenstockError|RelationError|complain|greyed|problem|say|error)\(\s*(?:'(?:error|warning|info)',\s*)?'([a-z]+(?:-[a-z0-9]+)*)'/g;

const files = new Map();
for (const folder of ['app', 'nodes']) {
  for (const entry of await readdir(path.join(root, folder), { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const relative = path.relative(root, file);
    if (!entry.isFile() || !/\.tsx?$/.test(entry.name) || /test|fixture/.test(entry.name) || /^app\/(cli|pipeline\/fixes)\//.test(relative)) continue;
    for (const match of (await readFile(file, 'utf8')).matchAll(given)) {
      const code = match[1] ?? match[2];
      files.set(code, (files.get(code) ?? new Set()).add(relative));
    }
  }
}
const rules = await readFile(path.join(root, 'app/pipeline/fixes/repairs.ts'), 'utf8');
const isMended = (code) => rules.includes(`'${code}'`) || new RegExp(`^  ${code}: \\[`, 'm').test(rules);
const codes = [...files].filter(([code]) => !process.argv.includes('--open') || !isMended(code)).sort(([a], [b]) => (a < b ? -1 : 1));
for (const [code, places] of codes) console.log(`${isMended(code) ? '✓' : ' '} ${code}  ${[...places].sort().join(', ')}`);
console.log(`${codes.length} codes, ${codes.filter(([code]) => isMended(code)).length} with a repair`);

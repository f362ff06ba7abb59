import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { beginConversion, finishConversion } from './conversion.ts';

let folder = '';
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (name: string): string | null => (existsSync(path.join(folder, name)) ? readFileSync(path.join(folder, name), 'utf8') : null);
const names = ['a', 'b/c', 'd'];

/** An old project whose new files are made, and nothing more. */
async function made(): Promise<Awaited<ReturnType<typeof beginConversion>>> {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-conversion-'));
  mkdirSync(path.join(folder, 'b'));
  for (const name of [...names, 'old']) writeFileSync(path.join(folder, name), 'old');
  const conversion = await beginConversion(folder);
  mkdirSync(path.join(conversion.folder, 'b'));
  for (const name of names) writeFileSync(path.join(conversion.folder, name), 'new');
  return conversion;
}

it('a conversion that was not committed leaves the old project', async () => {
  await made();
  await finishConversion(folder);
  expect([...names.map(text), text('old'), existsSync(path.join(folder, '.penstock-convert'))]).toEqual(['old', 'old', 'old', 'old', false]);
});

it('a conversion that was killed at any step of its commit becomes the new project', async () => {
  for (let moved = 0; moved <= names.length; moved += 1) {
    for (const removed of [false, true]) {
      await made();
      const work = path.join(folder, '.penstock-convert');
      writeFileSync(path.join(work, 'ready.json'), JSON.stringify({ replace: names, remove: ['old'] }));
      if (removed || moved > 0) rmSync(path.join(folder, 'old'));
      for (const name of names.slice(0, moved)) renameSync(path.join(work, 'new', name), path.join(folder, name));
      await finishConversion(folder);
      expect([...names.map(text), text('old'), existsSync(work)]).toEqual(['new', 'new', 'new', null, false]);
      rmSync(folder, { recursive: true });
    }
  }
});

it('a commit makes the new project', async () => {
  await (await made()).commit(['old']);
  expect([...names.map(text), text('old')]).toEqual(['new', 'new', 'new', null]);
});

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSignature, verifyFiles } from './bundle-files.ts';

let root: string;
let bundle: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'penstock-bundle-'));
  bundle = path.join(root, 'bundle');
  mkdirSync(bundle);
  writeFileSync(path.join(root, 'secret'), 'SECRET');
  writeFileSync(path.join(bundle, 'own.txt'), 'own');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const manifest = (files: unknown): void => writeFileSync(path.join(bundle, 'manifest.json'), JSON.stringify({ files }));

it('a bundle whose manifest names files outside it learns nothing of them', async () => {
  for (const outside of ['../secret', path.join(root, 'secret'), 'a/../../secret', './../bundle/../secret']) {
    // Right and wrong hashes get the same answer, so that nothing can be guessed by them.
    const answers = await Promise.all([hash('SECRET'), hash('other')].map(async (sha256) => {
      manifest([{ path: outside, bytes: 6, sha256 }]);
      return verifyFiles(bundle).then(() => 'verified', (error: Error) => error.message);
    }));
    expect(answers[0], outside).toMatch(/lies outside it/);
    expect(answers[1], outside).toBe(answers[0]);
  }
  manifest([{ path: 'own.txt', bytes: 3, sha256: hash('own') }]);
  await verifyFiles(bundle);
});

it('a bundle with files of the wrong kind is refused in a sentence', async () => {
  for (const text of ['', '[]', 'null', '{"files":{}}', '{"files":[null]}', '{"files":[{"path":5,"sha256":"x"}]}', '{"__proto__":{"files":[]}}', '['.repeat(100_000)]) {
    writeFileSync(path.join(bundle, 'manifest.json'), text);
    writeFileSync(path.join(bundle, 'signature.json'), text);
    await expect(verifyFiles(bundle), text.slice(0, 40)).rejects.toMatchObject({ code: 'bundle-damaged' });
    await expect(readSignature(bundle), text.slice(0, 40)).rejects.toMatchObject({ code: 'bundle-damaged' });
  }
  expect(Reflect.get({}, 'files')).toBeUndefined();
});

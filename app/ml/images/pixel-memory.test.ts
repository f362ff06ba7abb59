import { copyFileSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { readPixels } from './pixel-memory.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-pixels-'));
afterAll(async () => {
  await closeIdleWorkers();
  rmSync(folder, { recursive: true, force: true });
});

it('reads an image once while it stays the same, and what is none as missing', async () => {
  const file = path.join(folder, 'a.jpeg');
  const take = (name: string): void => copyFileSync(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)), file);
  take('grey.jpeg');
  const [first, none, nothing] = await readPixels([file, path.join(folder, 'gone.png'), null], 4, 4);
  expect(first).toHaveLength(16);
  // Grey: red, green and blue alike.
  expect(first?.every((pixel) => pixel % 65_793 === 0)).toBe(true);
  expect(none?.every(Number.isNaN)).toBe(true);
  expect(nothing).toBeNull();
  const [again, other] = await readPixels([file, file], 4, 4);
  expect(again).toBe(first);
  expect(other).toBe(first);
  expect((await readPixels([file], 2, 2))[0]).toHaveLength(4);
  utimesSync(file, 1, 1);
  const [changed] = await readPixels([file], 4, 4);
  expect(changed).not.toBe(first);
  expect(changed).toEqual(first);
});

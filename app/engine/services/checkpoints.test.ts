import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Checkpoints } from './checkpoints.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-checkpoints-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

it('gives back what was saved last, until the node is done', async () => {
  const all = new Checkpoints(path.join(folder, 'new'), () => true);
  expect(await all.of('a').load()).toBeNull();
  await all.of('a').save(bytes('one'));
  await all.of('a').save(bytes('two'));
  await all.of('b').save(bytes('other'));
  expect(Buffer.from((await all.of('a').load()) ?? []).toString()).toBe('two');
  await all.remove('a');
  expect(await all.of('a').load()).toBeNull();
  expect(await readdir(path.join(folder, 'new'))).toEqual(['b.bin']);
});

it('keeps nothing for a node without a key, or where it may not write', async () => {
  await new Checkpoints(folder, () => true).of(null).save(bytes('x'));
  await new Checkpoints(folder, () => false).of('a').save(bytes('x'));
  expect(await readdir(folder)).toEqual([]);
});

it('sweeps what is half written, and what nobody came back to for a month', async () => {
  const all = new Checkpoints(folder, () => true);
  const [fresh, old] = ['a'.repeat(64), 'b'.repeat(64)];
  await all.of(fresh).save(bytes('x'));
  await all.of(old).save(bytes('x'));
  await writeFile(path.join(folder, '.0123456789abcdef.partial'), 'x');
  const now = Date.now();
  await utimes(path.join(folder, `${old}.bin`), new Date(now), new Date(now - 31 * 86_400_000));
  await all.sweep(now);
  expect(await readdir(folder)).toEqual([`${fresh}.bin`]);
});

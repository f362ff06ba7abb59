import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { randomOf } from './mutate.ts';
import type { Reader } from './readers/reader.ts';
import { readers } from './readers/index.ts';
import { Victim } from './supervise.ts';

/**
 * Every reader against hostile files, in a process that may die of them. Short: the corpus, and a few new files of each reader. Long
 * (PENSTOCK_LONG=1): PENSTOCK_FUZZ_ROUNDS (default 2,000) new files of each reader, or as many as PENSTOCK_FUZZ_SECONDS allow. What was
 * found lies in e2e/fuzz/found afterwards; mended, it moves to the corpus.
 */

const root = path.resolve(import.meta.dirname, '../..');
const corpus = path.join(import.meta.dirname, 'corpus');
const foundFolder = path.join(import.meta.dirname, 'found');
const isLong = process.env['PENSTOCK_LONG'] === '1';
const rounds = Number(process.env['PENSTOCK_FUZZ_ROUNDS'] ?? (isLong ? 2000 : 4));
const seconds = Number(process.env['PENSTOCK_FUZZ_SECONDS'] ?? Number.POSITIVE_INFINITY);
const seed = Number(process.env['FC_SEED'] ?? (process.env['CI'] ? 1 : Date.now() & 0x7fffffff));
/** For one file; the machine may be busy with other tests, and a hang is for ever. */
const deadlineMs = 90_000;
/** What one small file may raise the peak of memory by. */
const memoryBytes = 700e6;

const slug = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')).sort().map((name) => path.join(folder, name)) : []);

const victim = new Victim(deadlineMs, memoryBytes);
afterAll(() => victim.close());

interface Counts {
  inputs: number;
  read: number;
  refused: number;
  crash: number;
  hang: number;
  memory: number;
  fault: number;
  silent: number;
}

/** Gives one file to the reader; says what went wrong, or null. */
async function tryFile(reader: Reader, bytes: Uint8Array, counts: Counts): Promise<string | null> {
  await victim.ready();
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const file = path.join(victim.folder, `hostile-${hash}${reader.extension}`);
  await writeFile(file, bytes);
  const { kind, message } = await victim.read(reader.name, file);
  counts.inputs += 1;
  counts[kind] += 1;
  rmSync(file, { force: true });
  if (kind === 'read' || kind === 'refused') return null;
  await mkdir(foundFolder, { recursive: true });
  const kept = path.join(foundFolder, `${slug(reader.name)}-${kind}-${hash}${reader.extension}`);
  await writeFile(kept, bytes);
  return `${kind}: ${message.slice(0, 600)} (${path.relative(root, kept)})`;
}

describe.each(readers)('$name', (reader) => {
  const own = filesIn(path.join(corpus, slug(reader.name)));
  const hostile = filesIn(path.join(corpus, slug(reader.name), 'hostile')).filter((file) => isLong || !path.basename(file).startsWith('slow-'));
  const seeds = [...new Set([...reader.seeds.map((name) => path.join(root, name)), ...own.filter((file) => file.endsWith(reader.extension))])];

  it('does not crash, hang, swell or keep silent on hostile files', { timeout: 24 * 3600_000 }, async () => {
    const counts: Counts = { inputs: 0, read: 0, refused: 0, crash: 0, hang: 0, memory: 0, fault: 0, silent: 0 };
    const random = randomOf(seed);
    const inputs = seeds.map((file) => new Uint8Array(readFileSync(file)));
    const wrong: string[] = [];
    for (const bytes of inputs) {
      const said = await tryFile(reader, bytes, counts);
      if (said !== null) wrong.push(`a good file: ${said}`);
    }
    // Some models need to be told more than their file; but a reader that refuses all is not tested by what it refuses.
    if (counts.read === 0) wrong.push('no good file of the corpus is read');
    for (const file of hostile) {
      const said = await tryFile(reader, new Uint8Array(await readFile(file)), counts);
      if (said !== null) wrong.push(`${path.basename(file)}: ${said}`);
    }
    const started = Date.now();
    for (let round = 0; round < rounds && Date.now() - started < seconds * 1000 && wrong.length < 20; round += 1) {
      const bytes = await reader.mutate(random.pick(inputs), random, inputs);
      const said = await tryFile(reader, bytes, counts);
      if (said !== null) wrong.push(said);
    }
    const line = `${reader.name}: ${counts.inputs.toLocaleString('en')} inputs, ${counts.crash} crashes, ${counts.hang} hangs, ${counts.memory} beyond memory, ${counts.fault} without a sentence, ${counts.silent} silently changed; ${counts.read.toLocaleString('en')} read, ${counts.refused.toLocaleString('en')} refused (seed ${seed})`;
    console.log(line);
    const lines = process.env['PENSTOCK_FAULT_LINES'];
    if (lines !== undefined && lines !== '') appendFileSync(lines, `${line}\n`);
    expect(wrong).toEqual([]);
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { ratio, type BenchOptions, type BenchRow } from '../measure.ts';
import { child } from '../relational/contest.ts';

const runFile = promisify(execFile);
const [numbers, texts] = [45, 20];
/** Size of a report that people can mail. */
const mostBytes = 2_000_000;

/** Two tables of one kind, mixed and with missing values; three columns of the second have moved. */
async function tables(folder: string, rows: number): Promise<{ reference: string; current: string }> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const write = async (name: string, seed: number, moved: boolean): Promise<string> => {
    const uniform = (column: number): string => `(hash(i * 67 + ${column} + ${seed} * 1000003) % 1000000007) / 1000000007.0`;
    const bell = (column: number): string => `(${[0, 1, 2, 3].map((part) => uniform(column * 4 + part)).join(' + ')} - 2)`;
    const gap = (column: number, sql: string): string => (column % 3 === 0 ? `case when ${uniform(9000 + column)} < 0.05 then null else ${sql} end` : sql);
    const ns = Array.from({ length: numbers }, (_, c) => `${gap(c, c % 5 === 4 ? `exp(${bell(c)})` : c % 5 === 3 ? `floor(20 * ${uniform(c)})` : `${bell(c)}${moved && c < 2 ? ' + 0.1' : ''}`)}::double as n${c}`);
    const cs = Array.from({ length: texts }, (_, c) => `${gap(c, `'v' || floor(${3 + 2 * c} * pow(${uniform(500 + c)}, ${moved && c === 0 ? 1.6 : 1.5}))::int`)} as c${c}`);
    const file = path.join(folder, `${name}.parquet`);
    await connection.run(`copy (select ${[...ns, ...cs].join(', ')} from range(${rows}) r(i)) to '${file}' (format parquet, compression zstd)`);
    return file;
  };
  const files = { reference: await write('reference', 1, false), current: await write('current', 2, true) };
  connection.closeSync();
  instance.closeSync();
  return files;
}

/** A drift report on 1 million rows × 65 columns: time from files to HTML and the size of it, against Evidently's. */
export async function run(options: BenchOptions): Promise<{ rows: BenchRow[] }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  const count = options.quick ? 100_000 : 1_000_000;
  try {
    const files = await tables(folder, count);
    const mine = (await child('drift/ours.ts', { ...files, out: path.join(folder, 'ours.html') })) as unknown as { ms: number; bytes: number; drifted: number };
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
    console.log(`Ours: ${seconds(mine.ms)}, ${mine.drifted} of ${numbers + texts} columns drift (3 were moved).`);
    const rows: BenchRow[] = [{ name: 'size of the report', ours: megabytes(mine.bytes), against: 'the promise', peer: megabytes(mostBytes), ratio: ratio(mine.bytes, mostBytes), limit: '≤ 1' }];
    const python = process.env['PENSTOCK_BENCH_PYTHON'] ?? 'python3';
    const theirs = await runFile(python, [fileURLToPath(new URL('../drift/peer.py', import.meta.url)), files.reference, files.current, path.join(folder, 'theirs.html')], { maxBuffer: 1 << 24, timeout: 3_600_000 }).then(({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { ms: number; bytes: number }, (error: unknown) => {
      console.log(`Skipped: the comparison with Evidently (PENSTOCK_BENCH_PYTHON names a Python that has it): ${String(error).split('\n').at(-2) ?? ''}`);
      return null;
    });
    if (theirs !== null) {
      rows.unshift({ name: `${count.toLocaleString('en')} × ${numbers + texts}`, ours: seconds(mine.ms), against: 'Evidently', peer: seconds(theirs.ms), ratio: ratio(mine.ms, theirs.ms), limit: '≤ 0.2' });
      rows.push({ name: 'size, beside Evidently', ours: megabytes(mine.bytes), against: 'Evidently', peer: megabytes(theirs.bytes), ratio: ratio(mine.bytes, theirs.bytes) });
    }
    return { rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

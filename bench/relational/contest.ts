import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { orderFiles, type OrderFiles } from './data.ts';

const run = promisify(execFile);
const here = fileURLToPath(new URL('../', import.meta.url));

export interface Result {
  /** Wall time from the first read to the last write. */
  readonly ms: number;
  /** Peak resident memory of the process in bytes. */
  readonly peak: number;
  readonly cancelMs?: number | null;
}

/** Runs a module of this folder in a process of its own. */
export async function child(module: string, options: object, timeoutMs = 3_600_000): Promise<Result> {
  const { stdout } = await run(process.execPath, [path.join(here, 'child.mjs'), module, JSON.stringify(options)], { maxBuffer: 1 << 24, timeout: timeoutMs });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Result;
}

/** A Python that can import `packages`, or null: `PENSTOCK_BENCH_PYTHON`, `python3`. */
async function pythonWith(variable: string, packages: string): Promise<string | null> {
  for (const python of [process.env[variable], process.env['PENSTOCK_BENCH_PYTHON'], 'python3']) {
    if (python === undefined) continue;
    const works = await run(python, ['-c', `import ${packages}`]).then(() => true, () => false);
    if (works) return python;
  }
  return null;
}

const packages = { polars: 'polars', pandas: 'pandas, pyarrow', orange: 'Orange, pandas, pyarrow' } as const;

/** One contestant in Python, or null where its packages are not there. */
export async function peer(name: keyof typeof packages, files: OrderFiles, out: string): Promise<Result | null> {
  const python = await pythonWith(name === 'orange' ? 'PENSTOCK_BENCH_ORANGE' : 'PENSTOCK_BENCH_PYTHON', packages[name]);
  if (python === null) return null;
  const { stdout } = await run(python, [path.join(here, 'relational/peer.py'), name, files.orders, files.customers, out], { maxBuffer: 1 << 24, timeout: 1_800_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Result;
}

/** The best of several, and the smallest peak. */
export const better = (before: Result | null, now: Result): Result => (before === null ? now : { ...now, ms: Math.min(before.ms, now.ms), peak: Math.min(before.peak, now.peak) });

/** Runs `work` with the benchmark's files of so many rows and a folder for results, which goes afterwards. */
export async function withFiles<T>(rows: number, work: (files: OrderFiles, out: string) => Promise<T>): Promise<T> {
  const files = await orderFiles(path.join(os.tmpdir(), 'penstock-bench-data'), rows);
  const out = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  try {
    return await work(files, out);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

export const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GB`;

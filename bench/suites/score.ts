import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ratio, type BenchOptions, type BenchRow } from '../measure.ts';
import { child } from '../relational/contest.ts';
import { customers } from '../score/customers.ts';

const runFile = promisify(execFile);
const batches = [1, 8192];
const models = [
  { kind: 'logistic', words: 'logistic regression', type: 'train/logistic-regression', params: {} },
  { kind: 'boosting', words: 'gradient boosting', type: 'train/gradient-boosting', params: { iterations: 100, earlyStopping: false } },
] as const;

/** Rows a second from plain records to probabilities, against scikit-learn's pipeline from the same records. */
export async function run(options: BenchOptions): Promise<{ rows: BenchRow[] }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  const rows: BenchRow[] = [];
  try {
    const file = path.join(folder, 'customers.csv');
    await writeFile(file, customers(options.quick ? 10_000 : 30_000));
    const python = process.env['PENSTOCK_BENCH_PYTHON'] ?? 'python3';
    for (const { kind, words, type, params } of models) {
      if (!(await runFile(python, ['-c', 'import sklearn, pandas']).then(() => true, () => false))) {
        console.log(`Skipped: ${words} (scikit-learn and pandas are not installed; PENSTOCK_BENCH_PYTHON names a Python that has them).`);
        continue;
      }
      const peer = await runFile(python, [fileURLToPath(new URL('../score/peer.py', import.meta.url)), kind, file, ...batches.map(String)], { maxBuffer: 1 << 24 });
      const theirs = (JSON.parse(peer.stdout.trim().split('\n').at(-1) ?? '{}') as { rates: number[] }).rates;
      const mine = ((await child('score/ours.ts', { file, type, params, batches })) as unknown as { rates: number[] }).rates;
      batches.forEach((batch, i) => {
        const [own, other] = [mine[i] ?? 0, theirs[i] ?? 1];
        const rate = (value: number): string => `${Math.round(value).toLocaleString('en')} rows/s`;
        // Time a row, so that under 1 is faster as everywhere.
        rows.push({ name: `${words}, batch ${batch}`, ours: rate(own), against: 'scikit-learn’s pipeline', peer: rate(other), ratio: ratio(1 / own, 1 / other), limit: batch === 1 ? '≤ 0.333' : '≤ 1' });
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { rows };
}

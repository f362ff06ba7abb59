import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ratio, type BenchOptions, type BenchRow } from '../measure.ts';
import { child } from '../relational/contest.ts';

const runFile = promisify(execFile);
const batches = [1, 8192];
const models = [
  { kind: 'logistic', words: 'logistic regression', type: 'train/logistic-regression', params: {} },
  { kind: 'boosting', words: 'gradient boosting', type: 'train/gradient-boosting', params: { iterations: 100, earlyStopping: false } },
] as const;

/** Customers with six numbers and four texts, some missing. */
function customers(rows: number): string {
  let state = 7;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const one = (words: readonly string[]): string => (next() < 0.05 ? '' : (words[Math.floor(next() * words.length)] ?? ''));
  const number = (from: number, to: number): string => (next() < 0.05 ? '' : (from + next() * (to - from)).toFixed(2));
  const lines = Array.from({ length: rows }, () => {
    const [age, income] = [number(18, 90), number(10_000, 90_000)];
    const city = one(['Oslo', 'Bergen', 'Tromsø', 'Paris', 'Lyon', 'Rome', 'Kyiv', 'Łódź']);
    const bought = (Number(age) - 50) / 20 + (Number(income) - 50_000) / 30_000 + (city === 'Oslo' ? 1 : 0) + 2 * next() - 1 > 0;
    return [age, income, number(0, 1), number(0, 500), number(-5, 5), number(1, 9), city, one(['web', 'shop', 'phone']), one(['basic', 'plus', 'pro']), one(['a', 'b', 'c', 'd']), bought ? 'yes' : 'no'].join(',');
  });
  return `age,income,share,visits,score,rank,city,channel,plan,grade,bought\n${lines.join('\n')}\n`;
}

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

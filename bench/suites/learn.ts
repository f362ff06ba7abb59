import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { learnFiles, type LearnFiles } from '../learn/data.ts';
import type { LearnOptions } from '../learn/ours.ts';
import type { TensorFlowOptions } from '../learn/tensorflow.ts';
import { ms, ratio, type BenchOptions, type BenchRow } from '../measure.ts';
import { child, gigabytes } from '../relational/contest.ts';

const run = promisify(execFile);

interface Learnt {
  readonly ms: number;
  readonly auc: number | null;
  readonly peak: number;
}

interface Contest {
  readonly name: string;
  readonly what: LearnOptions['what'];
  readonly peer: string;
  readonly words: string;
  readonly limit: string;
}

const contests: readonly Contest[] = [
  { name: 'boosting', what: 'boosting', peer: 'boosting', words: 'HistGradientBoosting', limit: '≤ 0.5' },
  { name: 'boosting, LightGBM', what: 'boosting', peer: 'lightgbm', words: 'LightGBM', limit: '≤ 1' },
  { name: 'forest', what: 'forest', peer: 'forest', words: 'RandomForest', limit: '≤ 0.2' },
  { name: 'logistic', what: 'logistic', peer: 'logistic', words: 'LogisticRegression', limit: '≤ 0.333' },
  { name: 'ridge', what: 'ridge', peer: 'ridge', words: 'Ridge', limit: '≤ 0.333' },
  { name: 'PCA', what: 'pca', peer: 'pca', words: 'PCA', limit: '≤ 0.333' },
  { name: 'MLP 128', what: 'mlp', peer: 'mlp', words: 'MLPClassifier, 128 wide', limit: '≤ 0.5' },
  { name: 'MLP 128, TensorFlow.js', what: 'mlp', peer: 'tensorflow.js', words: 'TensorFlow.js on WebAssembly, 128 wide', limit: '≤ 0.1' },
  { name: 'MLP 512', what: 'mlp512', peer: 'mlp512', words: 'MLPClassifier, 512 wide', limit: '≤ 1' },
  { name: 'k-means', what: 'kmeans', peer: 'kmeans', words: 'KMeans', limit: '≤ 1' },
];

/** At a million rows these take the other side many minutes. */
const onlySmall = new Set(['MLP 512', 'MLP 128, TensorFlow.js']);

async function peer(name: string, rounds: number, files: LearnFiles): Promise<Learnt | null> {
  if (name === 'tensorflow.js') return (await child('learn/tensorflow.ts', { ...files, rounds } satisfies TensorFlowOptions)) as unknown as Learnt;
  const { X, y, testX, testY } = files;
  const python = process.env['PENSTOCK_BENCH_PYTHON'] ?? 'python3';
  const needed = name === 'lightgbm' ? 'lightgbm' : 'sklearn';
  if (!(await run(python, ['-c', `import ${needed}`]).then(() => true, () => false))) return null;
  const { stdout } = await run(python, [fileURLToPath(new URL('../learn/peer.py', import.meta.url)), name, String(rounds), X, y, testX, testY], { maxBuffer: 1 << 24, timeout: 3_600_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Learnt;
}

/** Learners on the same data against scikit-learn, LightGBM and TensorFlow.js, each in its own process, on the machine's cores. */
export async function measure(options: BenchOptions): Promise<{ rows: BenchRow[] }> {
  const rows: BenchRow[] = [];
  for (const size of options.quick ? [20_000] : [100_000, 1_000_000]) {
    const files = await learnFiles(path.join(os.tmpdir(), 'penstock-bench-data'), size);
    const known = new Map<string, Learnt>();
    for (const { name, what, peer: other, words, limit } of contests) {
      if (size >= 1_000_000 && onlySmall.has(name)) continue;
      const slow = what === 'forest' || what === 'mlp512' || size >= 1_000_000;
      const theirs = await peer(other, slow ? 1 : 3, files);
      if (theirs === null) {
        console.log(`Skipped: ${words} (not installed; PENSTOCK_BENCH_PYTHON names a Python that has it).`);
        continue;
      }
      const mine = known.get(what) ?? ((await child('learn/ours.ts', { ...files, what, rounds: slow ? 2 : 3 } satisfies LearnOptions)) as unknown as Learnt);
      known.set(what, mine);
      const worth = ({ ms: time, auc, peak }: Learnt): string => `${ms(time)}${auc === null ? '' : `, AUC ${auc.toFixed(4)}`}, ${gigabytes(peak)}`;
      const row: BenchRow = { name: `${name}, ${size / 1000}k`, ours: worth(mine), against: words, peer: worth(theirs), ratio: ratio(mine.ms, theirs.ms), limit };
      console.log(`${row.name}: ${row.ours}; ${words} ${row.peer}: ${row.ratio} (${limit})`);
      rows.push(row);
    }
  }
  return { rows };
}

export { measure as run };

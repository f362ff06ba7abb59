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

/** What can be measured alone. */
export const parts = ['trees', 'linear', 'networks', 'clusters'] as const;

interface Contest {
  readonly part: (typeof parts)[number];
  readonly name: string;
  readonly what: LearnOptions['what'];
  readonly peer: string;
  readonly words: string;
  readonly limit: string;
}

const contests: readonly Contest[] = [
  { part: 'trees', name: 'boosting', what: 'boosting', peer: 'boosting', words: 'HistGradientBoosting', limit: '≤ 0.5' },
  { part: 'trees', name: 'boosting, LightGBM', what: 'boosting', peer: 'lightgbm', words: 'LightGBM', limit: '≤ 1' },
  { part: 'trees', name: 'forest', what: 'forest', peer: 'forest', words: 'RandomForest', limit: '≤ 0.2' },
  { part: 'linear', name: 'logistic', what: 'logistic', peer: 'logistic', words: 'LogisticRegression', limit: '≤ 0.333' },
  { part: 'linear', name: 'ridge', what: 'ridge', peer: 'ridge', words: 'Ridge', limit: '≤ 0.333' },
  { part: 'linear', name: 'PCA', what: 'pca', peer: 'pca', words: 'PCA', limit: '≤ 0.333' },
  { part: 'networks', name: 'MLP 128', what: 'mlp', peer: 'mlp', words: 'MLPClassifier, 128 wide', limit: '≤ 0.5' },
  { part: 'networks', name: 'MLP 128, TensorFlow.js', what: 'mlp', peer: 'tensorflow.js', words: 'TensorFlow.js on WebAssembly, 128 wide', limit: '≤ 0.1' },
  { part: 'networks', name: 'MLP 512', what: 'mlp512', peer: 'mlp512', words: 'MLPClassifier, 512 wide', limit: '≤ 1' },
  { part: 'clusters', name: 'k-means', what: 'kmeans', peer: 'kmeans', words: 'KMeans', limit: '≤ 1' },
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

/** Fits of each side in a process, and how often the sides take turns: more of what takes less, for a moment's load is as long as that. */
function effort({ part, what }: Contest, rows: number): { readonly rounds: number; readonly turns: number } {
  const large = rows >= 1_000_000;
  if (part === 'linear') return large ? { rounds: 5, turns: 3 } : { rounds: 20, turns: 5 };
  if (what === 'boosting') return large ? { rounds: 2, turns: 2 } : { rounds: 3, turns: 3 };
  if (large || what === 'mlp512') return { rounds: 1, turns: 1 };
  return { rounds: what === 'forest' ? 2 : 3, turns: 1 };
}

const better = (a: Learnt | null, b: Learnt): Learnt => (a === null || b.ms < a.ms ? b : a);

/** Learners on the same data against scikit-learn, LightGBM and TensorFlow.js, each in its own process, on the machine's cores. */
export async function measure({ quick, part }: BenchOptions): Promise<{ rows: BenchRow[] }> {
  const rows: BenchRow[] = [];
  for (const size of quick ? [20_000] : [100_000, 1_000_000]) {
    const files = await learnFiles(path.join(os.tmpdir(), 'penstock-bench-data'), size);
    const known = new Map<string, Learnt>();
    for (const contest of contests) {
      const { name, what, peer: other, words, limit } = contest;
      if ((part !== undefined && part !== contest.part) || (size >= 1_000_000 && onlySmall.has(name))) continue;
      const { rounds, turns } = effort(contest, size);
      const before = known.get(what) ?? null;
      let mine = before;
      let theirs: Learnt | null = null;
      for (let turn = 0; turn < (quick ? 1 : turns); turn += 1) {
        const measured = await peer(other, rounds, files);
        if (measured === null) break;
        theirs = better(theirs, measured);
        if (before === null) mine = better(mine, (await child('learn/ours.ts', { ...files, what, rounds } satisfies LearnOptions)) as unknown as Learnt);
      }
      if (theirs === null || mine === null) {
        console.log(`Skipped: ${words} (not installed; PENSTOCK_BENCH_PYTHON names a Python that has it).`);
        continue;
      }
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

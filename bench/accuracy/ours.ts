import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine } from '#app/engine/engine.ts';
import { emptyDocument } from '#app/pipeline/document.ts';

export interface Dataset {
  readonly name: string;
  readonly about: string;
  readonly task: 'classification' | 'regression';
  readonly target: string;
  readonly features: readonly string[];
  readonly rows: number;
  /** CSV with a column `fold`. */
  readonly file: string;
}

/** Scores of one learner, fold by fold. */
export type Scores = Readonly<Record<string, readonly Readonly<Record<string, number>>[]>>;

/** As the peers are set in `peer.py`. */
const learnersOf = (task: Dataset['task']) =>
  ({
    linear: task === 'classification' ? { type: 'train/logistic-regression', params: {} } : { type: 'train/linear-regression', params: {} },
    boosting: { type: 'train/gradient-boosting', params: { iterations: 100, earlyStopping: false } },
    forest: { type: 'train/random-forest', params: { trees: 300, minRows: 1 } },
  }) as const;

/** Each learner’s scores over the given folds: a pipeline of a reader, the learners and Test and Score, run by the engine. */
export async function run({ datasets }: { readonly datasets: readonly Dataset[] }): Promise<{ scores: Scores[] }> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const projectDir = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  const engine = await Engine.open({ projectDir, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist') });
  const signal = new AbortController().signal;
  try {
    const scores: Scores[] = [];
    for (const { task, target, features, file } of datasets) {
      const learners = learnersOf(task);
      const found: Record<string, Record<string, number>[]> = {};
      for (const [name, { type, params }] of Object.entries(learners)) {
        const document = emptyDocument('accuracy', 'Accuracy');
        const add = (id: string, nodeType: string, given: Record<string, unknown>): void => void document.nodes.push({ id, type: nodeType, version: engine.catalogue.get(nodeType)?.definition.version ?? 1, params: given });
        add('read', 'data/csv-reader', { path: file });
        add('learner', type, { ...params, target, features: [...features] });
        add('test', 'evaluate/test-and-score', { method: 'leave-one-group-out', group: 'fold' });
        document.edges.push({ id: 'a', from: { node: 'read', port: 'table' }, to: { node: 'test', port: 'table' } }, { id: 'b', from: { node: 'learner', port: 'learner' }, to: { node: 'test', port: 'learner' } }, { id: 'c', from: { node: 'read', port: 'table' }, to: { node: 'learner', port: 'table' } });
        const started = await engine.startRun({ document, path: null, to: ['test'] });
        if ((await started.finished) !== 'succeeded') throw new Error(JSON.stringify(engine.store.records.get(started.runId)?.nodes));
        const table = await engine.data.table({ document, nodeId: 'test', port: 'scores', filter: '' }, signal);
        const { schema, rows } = await engine.database.rows(table.relation);
        found[name] = rows.map((row) => Object.fromEntries(schema.flatMap(({ name: column, type: columnType }, i) => (columnType === 'float' ? [[column, Number(row[i])]] : []))));
      }
      scores.push(found);
    }
    return { scores };
  } finally {
    await engine.close();
    await rm(projectDir, { recursive: true, force: true });
  }
}

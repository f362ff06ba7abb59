import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { algorithms, candidatesFor } from '#app/ml/index.ts';
import { describeFixtures, fixtureDocument, openTestEngine, readFixtures, type TestEngine } from '#app/engine/testing.ts';
import { nodeOfLearner } from '#app/sdk/learner-nodes.ts';
import type { TrainerSpec } from '#app/sdk/trainer.ts';
import { trainerSpec as boosting, paramsSchema as boostingParams } from '../gradient-boosting/node.ts';
import { trainerSpec as tree, paramsSchema as treeParams } from '../decision-tree/node.ts';
import { trainerSpec as nearest, paramsSchema as nearestParams } from '../k-nearest-neighbours/node.ts';
import { trainerSpec as linear, paramsSchema as linearParams } from '../linear-regression/node.ts';
import { trainerSpec as logistic, paramsSchema as logisticParams } from '../logistic-regression/node.ts';
import { trainerSpec as bayes, paramsSchema as bayesParams } from '../naive-bayes/node.ts';
import { trainerSpec as network, paramsSchema as networkParams } from '../neural-network/node.ts';
import { trainerSpec as forest, paramsSchema as forestParams } from '../random-forest/node.ts';
import { trainerSpec as svm, paramsSchema as svmParams } from '../svm/node.ts';

describeFixtures(import.meta.url);

/** The learner that a train node makes of params. */
const trainers: Readonly<Record<string, (params: unknown) => TrainerSpec>> = {
  'train/gradient-boosting': (params) => boosting(boostingParams.parse(params)),
  'train/decision-tree': (params) => tree(treeParams.parse(params)),
  'train/k-nearest-neighbours': (params) => nearest(nearestParams.parse(params)),
  'train/linear-regression': (params) => linear(linearParams.parse(params)),
  'train/logistic-regression': (params) => logistic(logisticParams.parse(params)),
  'train/naive-bayes': (params) => bayes(bayesParams.parse(params)),
  'train/neural-network': (params) => network(networkParams.parse(params)),
  'train/svm': (params) => svm(svmParams.parse(params)),
  'train/random-forest': (params) => forest(forestParams.parse(params)),
};

/** Of no meaning unless another param says so: the quantile that boosting predicts. */
const idle = (params: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const { quantile: _quantile, ...rest } = params;
  return rest;
};

describe('the winner as nodes', () => {
  it.each(['classification', 'regression'] as const)('is the very learner: %s', (task) => {
    const schema = [{ name: 'x', type: 'float' }, { name: 'y', type: task === 'classification' ? 'string' : 'float' }] as const;
    const candidates = candidatesFor(task, 'y', null, schema, 100);
    expect(candidates.length).toBeGreaterThan(6);
    for (const { spec } of candidates) {
      const { type, params } = nodeOfLearner(spec);
      const trainer = trainers[type];
      if (trainer === undefined) throw new Error(`${type} is not among the train nodes of this test.`);
      const made = trainer(params);
      const parse = (given: unknown): Record<string, unknown> => idle(z.record(z.string(), z.unknown()).parse(algorithms.get(spec.algorithm)?.params.parse(given)));
      expect(made.algorithm, type).toBe(spec.algorithm);
      // An empty seed and none are the same.
      expect({ seed: null, ...parse(made.params) }, type).toEqual({ seed: null, ...parse(spec.params) });
      expect(params).toMatchObject({ target: 'y', features: null });
    }
  });
});

describe('Auto Train', () => {
  let opened: TestEngine | undefined;
  afterEach(() => opened?.close());

  it('ranks trials, makes a model of the best, and says what it gained', async () => {
    const fixture = readFixtures(fileURLToPath(new URL('./fixtures', import.meta.url))).find(({ file }) => file === 'classes.json')?.fixture;
    if (fixture === undefined) throw new Error('The fixture is gone.');
    opened = await openTestEngine();
    const document = fixtureDocument(fixture, opened.engine.catalogue);
    await opened.run(document, ['auto']);
    const { schema, rows } = await opened.table(document, 'auto', 'leaderboard');
    const at = (name: string): number => schema.findIndex((column) => column.name === name);
    const scores = rows.filter((row) => row[at('rank')] !== null).map((row) => Number(row[at('score')]));
    expect(scores.length).toBeGreaterThan(9);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(rows.map((row) => row[at('algorithm')])).toContain('stacking');
    const learner = await opened.value(document, 'auto', 'learner');
    const model = await opened.value(document, 'auto', 'model');
    const best = rows[0] ?? [];
    expect(learner).toMatchObject({ learner: { algorithm: best[at('algorithm')] } });
    expect(model).toMatchObject({ algorithm: best[at('algorithm')], signature: { classes: ['Adelie', 'Chinstrap', 'Gentoo'] } });
    const report = await opened.value(document, 'auto', 'report');
    const blocks = report.kind === 'report' ? report.report.blocks : [];
    const metrics = Object.fromEntries(blocks.flatMap((block) => (block.type === 'metrics' ? block.metrics.map(({ name, value }) => [name, value]) : [])));
    expect(metrics['Log loss, winner']).toBe(scores[0]);
    expect(blocks.find((block) => block.type === 'pipeline')).toBeDefined();
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProjectEvent } from '../events.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';
import { testVersion } from './testing.ts';

let opened: TestEngine;
let heard: ProjectEvent[];
beforeEach(async () => {
  opened = await openTestEngine();
  heard = [];
  opened.engine.events.listen((event) => void heard.push(event));
});
afterEach(() => opened.close());

const none = { runId: null, nodeId: null, pipelineTitle: null, note: '' };

function registered(count: number): TestEngine['engine']['registry'] {
  const { registry } = opened.engine;
  for (let version = 1; version <= count; version++) registry.add('churn', testVersion({ version }).value, {}, none);
  return registry;
}

const stages = (): string[] => opened.engine.store.models.versions('churn').toReversed().map(({ stage }) => stage);
const audited = (version: number): unknown[] => opened.engine.registry.history('churn', version).toReversed().map(({ action, details }) => ({ action, ...details }));

describe('stages', () => {
  it('has one version in production, or as many as are kept; all of it is audited and heard', async () => {
    const registry = registered(3);
    expect(registry.setStage('churn', 1, 'production')).toMatchObject({ from: 'candidate', archived: [] });
    expect(registry.setStage('churn', 2, 'production')).toMatchObject({ archived: [1] });
    expect(stages()).toEqual(['archived', 'production', 'candidate']);
    registry.setStage('churn', 3, 'production', { keep: true });
    expect(stages()).toEqual(['archived', 'production', 'production']);
    expect(audited(1)).toMatchObject([{ action: 'model.registered' }, { action: 'model.stage', from: 'candidate', to: 'production' }, { action: 'model.stage', from: 'production', to: 'archived', for: 2 }]);
    await opened.engine.events.settled();
    expect(heard.filter(({ type }) => type === 'model-changed')).toHaveLength(4);
    expect(heard.filter(({ type }) => type === 'model-registered')).toHaveLength(3);
  });

  it('refuses what somebody rejected, unless said anyway', () => {
    const registry = registered(1);
    registry.approve('churn', 1, 'rejected', 'Unfair to the old.');
    expect(() => registry.setStage('churn', 1, 'production')).toThrow(/was rejected by .*: “Unfair to the old.”/);
    expect(stages()).toEqual(['candidate']);
    registry.setStage('churn', 1, 'staging');
    registry.setStage('churn', 1, 'production', { anyway: true });
    expect(audited(1).at(-1)).toMatchObject({ action: 'model.stage', anyway: true });
  });

  it('asks for as many approvals as the project wants', () => {
    const registry = registered(1);
    registry.setRules({ approvals: 1 });
    expect(() => registry.setStage('churn', 1, 'production')).toThrow('Version 1 of “churn” has 0 of the 1 approvals that this project asks for before production.');
    registry.approve('churn', 1, 'approved');
    registry.setStage('churn', 1, 'production');
    expect(stages()).toEqual(['production']);
  });

  it('rolls back step by step, never forth, and not to what was rejected since', () => {
    const registry = registered(4);
    for (const version of [1, 2, 3, 4]) registry.setStage('churn', version, 'production');
    registry.approve('churn', 2, 'rejected');
    expect(registry.rollBack('churn')).toMatchObject({ version: 3, archived: [4] });
    expect(registry.rollBack('churn')).toMatchObject({ version: 1, archived: [3] });
    expect(() => registry.rollBack('churn')).toThrow('No other version of “churn” has been in production before version 1.');
    expect(audited(3).at(-2)).toMatchObject({ to: 'production', rollback: true, rolledBack: 4 });
    expect(() => registry.rollBack('nothing')).toThrow('There is no model “nothing” in this project.');
  });
});

describe('aliases, notes and removing', () => {
  it('moves aliases and writes down from where', () => {
    const registry = registered(2);
    expect(registry.setAlias('churn', 'champion', 1)).toBeNull();
    expect(registry.setAlias('churn', 'champion', 2)).toBe(1);
    expect(audited(2).at(-1)).toMatchObject({ action: 'model.alias', alias: 'champion', from: 1, to: 2 });
    expect(registry.removeAlias('churn', 'champion')).toBe(2);
    expect(() => registry.removeAlias('churn', 'champion')).toThrow('“churn” has no alias “champion”.');
    expect(() => registry.setAlias('churn', 'production', 1)).toThrow('is the name of a stage');
    expect(audited(1)).toHaveLength(2);
  });

  it('does not remove what is in production, pointed at or served, unless said anyway', () => {
    const registry = registered(2);
    registry.setStage('churn', 1, 'production');
    registry.setAlias('churn', 'champion', 1);
    registry.usedBy.add((name, version) => (version === 1 ? [`the server “${name}”`] : []));
    expect(() => registry.remove('churn', 1)).toThrow('Version 1 of “churn” is not removed: it is in production, the alias “champion” points at it, the server “churn” uses it.');
    registry.remove('churn', 1, { anyway: true });
    registry.remove('churn', 2);
    expect(opened.engine.store.models.list()).toEqual([]);
    expect(audited(2).at(-1)).toMatchObject({ action: 'model.removed' });
  });

  it('keeps a note with its history', () => {
    const registry = registered(1);
    registry.setNote('churn', 1, 'Better with income.');
    registry.setNote('churn', 1, 'Better with income.');
    expect(audited(1).slice(1)).toEqual([{ action: 'model.note', from: '', to: 'Better with income.' }]);
  });
});

describe('what a run registers', () => {
  let run: TestEngine;
  beforeAll(async () => {
    run = await openTestEngine();
  });
  afterAll(() => run.close());

  const rows = Array.from({ length: 60 }, (_, index) => [index % 7, index % 3 === 0 ? 'a' : 'b', (index % 7) + (index % 3) > 4 ? 'yes' : 'no']);
  const document = (l2: number) =>
    fixtureDocument(
      {
        nodes: [
          { id: 'v', type: 'test/values', params: { columns: [{ name: 'x', type: 'float' }, { name: 's', type: 'string' }, { name: 'bought', type: 'string' }], rows } },
          { id: 'm', type: 'train/logistic-regression', params: { target: 'bought', strength: l2 } },
          { id: 'p', type: 'evaluate/predict', params: {} },
          { id: 'c', type: 'evaluate/confusion-matrix', params: {} },
          { id: 't', type: 'evaluate/test-and-score', params: {} },
          { id: 'd', type: 'deploy/register-model', params: { name: 'sales', note: 'First.' } },
        ],
        edges: [['v.table', 'm.table'], ['m.model', 'p.model'], ['v.table', 'p.table'], ['p.table', 'c.table'], ['m.learner', 't.learner'], ['v.table', 't.table'], ['m.model', 'd.model']],
      },
      run.engine.catalogue,
    );

  it('says where it comes from, and what the evaluations of that run said of it', async () => {
    const pipeline = document(1);
    const { runId, nodes } = await run.run(pipeline);
    expect(Object.values(nodes).flatMap(({ diagnostics }) => diagnostics).filter(({ severity }) => severity === 'error')).toEqual([]);
    await run.engine.events.settled();
    const version = run.engine.store.models.get('sales');
    expect(version).toMatchObject({ version: 1, runId, nodeId: 'd', note: 'First.', stage: 'candidate' });
    expect(version?.facts).toMatchObject({ source: 'trained', pipeline: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, data: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, dataset: { title: 'Values', columns: ['x', 's', 'bought'] }, trainer: { nodeId: 'm', type: 'train/logistic-regression' } });
    expect(version?.facts.recipe?.map(({ step }) => step)).toContain('one-hot');
    const names = Object.keys(version?.facts.evaluated ?? {});
    expect(names).toContain('Confusion Matrix: accuracy');
    expect(names).toContain('Test and Score: roc_auc');
    expect(run.engine.registry.history('sales', 1).map(({ action }) => action)).toEqual(['model.registered']);
    // The same model once more is the same version.
    await run.run(pipeline);
    expect(run.engine.store.models.versions('sales')).toHaveLength(1);
  });
});

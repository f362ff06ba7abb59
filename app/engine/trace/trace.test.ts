import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { emptyBrief } from '#app/brief/document.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cycloneDxValidator } from '../../../scripts/cyclonedx-schema.ts';
import { PenstockError } from '#app/core/errors.ts';
import type { TraceDetail } from '#app/protocol/sections/trace.ts';
import { Engine } from '../engine.ts';
import { fixtureDocument, type TestEngine } from '../testing.ts';
import { traceId } from './graph/ids.ts';
import { cardText } from './card/write-card.ts';
import { reproduceRun } from './reproduce.ts';
import { openTraced, tracedPipeline } from './testing.ts';

let opened: TestEngine;
let runId: string;

const signal = new AbortController().signal;
const distDir = path.join(import.meta.dirname, '../../../dist');

beforeAll(async () => {
  opened = await openTraced();
  const run = await opened.run(tracedPipeline(opened));
  expect(Object.values(run.nodes).filter(({ status }) => status !== 'succeeded'), 'every node runs').toEqual([]);
  runId = run.runId;
  await opened.engine.events.settled();
});

afterAll(() => opened.close());

async function graph(of: string, direction: 'up' | 'down', detail: TraceDetail): Promise<string[]> {
  const { nodes } = await opened.engine.trace.graph(of, { directions: [direction], detail, depth: 30, limit: 500 });
  return nodes.map(({ kind, title }) => `${kind} ${title}`);
}

describe('what a run read and wrote', () => {
  it('is recorded with hash, size, rows and columns', () => {
    const versions = opened.engine.store.trace.versionsOfRun(runId);
    const bytes = readFileSync(path.join(opened.projectDir, 'data/penguins.csv'));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(versions.find(({ direction }) => direction === 'read')).toMatchObject({ nodeId: 'read', dataset: 'file:data/penguins.csv', bytes: bytes.byteLength, sha256, version: sha256, rows: 344 });
    const written = versions.find(({ direction }) => direction === 'write');
    expect(written).toMatchObject({ nodeId: 'write', dataset: 'file:exports/heavy.csv', sha256: createHash('sha256').update(readFileSync(path.join(opened.projectDir, 'exports/heavy.csv'))).digest('hex') });
    expect(written?.columns.map(({ name }) => name)).toContain('species');
  });
});

describe('the lineage graph', () => {
  it('leads a model back to the file, by runs, by nodes and by columns', async () => {
    expect(await graph('model:penguins@1', 'up', 'runs')).toEqual(['model penguins 1', 'run Fixture', expect.stringMatching(/^version /), 'dataset data/penguins.csv']);
    const steps = await graph('model:penguins', 'up', 'steps');
    expect(steps).toEqual(expect.arrayContaining(['step Logistic Regression', 'step Partition', 'step Filter Rows', 'step CSV Reader', 'dataset data/penguins.csv']));
    expect(steps).not.toContain('step Confusion Matrix');
    const columns = await graph('model:penguins@latest', 'up', 'columns');
    expect(columns).toEqual(expect.arrayContaining(['column bill_length_mm', 'column island', 'dataset data/penguins.csv']));
  });

  it('leads a file on to the model, the number and the file that came of it', async () => {
    expect(await graph('dataset:data/penguins.csv', 'down', 'runs')).toEqual(expect.arrayContaining(['run Fixture', 'model penguins 1']));
    expect(await graph('dataset:data/penguins.csv', 'down', 'steps')).toEqual(expect.arrayContaining(['metric accuracy', 'model penguins 1', 'step CSV Writer']));
    expect(await graph('dataset:exports/heavy.csv', 'down', 'runs')).toHaveLength(2);
    expect(await graph(`metric:${runId}/measure/accuracy`, 'up', 'steps')).toEqual(expect.arrayContaining(['step Predict', 'step Logistic Regression', 'dataset data/penguins.csv']));
  });

  it('finds the way between two things, and says where there is none', async () => {
    const { nodes } = await opened.engine.trace.path('dataset:data/penguins.csv', 'model:penguins@1', 'steps');
    expect(nodes.map(({ kind }) => kind)).toEqual(['dataset', 'version', 'step', 'step', 'step', 'step', 'step', 'model']);
    await expect(opened.engine.trace.path('model:penguins@1', 'dataset:data/penguins.csv', 'runs')).rejects.toMatchObject({ code: 'no-path' });
  });

  it('is searched by name, and refuses what is not there', async () => {
    expect((await opened.engine.trace.search('penguins', 20)).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['model', 'dataset']));
    for (const wrong of ['model:none', 'dataset:none.csv', 'run:none', 'nonsense', 'request:none']) await expect(graph(wrong, 'up', 'runs')).rejects.toBeInstanceOf(PenstockError);
  });

  it('leads a request of the log back to the model that answered it', async () => {
    const folder = path.join(opened.projectDir, 'requests', 'penguins');
    writeRequest(folder);
    expect(await graph('request:r-1', 'up', 'runs')).toEqual(['request r-1', 'model penguins 1', 'run Fixture', expect.stringMatching(/^version /), 'dataset data/penguins.csv']);
    await expect(opened.engine.trace.request('r-1')).resolves.toMatchObject({ model: 'penguins', version: 1, at: '2026-01-01T00:00:00Z' });
  });

  it('leads a server on to the log of the requests it answered, and that to what read it', async () => {
    const { engine } = opened;
    engine.audit({ action: 'server.started', subject: 'server:birds', details: { models: ['penguins@1'] } });
    expect(await graph('server:birds', 'down', 'runs')).toEqual(['server birds', 'dataset requests/penguins']);
    expect(await graph('dataset:requests:penguins', 'up', 'runs')).toEqual(['dataset requests/penguins', 'server birds', 'model penguins 1', 'run Fixture', expect.stringMatching(/^version /), 'dataset data/penguins.csv']);
    expect(await graph('request:r-1', 'down', 'runs')).toEqual(['request r-1', 'dataset requests/penguins']);
    const watch = { ...fixtureDocument({ nodes: [{ id: 'log', type: 'data/request-log', params: { model: 'penguins' } }, { id: 'keep', type: 'data/csv-writer', params: { path: 'exports/asked.csv' } }], edges: [['log.table', 'keep.table']] }, engine.catalogue), id: 'watch', title: 'Watch' };
    mkdirAndWrite(path.join(opened.projectDir, 'requests/penguins/columns.json'), JSON.stringify({ inputs: [{ name: 'island', type: 'string' }], prediction: 'string', classes: [] }));
    const { runId: watched, nodes } = await opened.run(watch);
    expect(nodes['keep']?.status, JSON.stringify(nodes['log']?.diagnostics)).toBe('succeeded');
    await engine.events.settled();
    expect(engine.store.trace.versionsOfRun(watched).find(({ direction }) => direction === 'read')).toMatchObject({ dataset: 'requests:penguins', title: 'requests/penguins' });
    expect(await graph('server:birds', 'down', 'runs')).toEqual(expect.arrayContaining(['dataset requests/penguins', 'run Watch']));
  });

  it('leads a registered model on to what it scored, in a run and from the command line', async () => {
    const { engine } = opened;
    const score = { ...fixtureDocument({ nodes: [{ id: 'read', type: 'data/csv-reader', params: { path: 'data/penguins.csv' } }, { id: 'score', type: 'deploy/batch-score', params: { model: 'penguins@1', path: 'exports/scored.csv' } }], edges: [['read.table', 'score.table']] }, engine.catalogue), id: 'score', title: 'Scoring' };
    const { nodes } = await opened.run(score);
    expect(nodes['score']?.status, JSON.stringify(nodes['score']?.diagnostics)).toBe('succeeded');
    await engine.events.settled();
    const written = engine.store.trace.uses('file:exports/scored.csv', null, 1)[0]?.version ?? '';
    expect(await graph(traceId('version', 'file:exports/scored.csv', written), 'up', 'runs')).toEqual(expect.arrayContaining(['run Scoring', 'model penguins 1', 'dataset data/penguins.csv']));
    expect(await graph('model:penguins@1', 'down', 'steps')).toEqual(expect.arrayContaining(['step Batch Score', 'dataset requests/penguins']));
    engine.audit({ action: 'model.scored', subject: 'model:penguins@1', details: { dataset: 'file:exports/by-hand.csv', rows: 3 } });
    expect(await graph('dataset:exports/by-hand.csv', 'up', 'runs')).toEqual(expect.arrayContaining(['dataset exports/by-hand.csv', 'model penguins 1']));
    expect(await graph('model:penguins@1', 'down', 'runs')).toEqual(expect.arrayContaining(['run Scoring', 'dataset exports/by-hand.csv']));
  });

  it('hears of what a process did that may not write, and has it in the audit log', async () => {
    const other = await Engine.open({ projectDir: opened.projectDir, resourcesDir: 'resources', distDir, readOnly: true });
    try {
      other.audit({ action: 'server.changed', subject: 'server:birds', details: { after: { models: [] } } });
    } finally {
      await other.close();
    }
    opened.engine.trace.audit.takeIn();
    expect(opened.engine.store.audit.list({ subject: 'server:birds', limit: 1 })).toMatchObject([{ action: 'server.changed', actor: other.actor, details: { left: { at: expect.any(Number) } } }]);
    expect((await opened.engine.trace.audit.verify()).ok).toBe(true);
  });
});

function writeRequest(folder: string): void {
  const line = JSON.stringify({ request_id: 'r-1', time: '2026-01-01T00:00:00Z', model: 'penguins', version: 1, variant: 'primary', latency_ms: 1, status: 200, island: 'Dream', prediction: 'Gentoo' });
  mkdirAndWrite(path.join(folder, 'current.ndjson'), `{"request_id":"r-1\n${line}\n`);
}

function mkdirAndWrite(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describe('a model card', () => {
  it('says in every format what is known: data with hashes, evaluation with intervals, columns, provenance', async () => {
    const facts = await opened.engine.trace.modelFacts('penguins@1');
    const markdown = cardText(facts, 'md');
    for (const text of ['# penguins', 'Version: 1 (candidate)', 'data/penguins.csv', '## Evaluation', '95 % interval', '| island | text | penguins.csv: island |', runId, 'ai.onnx']) expect(markdown).toContain(text);
    const html = cardText(facts, 'html');
    expect(html).toContain('<td>island</td>');
    expect(html).not.toContain('<script');
    expect(JSON.parse(cardText(facts, 'json'))).toMatchObject({ model_details: { name: 'penguins', version: { name: '1' } }, quantitative_analysis: { performance_metrics: expect.arrayContaining([expect.objectContaining({ type: 'accuracy', confidence_interval: expect.anything() })]) } });
  });

  it('carries the project’s brief, and judges the evaluations by its targets', async () => {
    const { version } = await opened.engine.brief.read();
    await opened.engine.brief.save(
      {
        ...emptyBrief(),
        problem: '# Why\nWhich penguin is it?',
        metrics: [
          { metric: 'accuracy', target: 2 },
          { metric: 'recall', target: 0 },
        ],
        notFor: 'Not for seals.',
        risks: [{ text: 'Moulting birds', likelihood: 'high', impact: 'low', answer: 'Weigh again' }],
      },
      { after: [version], base: 0, entries: [], position: 0 },
    );
    const facts = await opened.engine.trace.modelFacts('penguins@1');
    const markdown = cardText(facts, 'md');
    for (const text of ['**Why**', 'Which penguin is it?', '## Targets', 'target 2: not met, in', '(stands for success)', 'Not for: Not for seals.', 'Risk: Moulting birds (likelihood high, impact low). Answer: Weigh again']) expect(markdown).toContain(text);
    expect(markdown).not.toContain('was not assessed');
    expect(JSON.parse(cardText(facts, 'json'))).toMatchObject({ targets: expect.arrayContaining([expect.objectContaining({ metric: 'accuracy', met: false })]), considerations: { ethical_considerations: [{ name: 'Moulting birds (likelihood high, impact low)', mitigation_strategy: 'Weigh again' }] } });
  });

  it('is a bill of materials by CycloneDX’s own schema', async () => {
    const validate = cycloneDxValidator();
    const bom = JSON.parse(cardText(await opened.engine.trace.modelFacts('penguins'), 'cyclonedx')) as { metadata: { component: Record<string, unknown> }; components: { name: string; hashes?: unknown }[] };
    expect(validate(bom) ? null : validate.errors).toBeNull();
    expect(bom.components.find(({ name }) => name === 'data/penguins.csv')?.hashes).toHaveLength(1);
    // The schema is really asked.
    expect(validate({ ...bom, components: [{ type: 'machine-learning-mode', name: 'x' }] })).toBe(false);
  });
});

describe('reproducing a run', () => {
  it('gives the same again, compares files, and leaves no trace', async () => {
    const runs = opened.engine.store.records.list({ limit: 10 }).length;
    const before = readFileSync(path.join(opened.projectDir, 'exports/heavy.csv'));
    const found = await reproduceRun(opened.engine, runId, { distDir, signal });
    expect(found, found.message).toMatchObject({ verdict: 'identical', first: null, changed: [] });
    expect(found.nodes.map(({ nodeId }) => nodeId)).toEqual(expect.arrayContaining(['read', 'keep', 'split', 'fit', 'predict', 'measure']));
    expect(found.nodes.map(({ nodeId }) => nodeId)).not.toContain('write');
    expect(found.nodes.find(({ nodeId }) => nodeId === 'fit')?.compared).toContain('files');
    expect(readFileSync(path.join(opened.projectDir, 'exports/heavy.csv')).equals(before)).toBe(true);
    expect(opened.engine.store.records.list({ limit: 10 })).toHaveLength(runs);
  });

  it('says which input has changed, but not where the same content was written anew', async () => {
    const file = path.join(opened.projectDir, 'data/penguins.csv');
    const content = readFileSync(file);
    utimesSync(file, new Date(), new Date());
    expect((await reproduceRun(opened.engine, runId, { distDir, signal })).verdict).toBe('identical');
    appendFileSync(file, 'Adelie,Dream,40,18,190,4000,male,2009\n');
    const found = await reproduceRun(opened.engine, runId, { distDir, signal });
    expect(found).toMatchObject({ verdict: 'inputs-changed', changed: [{ dataset: 'data/penguins.csv', nodeId: 'read' }] });
    writeFileSync(file, content);
    await expect(reproduceRun(opened.engine, 'none', { distDir, signal })).rejects.toMatchObject({ code: 'unknown-run' });
  });
});

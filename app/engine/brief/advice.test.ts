import { cp } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyBrief, goals, type Goal } from '#app/brief/document.ts';
import { judgeMetrics } from '#app/brief/judge.ts';
import { adviseTechniques, type TechniqueId } from '#app/brief/techniques.ts';
import { bringData } from '../samples/templates.ts';
import { openTestEngine, type TestEngine } from '../testing.ts';
import { adviceFor, techniquePipeline } from './advice.ts';
import { BriefFile } from './brief-file.ts';

const resources = fileURLToPath(new URL('../../../resources', import.meta.url));
const never = new AbortController().signal;
let opened: TestEngine;

beforeAll(async () => {
  opened = await openTestEngine();
  await cp(path.join(resources, 'samples/datasets/penguins.csv'), path.join(opened.projectDir, 'penguins.csv'));
});
afterAll(() => opened.close());

const cases = goals.flatMap((goal) => adviseTechniques(goal, emptyBrief(), null).map(({ id }): [Goal, TechniqueId] => [goal, id]));

describe('the pipeline of a technique', () => {
  it.each(cases.filter(([goal]) => goal !== 'image'))('%s by %s runs on sample data', async (goal, id) => {
    const document = await techniquePipeline(opened.engine, emptyBrief(), goal, id, `${goal} by ${id}`, never);
    await bringData(document, resources, opened.engine.filesDir);
    const { diagnostics } = await opened.engine.configure(document);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const quick = { ...document, nodes: document.nodes.map((node) => ({ ...node, params: { ...node.params, ...(node.type === 'train/auto-train' ? { seconds: 3 } : {}), ...('epochs' in node.params ? { epochs: 1 } : {}) } })) };
    const run = await opened.run(quick);
    expect(Object.values(run.nodes).flatMap((node) => node.diagnostics.filter(({ severity }) => severity === 'error'))).toEqual([]);
    expect(run.status).toBe('succeeded');
  });

  it('of images asks for a folder', async () => {
    const document = await techniquePipeline(opened.engine, emptyBrief(), 'image', 'image-network', 'Pictures', never);
    const { diagnostics } = await opened.engine.configure(document);
    expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ place }) => place?.nodeId)).toContain('read');
  });

  it('is on the project’s own file, and what it measures is judged', async () => {
    const brief = { ...emptyBrief(), data: 'penguins.csv', target: 'species', metrics: [{ metric: 'accuracy', target: 0.9 }] };
    const { guessed, rows, columns, advice } = await adviceFor(opened.engine, brief, never);
    expect({ guessed, rows, columns: columns.length }).toEqual({ guessed: 'classification', rows: 344, columns: expect.any(Number) });
    const document = await techniquePipeline(opened.engine, brief, 'classification', advice[0]?.id ?? 'boosting', 'Species', never);
    const run = await opened.run(document);
    expect(run.status).toBe('succeeded');
    expect(judgeMetrics(brief.metrics, run.nodes['confusion']?.metrics ?? {})).toMatchObject([{ metric: 'accuracy', met: true }]);
  });
});

describe('the file of the brief', () => {
  it('refuses a save that was made on another version, and keeps what is there', async () => {
    const file = new BriefFile(opened.projectDir);
    const { version } = await file.read();
    const on = (...after: string[]) => ({ after, base: 0, entries: [], position: 0 });
    const first = await file.save({ ...emptyBrief(), problem: 'one' }, on(version));
    await expect(file.save({ ...emptyBrief(), problem: 'two' }, on(version))).rejects.toThrow(/changed elsewhere/);
    expect((await file.read()).brief.problem).toBe('one');
    await file.save({ ...emptyBrief(), problem: 'two' }, on(first.version));
    expect((await file.read()).brief.problem).toBe('two');
  });
});

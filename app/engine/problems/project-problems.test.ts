import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import type { PipelineProblems } from '#app/protocol/sections/problems.ts';
import { openTestEngine, type TestEngine } from '../testing.ts';
import { ProjectProblems } from './project-problems.ts';

let opened: TestEngine;
beforeEach(async () => {
  opened = await openTestEngine();
});
afterEach(() => opened.close());

const quick = { pause: 0, settle: 0, poll: 20, again: 3_600_000 };

/** A pipeline of one filter over a table in the file. */
function pipeline(id: string, expression: string): PipelineDocument {
  const document = emptyDocument(id, `Pipeline ${id}`);
  document.nodes.push(
    { id: 'data', type: 'test/values', version: 1, params: { columns: [{ name: 'n', type: 'integer' }], rows: [[1]] } },
    { id: 'keep', type: 'transform/filter-rows', version: opened.engine.catalogue.get('transform/filter-rows')?.definition.version ?? 1, params: { expression }, title: 'Keep some' },
  );
  document.edges.push({ id: 'e', from: { node: 'data', port: 'table' }, to: { node: 'keep', port: 'table' } });
  return document;
}

async function put(document: PipelineDocument): Promise<string> {
  const { path: relative } = await opened.engine.pipelines.create(document.title);
  await writeFile(path.join(opened.projectDir, relative), serialiseDocument(document));
  return relative;
}

/** Follows until `enough` says so of what is known; fails by the test's own limit where that never comes. */
async function follow(problems: ProjectProblems, enough: (known: ReadonlyMap<string, PipelineProblems>, busy: boolean) => boolean): Promise<ReadonlyMap<string, PipelineProblems>> {
  const known = new Map<string, PipelineProblems>();
  const stop = new AbortController();
  let busy = true;
  for await (const event of problems.watch(stop.signal)) {
    if (event.type === 'pipeline') known.set(event.pipeline.path, event.pipeline);
    else if (event.type === 'gone') known.delete(event.path);
    else busy = event.busy;
    if (enough(known, busy)) stop.abort();
  }
  return known;
}

it('finds what is wrong in every pipeline, at its node and param, also in a damaged file', async () => {
  const good = await put(pipeline('good', 'n > 0'));
  const bad = await put(pipeline('bad', 'm > 0'));
  const torn = await put(pipeline('torn', 'n > 0'));
  await writeFile(path.join(opened.projectDir, torn), '{"format": "penstock-pipeline", "title": "Torn');
  const known = await follow(new ProjectProblems(opened.engine, quick), (found, busy) => found.size === 3 && !busy);
  expect(known.get(good)).toMatchObject({ title: 'Pipeline good', problems: [], more: 0 });
  expect(known.get(bad)?.problems).toMatchObject([{ diagnostic: { severity: 'error', code: 'unknown-column', place: { nodeId: 'keep', param: ['expression'] } }, node: { id: 'keep', title: 'Keep some', type: 'transform/filter-rows' } }]);
  expect(known.get(torn)?.problems).toMatchObject([{ diagnostic: { severity: 'error' }, node: null }]);
});

it('looks again at what changed, and tells what is gone', async () => {
  const one = await put(pipeline('one', 'm > 0'));
  const two = await put(pipeline('two', 'm > 0'));
  const problems = new ProjectProblems(opened.engine, quick);
  await follow(problems, (found, busy) => found.size === 2 && !busy);
  await writeFile(path.join(opened.projectDir, one), serialiseDocument({ ...pipeline('one', 'n > 0'), title: 'Mended' }));
  const mended = await follow(problems, (found) => found.get(one)?.title === 'Mended');
  expect(mended.get(one)?.problems).toEqual([]);
  await rm(path.join(opened.projectDir, two));
  expect([...(await follow(problems, (found, busy) => !busy && !found.has(two))).keys()]).toEqual([one]);
});

it('leaves the editing of a pipeline alone: looking opens none', async () => {
  const relative = await put(pipeline('one', 'm > 0'));
  await follow(new ProjectProblems(opened.engine, quick), (found, busy) => found.size === 1 && !busy);
  expect(await opened.engine.pipelines.moments(relative)).toHaveLength(1);
});

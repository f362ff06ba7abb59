import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostic } from '#app/core/errors.ts';
import { applyCommand } from '#app/pipeline/commands.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { repairAll, repairCodes, repairsFor, type Repair, type RepairInput } from '#app/pipeline/fixes/index.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
  await writeFile(path.join(opened.projectDir, 'people.csv'), 'name,age\nAnn,31\nBob,45\n');
});
afterAll(() => opened.close());

const columns = [
  { name: 'id', type: 'integer' },
  { name: 'city', type: 'string' },
  { name: 'income', type: 'float' },
  { name: 'since', type: 'date' },
] as const;
const rows = [
  [1, 'Oslo', 10, '2020-01-01'],
  [2, 'Rome', null, '2020-01-02'],
  [3, 'Oslo', 30, '2020-01-03'],
  [4, 'Rome', 40, '2020-01-04'],
  [5, 'Oslo', 50, '2020-01-05'],
  [6, 'Rome', 60, '2020-01-06'],
];
const data = { id: 'data', type: 'test/values', params: { columns, rows } };

interface Node {
  readonly id: string;
  readonly type: string;
  readonly params?: Record<string, unknown>;
  readonly bypassed?: boolean;
  readonly title?: string;
}

function pipeline(nodes: readonly Node[], edges: readonly [string, string][] = []): PipelineDocument {
  return fixtureDocument({ nodes: nodes.map((node) => ({ params: {}, ...node })), edges: [...edges] }, opened.engine.catalogue);
}

/** A node with a table from `data`. */
const after = (type: string, params: Record<string, unknown> = {}, port = 'table'): PipelineDocument => pipeline([data, { id: 'node', type, params }], [['data.table', `node.${port}`]]);

async function inputOf(document: PipelineDocument): Promise<RepairInput & { readonly diagnostics: readonly Diagnostic[] }> {
  const { configurations, diagnostics, suggestions } = await opened.engine.configure(document);
  return { document, catalogue: opened.engine.catalogue, nodes: configurations, suggestions, diagnostics };
}

/** Repairs of the one diagnostic with a code, from configuring or, with `run`, from a run. */
async function repairs(document: PipelineDocument, code: string, run = false): Promise<{ found: Repair[]; input: RepairInput }> {
  const input = await inputOf(document);
  const ran = run ? Object.entries((await opened.run(document)).nodes).flatMap(([nodeId, node]) => node.diagnostics.map((one) => ({ ...one, place: { nodeId, ...one.place } }))) : [];
  const diagnostic = [...input.diagnostics, ...ran].find((one) => one.code === code);
  if (diagnostic === undefined) throw new Error(`no ${code} among ${JSON.stringify([...input.diagnostics, ...ran])}`);
  return { found: repairsFor(input, diagnostic), input };
}

/** The document after a repair, and back: one step that undo takes away whole. */
function mended(document: PipelineDocument, repair: Repair | undefined): PipelineDocument {
  const command = repair?.kind === 'edit' ? repair.command : repair?.kind === 'choose' ? repair.choices[0]?.command : undefined;
  if (command === undefined) throw new Error(`no edit: ${JSON.stringify(repair)}`);
  const applied = applyCommand(document, command);
  expect(serialiseDocument(applyCommand(applied.document, applied.inverse).document)).toBe(serialiseDocument(document));
  return applied.document;
}

const linear = (params: Record<string, unknown>): PipelineDocument => pipeline([data, { id: 'node', type: 'train/linear-regression', title: 'Fit', params }], [['data.table', 'node.table']]);

/** Code, the pipeline with that fault, the title of the first repair. After it the fault is gone. */
const cases: readonly (readonly [code: string, title: string, document: () => PipelineDocument])[] = [
  ['unknown-column', 'Use “income” instead of “incme”', () => after('explore/scatter-plot', { x: 'id', y: 'incme' })],
  ['unknown-column', 'Write “income” instead of “incme”', () => after('transform/filter-rows', { expression: 'id > 1 and incme > 3' })],
  ['unknown-function', 'Write “upper” instead of “uper”', () => after('transform/formula', { columns: [{ name: 'big', expression: 'uper(city)' }] })],
  ['unknown-column', 'Use “city” instead of “citi”', () => after('transform/group-by', { keys: ['citi'] })],
  ['unknown-feature', 'Use “city” instead of “citty”', () => linear({ target: 'income', features: ['id', 'citty'] })],
  ['target-missing', 'Use “income” instead of “incom”', () => linear({ target: 'incom' })],
  ['target-missing', 'Choose “income”', () => linear({})],
  ['target-type', 'Replace “Fit” by Logistic Regression', () => linear({ target: 'city' })],
  ['target-is-feature', 'Take “income” out of the features', () => linear({ target: 'income', features: ['id', 'income'] })],
  ['no-features', 'Learn from every column', () => linear({ target: 'income', features: [] })],
  ['feature-type', 'Insert Preprocess before “Fit” that takes “since” apart', () => linear({ target: 'income', features: ['id', 'since'] })],
  ['column-type', 'Insert Select Columns before “Scatter Plot” that makes “city” a number', () => after('explore/scatter-plot', { x: 'city', y: 'income' })],
  ['column-type', 'Make “city” a number in “Select Columns”', () => pipeline([data, { id: 'select', type: 'transform/select-columns' }, { id: 'node', type: 'explore/scatter-plot', params: { x: 'city', y: 'income' } }], [['data.table', 'select.table'], ['select.table', 'node.table']])],
  ['param-missing', 'Choose a column', () => after('transform/pivot')],
  ['param-missing', 'Order by “since”', () => after('transform/window', { columns: [{ fn: 'rank', name: 'r' }] })],
  ['param-invalid', 'Raise “Trees” to 1', () => after('train/random-forest', { target: 'city', trees: 0 })],
  ['param-invalid', 'Set “Rows to keep” back to its default', () => pipeline([data, { id: 'node', type: 'transform/join', params: { kind: 'sideways', keys: [{ left: 'id', right: 'id' }] } }], [['data.table', 'node.left'], ['data.table', 'node.right']])],
  ['param-unknown', 'Rename “expresion” to “expression”', () => after('transform/filter-rows', { expresion: 'id > 1' })],
  ['param-unknown', 'Remove “zzz”', () => after('transform/filter-rows', { expression: 'id > 1', zzz: 1 })],
  ['input-missing', 'Connect to “Values”', () => pipeline([data, { id: 'node', type: 'transform/sort', params: { keys: [{ column: 'id' }] } }])],
  ['input-missing', 'Add a table before “Sort”', () => pipeline([{ id: 'node', type: 'transform/sort' }])],
  ['input-missing', 'Add a learner before “Test and Score”', () => after('evaluate/test-and-score')],
  ['unknown-port', 'Delete the connection', () => after('transform/sort', { keys: [{ column: 'id' }] }, 'nowhere')],
  ['kind-mismatch', 'Delete the connection', () => pipeline([data, { id: 'prep', type: 'train/preprocess' }, { id: 'node', type: 'explore/table-view' }], [['prep.recipe', 'node.table']])],
  ['input-taken', 'Keep only the connection from “Values”', () => pipeline([data, { ...data, id: 'more' }, { id: 'node', type: 'explore/table-view' }], [['data.table', 'node.table'], ['more.table', 'node.table']])],
  ['cycle', 'Delete a connection of the circle', () => pipeline([{ id: 'a', type: 'explore/table-view' }, { id: 'b', type: 'explore/table-view' }], [['a.table', 'b.table'], ['b.table', 'a.table']])],
  ['dangling-edge', 'Delete the connection', () => ({ ...after('explore/table-view'), edges: [{ id: 'e0', from: { node: 'gone', port: 'table' }, to: { node: 'node', port: 'table' } }] })],
  ['unknown-node-type', 'Delete “gone/away”', () => pipeline([{ id: 'node', type: 'gone/away' }])],
  ['bypass-empty', 'Switch “Fit” on again', () => pipeline([data, { id: 'node', type: 'train/linear-regression', title: 'Fit', params: { target: 'income' }, bypassed: true }], [['data.table', 'node.table']])],
  ['file-missing', 'Read “people.csv” instead of “peple.csv”', () => pipeline([{ id: 'node', type: 'data/csv-reader', params: { path: 'peple.csv' } }])],
  ['duplicate-column', 'Call it “count_2”', () => after('transform/group-by', { keys: ['city'], measures: [{ fn: 'count', name: 'count' }, { fn: 'sum', column: 'income', name: 'count' }] })],
  ['metric-unknown', 'Use the usual metric', () => after('train/auto-train', { target: 'income', metric: 'roc_auc', seconds: 5 })],
  ['window-unordered', 'Order by “since”', () => after('transform/window', { columns: [{ fn: 'lag', column: 'income', name: 'before' }] })],
  ['sample-unordered', 'Order by “since”', () => after('transform/sample', { method: 'every' })],
  ['bad-edges', 'Sort the borders', () => after('transform/bin', { columns: ['income'], method: 'edges', edges: '30, 10, 20' })],
  ['bad-names', 'Number the bins instead of naming them', () => after('transform/bin', { columns: ['income'], labels: 'names', names: 'low, high' })],
  ['csv-missing-text', 'Write “NA” for missing values', () => after('data/csv-writer', { path: 'out.csv', missing: ',' })],
  ['no-validation', 'Hold back the usual share', () => after('train/neural-network', { target: 'city', features: ['id'], validationFraction: 0 })],
  ['impute-after-scale', 'Move step 2 before step 1', () => pipeline([{ id: 'node', type: 'train/preprocess', params: { steps: [{ step: 'scale' }, { step: 'impute', columns: { by: 'all-numeric' }, numeric: 'zero' }] } }])],
  ['no-parts', 'Take year, month, weekday and days', () => pipeline([{ id: 'node', type: 'train/preprocess', params: { steps: [{ step: 'date-parts', parts: [] }] } }])],
  ['no-common-columns', 'Keep all columns', () => pipeline([data, { id: 'other', type: 'test/values', params: { columns: [{ name: 'x', type: 'integer' }], rows: [[1]] } }, { id: 'node', type: 'transform/concatenate', params: { columns: 'common' } }], [['data.table', 'node.tables'], ['other.table', 'node.tables']])],
  ['few-sizes', 'Take the usual training sizes', () => after('evaluate/learning-curve', { sizes: [0.5] })],
  ['empty-range', 'Search from 4 to 9', () => after('train/k-means', { features: ['income'], choose: 'silhouette', fewest: 9, most: 4 })],
  ['rule-unreachable', 'Move rule 2 above rule 1', () => after('transform/rules', { name: 'g', rules: [{ when: 'income > 10', then: 'a' }, { when: 'income > 20', then: 'b' }] })],
  ['rule-never', 'Remove rule 1', () => after('transform/rules', { name: 'g', rules: [{ when: 'false', then: 'a' }, { when: 'income > 20', then: 'b' }] })],
  ['excel-extension', 'Let the path end in .xlsx', () => after('data/excel-writer', { path: 'out.xls' })],
  ['informative', 'Lower “Informative features” to 3', () => pipeline([{ id: 'node', type: 'data/synthetic-data', params: { preset: 'classification', features: 3, informative: 5 } }])],
  ['partition-columns', 'Take “since” out of the list', () => after('data/parquet-writer', { path: 'out', partitionBy: ['id', 'city', 'income', 'since'] })],
  ['half-a-map', 'Draw no map', () => after('evaluate/partial-dependence', { across: 'id' })],
  ['same-column', 'Choose “id”, the only column that fits', () => after('evaluate/clustering-quality', { cluster: 'city', label: 'city' })],
];

describe('repairs of what configuring finds', () => {
  it.each(cases)('%s: %s', async (code, title, make) => {
    const document = make();
    const { found } = await repairs(document, code);
    expect(found[0]?.title, JSON.stringify(found.map((one) => one.title))).toBe(title);
    const next = await inputOf(mended(document, found[0]));
    expect(next.diagnostics.filter((one) => one.code === code)).toEqual([]);
  });

  it('offers a file to be picked, and what the file may be', async () => {
    const { found } = await repairs(pipeline([{ id: 'node', type: 'data/csv-reader', params: { path: 'nothing-like-it.csv' } }]), 'file-missing');
    expect(found).toMatchObject([{ kind: 'file', title: 'Choose the file', nodeId: 'node', param: ['path'], folder: false }]);
    const chosen = await repairs(pipeline([{ id: 'node', type: 'data/csv-reader' }]), 'param-missing');
    expect(chosen.found).toMatchObject([{ kind: 'file', nodeId: 'node', param: ['path'] }]);
  });

  it('says nothing of nodes that are not there, and of codes that nothing is determined for', async () => {
    const input = await inputOf(after('explore/table-view'));
    expect(repairsFor(input, { severity: 'error', code: 'unknown-column', message: 'x', place: { nodeId: 'gone' } })).toEqual([]);
    expect(repairsFor(input, { severity: 'error', code: 'diverged', message: 'x', place: { nodeId: 'node' } })).toEqual([]);
  });

  it('mends all of a kind in one step', async () => {
    const document = pipeline([data, { id: 'a', type: 'explore/scatter-plot', params: { x: 'idd', y: 'incme' } }, { id: 'b', type: 'transform/group-by', params: { keys: ['citi'] } }], [['data.table', 'a.table'], ['data.table', 'b.table']]);
    const input = await inputOf(document);
    const wrong = input.diagnostics.filter(({ code }) => code === 'unknown-column');
    expect(wrong).toHaveLength(3);
    const all = repairAll(input, wrong);
    expect(all?.count).toBe(3);
    const next = await inputOf(applyCommand(document, all?.command ?? { type: 'batch', commands: [] }).document);
    expect(next.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(next.document.nodes.find(({ id }) => id === 'a')?.params).toMatchObject({ x: 'id', y: 'income' });
  });
});

describe('repairs of what a run meets', () => {
  it('fills missing values in the recipe that is connected, else before the node', async () => {
    const steps = [{ step: 'scale', columns: { by: 'all-numeric' }, method: 'standard' }, { step: 'one-hot', columns: { by: 'all-categorical' }, maxCategories: 30, other: false, dropFirst: false }];
    const features = { target: 'id', features: ['income'] };
    const document = pipeline([data, { id: 'prep', type: 'train/preprocess', params: { steps } }, { id: 'node', type: 'train/linear-regression', params: features }], [['data.table', 'node.table'], ['prep.recipe', 'node.recipe']]);
    const { found } = await repairs(document, 'missing-values', true);
    expect(found[0]?.title).toBe('Fill “income” in “Preprocess”');
    expect((await opened.run(mended(document, found[0]))).status).toBe('succeeded');

    const input = await inputOf(linear(features));
    const before = repairsFor(input, { severity: 'error', code: 'missing-values', message: 'x', place: { nodeId: 'node', column: 'income' } });
    expect(before[0]?.title).toBe('Insert Impute before “Fit” that fills “income”');
    const next = mended(input.document, before[0]);
    const run = await opened.run(next);
    expect(run.status).toBe('succeeded');
    const filled = next.nodes.find(({ type }) => type === 'transform/impute');
    expect((await opened.table(next, filled?.id ?? '', 'table')).rows.filter((row) => row[2] === null)).toEqual([]);
  });

  it('raises the limit that was met', async () => {
    const pivot = after('transform/pivot', { keys: ['city'], column: 'id', atMost: 3 });
    const many = await repairs(pivot, 'too-many-values', true);
    expect(many.found[0]?.title).toBe('Raise “At most” to 6');
    expect((await opened.run(mended(pivot, many.found[0]))).status).toBe('succeeded');
    const input = await inputOf(after('transform/script', { code: 'return df;', seconds: 60, rows: 10, megabytes: 1024 }));
    const titles = ['script-time', 'script-memory', 'script-rows'].map((code) => repairsFor(input, { severity: 'error', code, message: 'x', place: { nodeId: 'node' } })[0]?.title);
    expect(titles).toEqual([expect.stringMatching(/ to 120$/), expect.stringMatching(/ to 2\u202f048$/), expect.stringMatching(/ to 100$/)]);
  });

  it('reads more rejected rows, writes over a file, and takes a class that the model has', async () => {
    await writeFile(path.join(opened.projectDir, 'odd.csv'), `n\n${'1\n'.repeat(40)}${'x\n'.repeat(20)}`);
    const reader = pipeline([{ id: 'node', type: 'data/csv-reader', params: { path: 'odd.csv', maxRejects: 5, types: [{ column: 'n', type: 'integer' }] } }]);
    expect((await repairs(reader, 'csv-too-many-rejects', true)).found[0]?.title).toMatch(/^Raise “.*” to 50$/);
    await writeFile(path.join(opened.projectDir, 'there.csv'), 'x\n1\n');
    const writer = after('data/csv-writer', { path: 'there.csv', overwrite: false });
    const exists = await repairs(writer, 'file-exists', true);
    expect(exists.found[0]?.title).toMatch(/^Switch “.*” on$/);
    expect((await opened.run(mended(writer, exists.found[0]))).status).toBe('succeeded');

    const fit = { id: 'fit', type: 'train/logistic-regression', params: { target: 'city', features: ['id'] } };
    const classes = pipeline([data, fit, { id: 'node', type: 'evaluate/threshold-tuning', params: { positive: 'Osla' } }], [['data.table', 'fit.table'], ['fit.model', 'node.model'], ['data.table', 'node.table']]);
    await opened.run(classes, ['fit']);
    const other = await repairs(classes, 'unknown-class');
    expect(other.found.map(({ title }) => title)).toEqual(['Use “Oslo” instead of “Osla”', 'Choose a class of the model']);
    expect((await inputOf(mended(classes, other.found[0]))).diagnostics.filter(({ code }) => code === 'unknown-class')).toEqual([]);
  });
});

it('has rules for codes that are given somewhere, and no others', async () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const sources: string[] = [];
  for (const folder of ['app', 'nodes']) {
    for (const entry of await readdir(path.join(root, folder), { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') && !file.includes(`${path.sep}fixes${path.sep}`)) sources.push(await readFile(file, 'utf8'));
    }
  }
  const all = sources.join('\n');
  expect(repairCodes.filter((code) => !all.includes(`'${code}'`))).toEqual([]);
});

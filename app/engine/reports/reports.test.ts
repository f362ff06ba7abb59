import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartQuery } from '#app/sdk/charts.ts';
import { emptyReport, type Block, type BlockSource, type ReportDocument } from '#app/reports/document.ts';
import { parseReport, reportHash } from '#app/reports/parse.ts';
import { openTestEngine, type TestEngine } from '../testing.ts';
import { exportReport } from './export.ts';
import { reportFromRun } from './from-run.ts';
import { offersOf } from './offers.ts';
import { ReportResolver } from './resolve.ts';

const samples = fileURLToPath(new URL('../../../resources/samples/', import.meta.url));
const signal = new AbortController().signal;
const file = 'pipelines/penguins.pipeline.json';
let open: TestEngine;
let runId: string;

beforeAll(async () => {
  const projectDir = mkdtempSync(path.join(os.tmpdir(), 'penstock-report-'));
  cpSync(path.join(samples, 'project'), projectDir, { recursive: true });
  cpSync(path.join(samples, 'datasets'), path.join(projectDir, 'data'), { recursive: true });
  open = await openTestEngine({ projectDir });
  const { document } = await open.engine.pipelines.open(file, { readOnly: true });
  ({ runId } = await open.run(document));
}, 60_000);
afterAll(() => open.close());

const source = (node: string, port: string): BlockSource => ({ pipeline: 'penguins', path: file, node, port });
const place = { x: 0, y: 0, w: 6, h: 8 };
const report = (blocks: Block[], more: Partial<ReportDocument> = {}): ReportDocument => ({ ...emptyReport('r', 'Test'), blocks, ...more });
const resolve = (block: Block, pinned: Record<string, string> = {}) => new ReportResolver(open.engine, { kind: 'document', pinned }, signal).resolve(block);
const table = (more: Partial<Extract<Block, { type: 'table' }>> = {}): Block => ({ id: 't', type: 'table', place, source: source('read', 'table'), view: { of: 'table', columns: ['species', 'year'], sort: [{ column: 'year', descending: true }], filter: '' }, rows: 3, ...more });

describe('what blocks show', () => {
  it('the first rows of a table, chosen, sorted and filtered', async () => {
    const all = await resolve(table());
    expect(all).toMatchObject({ state: 'ready', origin: { stale: null, runId, nodeTitle: 'CSV Reader' }, content: { type: 'table', total: 344, columns: [{ name: 'species' }, { name: 'year' }] } });
    expect(all.state === 'ready' && all.content.type === 'table' ? all.content.rows.map((row) => row[1]) : null).toEqual([2009, 2009, 2009]);
    expect(await resolve(table({ view: { of: 'table', columns: null, sort: [], filter: "species = 'Gentoo'" } }))).toMatchObject({ content: { total: 124 } });
  });

  it('says that a column, a node, a pipeline is gone instead of failing', async () => {
    expect(await resolve(table({ view: { of: 'table', columns: ['weight'], sort: [], filter: '' } }))).toMatchObject({ state: 'gone', message: 'The table has no column “weight” any more.' });
    expect(await resolve(table({ source: source('nothing', 'table') }))).toMatchObject({ state: 'gone' });
    expect(await resolve(table({ source: source('read', 'nothing') }))).toMatchObject({ state: 'gone' });
    expect(await resolve(table({ source: { ...source('read', 'table'), pipeline: 'gone' } }))).toMatchObject({ state: 'gone' });
    expect(await resolve(table({ view: { of: 'table', columns: null, sort: [], filter: 'species >' } }))).toMatchObject({ state: 'failed', problem: { code: 'syntax' } });
  });

  it('a result that was never made, with what would make it', async () => {
    const unrun = { pipeline: 'cars', path: 'pipelines/cars.pipeline.json', node: 'read', port: 'table' };
    expect(await resolve(table({ source: unrun }))).toMatchObject({ state: 'missing', run: { path: 'pipelines/cars.pipeline.json', node: 'read' } });
  });

  it('charts of tables and of values, metrics, whole values, the canvas', async () => {
    expect(await resolve({ id: 'c', type: 'chart', place, source: source('read', 'table'), view: { of: 'table', query: chartQuery({ kind: 'bars', category: 'species' }), filter: '' }, look: { palette: 'standard', legend: 'auto' } })).toMatchObject({ content: { type: 'chart', chart: { series: [{ mark: 'bars' }] } } });
    const { offers } = await offersOf(open.engine, source('roc', 'evaluation'), {}, signal);
    const offered = offers.find(({ type }) => type === 'chart');
    if (offered?.type !== 'chart') throw new Error('the evaluation offers no chart');
    expect(await resolve({ id: 'c', type: 'chart', place, source: source('roc', 'evaluation'), view: { of: 'value', chart: offered.title, index: offered.index }, look: { palette: 'standard', legend: 'auto' } })).toMatchObject({ content: { chart: { title: offered.title } } });
    expect(await resolve({ id: 'm', type: 'metric', place, source: source('read', 'table'), metric: 'rows', change: true })).toMatchObject({ content: { metric: { value: 344, format: 'count' }, previous: null } });
    expect(await resolve({ id: 'v', type: 'value', place, source: source('net', 'model') })).toMatchObject({ content: { type: 'value', blocks: expect.arrayContaining([expect.objectContaining({ type: 'metrics' }), expect.objectContaining({ title: 'Signature' })]) as unknown } });
    expect(await resolve({ id: 'p', type: 'picture', place, pipeline: 'penguins', path: file })).toMatchObject({ content: { picture: { tag: 'svg' } } });
  });

  it('values in the text, and what is wrong with a reference in its place', async () => {
    const markdown = '{{rows of Which penguin is it? ▸ CSV Reader}} rows, {{status of Which penguin is it?}}; {{rows of Nothing ▸ CSV Reader}}';
    const text = await resolve({ id: 'x', type: 'text', place, markdown });
    expect(text).toMatchObject({ content: { type: 'text' } });
    const filled = text.state === 'ready' && text.content.type === 'text' ? text.content.markdown : '';
    expect(filled).toContain('344 rows, succeeded;');
    expect(filled).toContain('There is no pipeline “Nothing”');
  });

  it('the last result while the node has changed, and why it is out of date; a pinned run as it was', async () => {
    const { document } = await open.engine.pipelines.open(file, { readOnly: true });
    const changed = { ...document, nodes: document.nodes.map((node) => (node.id === 'split' ? { ...node, params: { ...node.params, fraction: 0.5 } } : node)) };
    await open.engine.pipelines.append(file, changed, { entries: [], position: 0 });
    const metric: Block = { id: 'm', type: 'metric', place, source: source('roc', 'evaluation'), metric: 'rocAuc', change: true };
    const stale = await resolve(metric);
    expect(stale).toMatchObject({ state: 'ready', content: { metric: { value: expect.any(Number) as number } }, origin: { runId, pinned: false } });
    expect(stale.state === 'ready' ? stale.origin?.stale : null).toMatch(/fraction|changed/i);
    const second = await open.run(changed);
    const fresh = await resolve(metric);
    expect(fresh).toMatchObject({ origin: { runId: second.runId, stale: null }, content: { previous: expect.any(Number) as number } });
    expect(await resolve(metric, { penguins: runId })).toMatchObject({ origin: { runId, pinned: true } });
    await open.engine.pipelines.append(file, document, { entries: [], position: 0 });
    await open.engine.pipelines.flush();
  }, 30_000);
});

describe('report files', () => {
  it('are written whole, read well, and never over what another wrote', async () => {
    const { reports } = open.engine;
    const { path: at } = await reports.create('Ärger & Co');
    expect(at).toBe('reports/arger-co.report.json');
    const first = await reports.open(at);
    const mine = { ...first.report, theme: 'dark' as const };
    const on = (...after: string[]) => ({ after, base: 0, entries: [], position: 0 });
    const { version } = await reports.save(at, mine, on(first.version));
    expect(version).toBe(reportHash(mine));
    await expect(reports.save(at, { ...first.report, title: 'Theirs' }, on(first.version))).rejects.toMatchObject({ code: 'edited-elsewhere' });
    const disk = path.join(open.projectDir, at);
    expect(parseReport(readFileSync(disk, 'utf8'))).toEqual(mine);
    writeFileSync(disk, '{ broken');
    await expect(reports.save(at, mine, on(version))).rejects.toMatchObject({ code: 'edited-elsewhere' });
    await expect(reports.open(at)).rejects.toMatchObject({ code: 'report-not-json' });
    await reports.remove(at);
    await expect(reports.open(at)).rejects.toMatchObject({ code: 'file-missing' });
    await expect(reports.open('../x.report.json')).rejects.toMatchObject({ code: 'path-outside' });
    await expect(reports.find('nothing')).rejects.toMatchObject({ code: 'unknown-report' });
  });
});

describe('a report that is made by itself', () => {
  it('has figures, charts, data and the picture of the pipeline, and exports with all of them', async () => {
    const made = await reportFromRun(open.engine, file, signal);
    expect(new Set(made.blocks.map(({ type }) => type))).toEqual(new Set(['text', 'heading', 'metric', 'chart', 'table', 'picture']));
    const { html, notes } = await exportReport(open.engine, made, signal, 0);
    expect(notes).toEqual([]);
    expect(html.match(/<svg/g)?.length).toBeGreaterThan(3);
    expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    expect(html).not.toContain('<script');
    if (process.env['PENSTOCK_KEEP_REPORT'] !== undefined) writeFileSync(process.env['PENSTOCK_KEEP_REPORT'], (await exportReport(open.engine, { ...made, kind: 'dashboard', filter: { column: 'species' } }, signal)).html);
  });

  it('needs a run', async () => {
    await expect(reportFromRun(open.engine, 'pipelines/tumours.pipeline.json', signal)).rejects.toMatchObject({ code: 'not-run' });
  });
});

describe('dashboards', () => {
  it('carry their rows with the filter’s values, and a chart for each of them', async () => {
    const chart: Block = { id: 'c', type: 'chart', place, source: source('read', 'table'), view: { of: 'table', query: chartQuery({ kind: 'histogram', column: 'year' }), filter: '' }, look: { palette: 'greys', legend: 'auto' } };
    const { html, notes } = await exportReport(open.engine, report([table(), chart], { kind: 'dashboard', filter: { column: 'species' } }), signal);
    expect([...html.matchAll(/data-part="(\w+)"/g)].map(([, value]) => value)).toEqual(['Adelie', 'Chinstrap', 'Gentoo']);
    expect(html).toContain('<option value="Gentoo">Gentoo</option>');
    expect(html).toMatch(/<tr data-value="\w+">/);
    expect(notes).toEqual(['Tables carry their first rows only: searching, sorting and filtering go over those.']);
  });
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chartQuery } from '#app/sdk/charts.ts';
import { emptyDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { emptyReport, type Block } from '#app/reports/document.ts';
import { serialiseReport } from '#app/reports/parse.ts';
import { runProgram } from './program.ts';

async function penstock(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const code = await runProgram(args, { out: (text) => void (out += text), error: (text) => void (error += text), isTty: false });
  return { code, out, error };
}

const project = mkdtempSync(path.join(os.tmpdir(), 'penstock-report-cli-'));
const column = '<script>alert(1)</script>';
const source = { pipeline: 'shop', path: 'pipelines/shop.pipeline.json', node: 'read', port: 'table' };
const blocks: Block[] = [
  { id: 'a', type: 'text', place: { x: 0, y: 0, w: 12, h: 2 }, markdown: 'All {{rows of Shop ▸ CSV Reader}} rows.' },
  { id: 'b', type: 'table', place: { x: 0, y: 2, w: 6, h: 8 }, source, view: { of: 'table', columns: null, sort: [], filter: '' }, rows: 5 },
  { id: 'c', type: 'chart', place: { x: 6, y: 2, w: 6, h: 8 }, source, view: { of: 'table', query: chartQuery({ kind: 'bars', category: column }), filter: '' }, look: { palette: 'standard', legend: 'auto' } },
];

beforeAll(async () => {
  mkdirSync(path.join(project, 'pipelines'));
  mkdirSync(path.join(project, 'reports'));
  writeFileSync(path.join(project, 'shop.csv'), `${column},price\n${Array.from({ length: 30 }, (_, index) => `<b>${index % 3}</b>,${index}`).join('\n')}\n`);
  writeFileSync(path.join(project, source.path), serialiseDocument({ ...emptyDocument('shop', 'Shop'), nodes: [{ id: 'read', type: 'data/csv-reader', version: 1, params: { path: 'shop.csv' } }] }));
  writeFileSync(path.join(project, 'reports', 'weekly.report.json'), serialiseReport({ ...emptyReport('r', 'Weekly <i>'), kind: 'dashboard', blocks }));
  expect(await penstock('run', path.join(project, source.path))).toMatchObject({ code: 0 });
}, 30_000);
afterAll(() => rmSync(project, { recursive: true }));

it('writes a report as one file, without the app; names stay text', async () => {
  const file = path.join(project, 'out.html');
  const { code, error, out } = await penstock('report', 'export', 'weekly <i>', '--html', file, '--project', project, '--json');
  expect(code, error).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ report: 'Weekly <i>', file, notes: ['Tables carry their first rows only: searching, sorting and filtering go over those.'] });
  const html = readFileSync(file, 'utf8');
  expect(html).toContain('<p>All 30 rows.</p>');
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).not.toContain('<script>alert');
  expect(html).toContain('<svg');
  expect((await penstock('report', 'export', 'weekly', '--html', '-', '--project', project)).out).toContain('<!doctype html>');
});

it('lists reports, and says what is not there', async () => {
  expect((await penstock('report', 'list', '--project', project)).out).toContain('reports/weekly.report.json  Weekly <i>  dashboard  3 blocks');
  expect(await penstock('report', 'export', 'monthly', '--html', 'x.html', '--project', project)).toMatchObject({ code: 2, error: expect.stringContaining('Its reports are: Weekly <i>.') as unknown });
  expect(await penstock('report', 'export', 'weekly', '--html', path.join(project, 'no', 'x.html'), '--project', project)).toMatchObject({ code: 2, error: expect.stringContaining('There is no folder') as unknown });
  expect(await penstock('report', 'list', '--project', path.join(project, 'nowhere'))).toMatchObject({ code: 1, error: expect.stringContaining('There is no project') as unknown });
});

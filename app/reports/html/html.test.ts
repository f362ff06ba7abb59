// @vitest-environment jsdom
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { emptyReport, type Block, type ReportDocument } from '../document.ts';
import type { Resolved, ResolvedBlock } from '../resolved.ts';
import { markdownHtml } from './markdown.ts';
import { reportHtml } from './page.ts';
import { dashboardScript } from './script.ts';
import { metricChange } from '../text/change.ts';
import { pageWords } from './words.ts';

const evil = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>';
const place = { x: 0, y: 0, w: 6, h: 8 };
const source = { pipeline: 'p', path: 'a', node: 'n', port: 'table' };
const origin = { pipelineTitle: evil, path: 'a', nodeId: 'n', nodeTitle: evil, runId: 'r', at: 0, stale: evil, pinned: false };
const ready = (content: Extract<Resolved, { state: 'ready' }>['content']): Resolved => ({ state: 'ready', content, origin });
const look = { palette: 'standard' as const, legend: 'auto' as const, xTitle: evil };
const chart = { title: evil, x: { title: evil, scale: 'category' as const }, y: { title: evil }, note: evil, series: [{ name: evil, mark: 'bars' as const, x: [evil, 'b'], y: [1, 2] }, { name: `${evil}2`, mark: 'line' as const, x: [evil, 'b'], y: [1, 2] }] };

const all: ResolvedBlock[] = [
  { block: { id: 'h', type: 'heading', place, text: evil, level: 1 }, resolved: ready({ type: 'none' }) },
  { block: { id: 'x', type: 'text', place, markdown: '', title: evil, caption: evil }, resolved: ready({ type: 'text', markdown: `${evil}\n\n[${evil}](javascript:alert(3)) [ok](https://example.org/?a="b") \`${evil}\`` }) },
  { block: { id: 't', type: 'table', place, source, view: { of: 'table', columns: null, sort: [], filter: '' }, rows: 3 }, resolved: ready({ type: 'table', columns: [{ name: evil, type: 'string' }, { name: 'n', type: 'integer' }], rows: [[evil, 1], [null, null]], total: 99, filterValues: [evil, null] }) },
  { block: { id: 'c', type: 'chart', place, source, view: { of: 'value', chart: evil, index: 0 }, look }, resolved: ready({ type: 'chart', chart, parts: [{ value: evil, chart }] }) },
  { block: { id: 'm', type: 'metric', place, source, metric: evil, change: true }, resolved: ready({ type: 'metric', metric: { name: evil, value: 1, format: 'number', help: evil }, previous: 2 }) },
  { block: { id: 'v', type: 'value', place, source }, resolved: ready({ type: 'value', title: evil, blocks: [{ type: 'text', markdown: evil }, { type: 'metrics', title: evil, metrics: [{ name: evil, value: 1, format: 'count', help: evil }] }, { type: 'chart', chart }, { type: 'table', title: evil, columns: [{ name: evil, type: 'string' }], rows: [[evil]] }] }) },
  { block: { id: 'g', type: 'value', place, source }, resolved: { state: 'gone', message: evil, remedy: evil } },
  { block: { id: 'i', type: 'image', place, data: '', alt: evil }, resolved: ready({ type: 'none' }) },
];
const page = (more: Partial<ReportDocument>): string => reportHtml({ ...emptyReport('r', evil), description: evil, blocks: all.map(({ block }): Block => block), ...more }, all, { madeAt: evil, moment: () => evil, notes: [evil] });

describe('everything that leaves', () => {
  it.each(['document', 'dashboard'] as const)('is text in a %s: no name makes an element or an attribute', (kind) => {
    const document = new DOMParser().parseFromString(page({ kind, filter: { column: evil } }), 'text/html');
    expect([...document.querySelectorAll('script')].map((one) => one.textContent)).toEqual(kind === 'dashboard' ? [dashboardScript] : []);
    expect(document.querySelectorAll('img[src=x]')).toHaveLength(0);
    for (const element of document.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on/i);
        if (name === 'href' || name === 'src') expect(value).toMatch(/^(https|data:image)/);
      }
    }
    // It is all there, as text.
    expect(document.querySelector('h1')?.textContent).toBe(evil);
    expect(document.querySelector('thead th')?.textContent).toBe(evil);
    expect(document.querySelector('tbody td')?.textContent).toBe(evil);
    expect(document.querySelector('svg title')?.textContent).toContain(evil);
    expect(document.title).toBe(evil);
  });

  it('has a policy that lets nothing load, and no script but the one that came with it', () => {
    const policyOf = (html: string): string => new DOMParser().parseFromString(html, 'text/html').querySelector('meta[http-equiv]')?.getAttribute('content') ?? '';
    expect(policyOf(page({}))).toContain("default-src 'none'");
    expect(policyOf(page({}))).toContain("script-src 'none'");
    expect(policyOf(page({ kind: 'dashboard' }))).toContain(`script-src 'sha256-${createHash('sha256').update(dashboardScript).digest('base64')}'`);
    expect(page({ kind: 'dashboard' })).not.toMatch(/(src|href)="https?:\/\/(?!example\.org)/);
  });
});

it('says its own words in the language that it is given, and names it', () => {
  const words = { ...pageWords, language: 'de', dark: 'Dunkel', rowsWith: 'Zeilen mit', stale: (why: string) => `Veraltet: ${why}`, madeAt: (at: string) => `Am ${at}` };
  const html = reportHtml({ ...emptyReport('r', 'R'), kind: 'dashboard', blocks: all.map(({ block }): Block => block) }, all, { madeAt: '1. Mai', moment: () => '', notes: [], words });
  const document = new DOMParser().parseFromString(html, 'text/html');
  expect(document.documentElement.lang).toBe('de');
  expect(document.querySelector('#tone')?.textContent).toBe('Dunkel');
  expect(document.querySelector('.stale')?.textContent).toMatch(/^Veraltet: /);
  expect(document.querySelector('footer')?.textContent).toMatch(/^Am 1\. Mai/);
});

it('brings a table of many columns to the width of a sheet', () => {
  const block: Block = { id: 't', type: 'table', place, source, view: { of: 'table', columns: null, sort: [], filter: '' }, rows: 1 };
  const withColumns = (count: number): string => {
    const resolved = ready({ type: 'table', columns: Array.from({ length: count }, (_, index) => ({ name: `c${index}`, type: 'integer' as const })), rows: [Array.from({ length: count }, () => 1)], total: 1 });
    return reportHtml({ ...emptyReport('r', 'R'), blocks: [block] }, [{ block, resolved }], { madeAt: '', moment: () => '', notes: [] });
  };
  expect(withColumns(18)).toContain('class="rows wide"');
  expect(withColumns(8)).toContain('class="rows"');
});

describe('Markdown', () => {
  it('becomes HTML from its tokens', () => {
    expect(markdownHtml('# A\n\n**b** _c_ `d` [e](https://f.example) [g](javascript:h)\n\n- one\n- two')).toBe('<h3>A</h3><p><strong>b</strong> <em>c</em> <code>d</code> <a href="https://f.example" rel="noreferrer noopener">e</a> g</p><ul><li>one</li><li>two</li></ul>');
    expect(markdownHtml('[wrong \\<b\\>](problem:)')).toBe('<p><span class="problem">wrong &lt;b&gt;</span></p>');
    expect(markdownHtml('<b>x</b>')).not.toContain('<b>');
  });
});

describe('a change since the run before', () => {
  it.each([
    [{ name: 'a', value: 0.842, format: 'percent' as const }, 0.83, '▲ 1.2 points since the run before (83.0 %)'],
    [{ name: 'a', value: 90, format: 'count' as const }, 100, '▼ 10 since the run before (100)'],
    [{ name: 'a', value: 0.5, format: 'number' as const }, 0.5, 'as in the run before'],
  ])('%j after %s reads “%s”', (metric, previous, words) => {
    expect(pageWords.change(metricChange(metric, previous))).toBe(words);
  });
});

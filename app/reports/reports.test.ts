import { describe, expect, it } from 'vitest';
import { applyReportCommand, type ReportCommand } from './commands.ts';
import { emptyReport, type Block, type ReportDocument } from './document.ts';
import { arrange, bands, freePlace, overlaps, stepped } from './layout.ts';
import { parseReport, reportHash, serialiseReport } from './parse.ts';
import { fillReferences, isProblem, referencesIn, referenceText } from './references.ts';
import { applyPatch, patchBetween } from './patch.ts';
import { ReportHistory } from './report-history.ts';

const text = (id: string, x: number, y: number, w = 6, h = 2): Block => ({ id, type: 'text', markdown: `Text ${id}`, place: { x, y, w, h } });
const report = (...blocks: Block[]): ReportDocument => ({ ...emptyReport('r1', 'Report'), blocks });
const placesOf = ({ blocks }: ReportDocument): unknown => Object.fromEntries(blocks.map(({ id, place: { x, y } }) => [id, [x, y]]));

describe('report files', () => {
  it('read back as they were, in equal bytes whatever the order of keys', () => {
    const chart: Block = { id: 'c', type: 'chart', place: { x: 0, y: 2, w: 6, h: 8 }, source: { port: 'table', node: 'n', path: 'pipelines/a.pipeline.json', pipeline: 'p' }, view: { of: 'value', chart: 'ROC', index: 0 }, look: { palette: 'standard', legend: 'auto' } };
    const one = report(text('a', 0, 0), chart);
    const shuffled = { blocks: one.blocks.map((block) => Object.fromEntries(Object.entries(block).toReversed())), ...Object.fromEntries(Object.entries(one).filter(([key]) => key !== 'blocks').toReversed()) } as ReportDocument;
    expect(serialiseReport(shuffled)).toBe(serialiseReport(one));
    expect(parseReport(serialiseReport(one))).toEqual(one);
    expect(serialiseReport(one)).toMatch(/\n {6}"place": \{ "x": 0, "y": 2, "w": 6, "h": 8 \},\n/);
    expect(reportHash(shuffled)).toBe(reportHash(one));
  });

  it.each([
    ['{', 'report-not-json'],
    ['{"format":"penstock-report","version":2}', 'report-newer'],
    ['{"format":"penstock-report","version":1}', 'report-invalid'],
    [serialiseReport(report(text('a', 0, 0), text('a', 0, 2))), 'duplicate-id'],
    [serialiseReport(report(text('a', 0, 0))).replace('"markdown"', '"__proto__": {}, "markdown"'), 'document-forbidden-key'],
  ])('%s is refused as %s', (given, code) => {
    expect(() => parseReport(given)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('take images of four formats only: no SVG, nothing from elsewhere', () => {
    const image = (data: string): string => serialiseReport(report({ id: 'i', type: 'image', place: { x: 0, y: 0, w: 6, h: 6 }, alt: '', data }));
    expect(() => parseReport(image('data:image/png;base64,AAAA'))).not.toThrow();
    for (const data of ['data:image/svg+xml;base64,AAAA', 'https://example.org/a.png', 'data:image/png;base64,"><script>']) expect(() => parseReport(image(data))).toThrow(/must be a PNG/);
  });
});

describe('places', () => {
  it('what a moved block covers goes down, and no row stays empty', () => {
    const blocks = [text('a', 0, 0), text('b', 6, 0), text('c', 0, 2, 12, 1)];
    expect(placesOf(report(...blocks.map((block) => ({ ...block, place: arrange(blocks, { c: { x: 0, y: 0, w: 12, h: 1 } })[block.id] ?? block.place }))))).toEqual({ c: [0, 0], a: [0, 1], b: [6, 1] });
    expect(arrange([text('a', 0, 7)])).toEqual({ a: { x: 0, y: 0, w: 6, h: 2 } });
    expect(arrange([text('a', 9, 0, 6)])).toEqual({ a: { x: 6, y: 0, w: 6, h: 2 } });
  });

  it('never two over each other, whatever is moved', () => {
    const blocks = Array.from({ length: 12 }, (_, index) => text(`b${index}`, (index * 5) % 12, (index * 3) % 7, 1 + (index % 7), 1 + (index % 4)));
    for (const { id } of blocks) {
      const places = Object.values(arrange(blocks, { [id]: { x: 2, y: 3, w: 8, h: 3 } }));
      for (const [index, a] of places.entries()) for (const b of places.slice(index + 1)) expect(overlaps(a, b)).toBe(false);
    }
  });

  it('dropped on the upper half of another, a block goes before it; on the lower half, after it', () => {
    const blocks = [text('a', 0, 0, 12, 8), text('b', 0, 8, 12, 4)];
    const order = (y: number): string[] => Object.entries(arrange(blocks, { b: { x: 0, y, w: 12, h: 4 } })).toSorted(([, one], [, other]) => one.y - other.y).map(([id]) => id);
    expect([order(2), order(6)]).toEqual([['b', 'a'], ['a', 'b']]);
  });

  it('steps of the keyboard go past what is above and below, and aside', () => {
    const blocks = [text('a', 0, 0, 12, 8), text('b', 0, 8, 6, 4), text('c', 6, 8, 6, 4)];
    const after = (id: string, step: readonly [number, number]): unknown => {
      const to = stepped(blocks, id, step);
      return to === null ? null : placesOf(report(...blocks.map((block) => ({ ...block, place: arrange(blocks, { [id]: to })[block.id] ?? block.place }))));
    };
    expect(after('a', [0, 1])).toEqual({ a: [0, 4], b: [0, 0], c: [6, 0] });
    expect(after('b', [0, -1])).toEqual({ a: [0, 4], b: [0, 0], c: [6, 12] });
    expect(after('c', [0, 1])).toBeNull();
    expect(after('a', [0, -1])).toBeNull();
    expect(after('b', [-1, 0])).toBeNull();
  });

  it('new blocks stand beside the last one where there is room', () => {
    expect(freePlace([text('a', 0, 0)], { w: 6, h: 2 })).toEqual({ x: 6, y: 0, w: 6, h: 2 });
    expect(freePlace([text('a', 0, 0)], { w: 8, h: 2 })).toEqual({ x: 0, y: 2, w: 8, h: 2 });
  });

  it('blocks that share rows are one band: pages break between bands', () => {
    expect(bands([text('a', 0, 0, 6, 4), text('b', 6, 2, 6, 4), text('c', 0, 6)]).map((band) => band.blocks.map(({ id }) => id))).toEqual([['a', 'b'], ['c']]);
  });
});

describe('edits', () => {
  const start = report(text('a', 0, 0), text('b', 6, 0), text('c', 0, 2));
  const commands: ReportCommand[] = [
    { type: 'add', blocks: [text('d', 0, 1, 12)] },
    { type: 'remove', ids: ['a', 'c'] },
    { type: 'set', block: { ...text('b', 6, 0), caption: 'Changed' } },
    { type: 'place', places: { c: { x: 0, y: 0, w: 12, h: 2 } } },
    { type: 'settings', settings: { title: 'Other', theme: 'dark', description: 'What it is', filter: { column: 'species' } } },
  ];

  it.each(commands)('$type is taken back to the same bytes', (command) => {
    const changed = applyReportCommand(start, command);
    expect(serialiseReport(changed)).not.toBe(serialiseReport(start));
    expect(serialiseReport(applyPatch(changed, patchBetween(changed, start)))).toBe(serialiseReport(start));
  });

  it('are refused where they do not fit, and change nothing then', () => {
    for (const command of [{ type: 'remove', ids: ['x'] }, { type: 'set', block: text('x', 0, 0) }, { type: 'add', blocks: [text('a', 0, 0)] }, { type: 'place', places: { x: { x: 0, y: 0, w: 1, h: 1 } } }] satisfies ReportCommand[]) {
      expect(() => applyReportCommand(start, command)).toThrow(expect.objectContaining({ code: 'report-command' }) as Error);
    }
  });

  it('undo and redo step by step; quick steps of one group are one', () => {
    let now = 0;
    const history = new ReportHistory(start, undefined, () => now);
    history.apply({ type: 'place', places: { a: { x: 1, y: 0, w: 5, h: 2 } } }, { group: 'move a' });
    now = 100;
    history.apply({ type: 'place', places: { a: { x: 2, y: 0, w: 4, h: 2 } } }, { group: 'move a' });
    const moved = history.report;
    now = 200;
    history.apply({ type: 'settings', settings: { title: 'O' } }, { group: 'title' });
    history.apply({ type: 'settings', settings: { title: 'On' } }, { group: 'title' });
    expect([history.undoLabel, history.redoLabel]).toEqual(['Rename report', null]);
    history.undo();
    expect(history.report).toEqual(moved);
    history.undo();
    expect(history.report).toEqual(start);
    expect(history.undoLabel).toBeNull();
    history.redo();
    history.redo();
    expect(history.report).toEqual({ ...moved, title: 'On' });
    history.undo();
    history.apply({ type: 'remove', ids: ['b'] });
    expect(history.redoLabel).toBeNull();
  });
});

describe('values in the text', () => {
  it('reads what is wanted, of which pipeline, node and output', () => {
    expect(referencesIn('We have {{rows of Penguins ▸ Filter Rows}} rows, {{ ROC AUC of Penguins > Test and Score > Evaluation }} on {{Date of Penguins}}.')).toMatchObject([
      { what: 'rows', pipeline: 'Penguins', node: 'Filter Rows', port: null },
      { what: 'ROC AUC', pipeline: 'Penguins', node: 'Test and Score', port: 'Evaluation' },
      { what: 'date', pipeline: 'Penguins', node: null },
    ]);
    expect(referencesIn(referenceText('rows', 'A', 'B', 'c'))).toMatchObject([{ what: 'rows', pipeline: 'A', node: 'B', port: 'c' }]);
  });

  it.each([
    ['{{rows}}', /Write it as/],
    ['{{rows of Penguins}}', /write “rows of Penguins ▸ Node”/],
    ['{{date of Penguins ▸ Filter}}', /write “date of Penguins”/],
    ['{{rows of A ▸ }}', /After “of” comes the pipeline/],
  ])('%s is told what is wrong', (given, problem) => {
    const [found] = referencesIn(given);
    expect(found !== undefined && isProblem(found) ? found.problem : '').toMatch(problem);
  });

  it('puts values in as text, and marks what could not be had where it stands', () => {
    const filled = fillReferences('{{rows of A ▸ B}} and {{rows of C ▸ D}}', new Map([['{{rows of A ▸ B}}', { value: '*1* <b>' }], ['{{rows of C ▸ D}}', { problem: 'There is no “C”.' }]]));
    expect(filled).toContain('\\*1\\* \\<b\\>');
    expect(filled).toContain('There is no “C”');
    expect(filled).toContain('](problem:)');
  });
});

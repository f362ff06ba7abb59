import { PenstockError } from '#app/core/errors.ts';
import { newElementId, newRecordId } from '#app/core/ids.ts';
import { topologicalOrder } from '#app/pipeline/graph.ts';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import { emptyReport, gridColumns, gridGap, rowHeight, type Block, type BlockSource, type ReportDocument } from '#app/reports/document.ts';
import { pageWidths } from '#app/reports/html/blocks.ts';
import { bottom, usualSize } from '#app/reports/layout.ts';
import { escapeMarkdown, referenceText } from '#app/reports/references.ts';
import { valueBlocks, valueMetrics } from '#app/reports/value-blocks.ts';
import type { Engine } from '../engine.ts';
import { ReportSources, type FoundValue } from './sources.ts';

/** Parts of a report that is made by itself: more would be a dump, not a report. */
const mostMetrics = 4;
const mostCharts = 6;
const mostValues = 3;

/**
 * A report of what a pipeline came to: what it does in words, the data, the figures, the charts that say most. Its blocks are ordinary ones.
 * @throws PenstockError `not-run` where nothing of it has a result.
 */
export async function reportFromRun(engine: Engine, path: string, signal: AbortSignal): Promise<ReportDocument> {
  const sources = new ReportSources(engine, {}, signal);
  const pipeline = (await sources.pipelines()).find((one) => one.path === path);
  if (pipeline === undefined) throw new PenstockError('file-missing', `There is no pipeline ${path}.`, { remedy: 'Choose another one.' });
  const { document } = pipeline;
  const { configurations } = await engine.configure(document, signal);
  const inOrder = (of: PipelineDocument): PipelineNode[] => topologicalOrder(of).order.flatMap((id) => of.nodes.find((node) => node.id === id) ?? []);
  const found: { node: PipelineNode; source: BlockSource; found: FoundValue }[] = [];
  for (const node of inOrder(pipeline.expanded.document)) {
    for (const { name: port } of engine.catalogue.get(node.type)?.definition.outputs ?? []) {
      const source = { pipeline: document.id, path, node: node.id, port };
      const one = await sources.find(source).catch(() => null);
      if (one !== null && 'value' in one) found.push({ node, source, found: one });
    }
  }
  if (found.length === 0) throw new PenstockError('not-run', `“${document.title}” has not been run yet, so there is nothing to report.`, { remedy: 'Run it first.' });

  const page = new PageWriter();
  const lines = inOrder(document).filter((node) => node.bypassed !== true).map((node) => `- **${escapeMarkdown(sources.titleOf(node))}**${configurations[node.id]?.describe ? ` – ${escapeMarkdown(configurations[node.id]?.describe ?? '')}` : ''}`);
  const about = document.description === undefined ? '' : `${document.description}\n\n`;
  page.add({ type: 'text', markdown: `${about}Last run on ${referenceText('date', document.title, null)}, in ${referenceText('duration', document.title, null)}.` }, { w: 12, h: 2 });

  const evaluations = found.filter(({ found: { value } }) => value.kind === 'evaluation');
  const models = found.filter(({ found: { value } }) => value.kind === 'model');
  const metrics = [...evaluations, ...models].flatMap(({ node, source, found: one }) => valueMetrics(one.value).filter(({ value }) => Number.isFinite(value)).slice(0, evaluations.length > 1 ? 2 : mostMetrics).map(({ name }) => ({ name, source, node })));
  if (metrics.length > 0) page.add({ type: 'heading', text: 'Results', level: 2 });
  for (const { name, source, node } of metrics.slice(0, mostMetrics)) page.beside({ type: 'metric', source, metric: name, change: true, ...(evaluations.length > 1 ? { caption: sources.titleOf(node) } : {}) }, { w: Math.floor(gridColumns / Math.min(mostMetrics, metrics.length)), h: 3 });

  const reports = found.filter(({ found: { value } }) => value.kind === 'report');
  const charts = [...evaluations, ...reports, ...models].flatMap(({ source, node, found: one }) => {
    const own = valueBlocks(one.value).flatMap((block) => (block.type === 'chart' ? [block.chart] : []));
    // The first charts of a value are those that its node puts first; those of models are called alike.
    const named = (title: string): { title?: string } => (one.value.kind === 'model' ? { title: `${title} of ${sources.titleOf(node)}` } : {});
    return own.slice(0, 2).map(({ title }, index): Unplaced<Extract<Block, { type: 'chart' }>> => ({ type: 'chart', ...named(title), source, view: { of: 'value', chart: title, index }, look: { palette: 'standard', legend: 'auto' } }));
  });
  for (const chart of charts.slice(0, mostCharts)) page.beside(chart, { w: 6, h: 8 });
  // Reports of writers and registries say what was written, not what was found.
  const tables = reports.filter(({ node, found: { value } }) => /^(explore|evaluate)\//.test(node.type) && valueBlocks(value).some((block) => block.type === 'table'));
  for (const { source, found: one } of tables.slice(0, mostValues)) {
    const index = 0;
    const table = valueBlocks(one.value).find((block) => block.type === 'table');
    if (table?.type === 'table') page.add({ type: 'table', source, view: { of: 'value', table: table.title ?? '', index }, rows: 20, title: table.title ?? one.origin.nodeTitle }, { w: 12, h: rowsFor(Math.min(20, table.rows.length)) });
  }

  const data = found.find(({ found: { value } }) => value.kind === 'table');
  if (data !== undefined && data.found.value.kind === 'table') {
    const { schema } = data.found.value;
    page.add({ type: 'heading', text: 'Data', level: 2 });
    page.add({ type: 'text', markdown: `${referenceText('rows', document.title, sources.titleOf(data.node))} rows and ${schema.length} columns from **${escapeMarkdown(sources.titleOf(data.node))}**.` }, { w: 12, h: 1 });
    if (evaluations.length === 0) {
      for (const column of schema.filter(({ type }) => type !== 'binary' && type !== 'time').slice(0, 2)) {
        const query = column.type === 'string' || column.type === 'boolean' ? chartQuery({ kind: 'bars', category: column.name, top: 12 }) : chartQuery({ kind: 'histogram', column: column.name });
        page.beside({ type: 'chart', source: data.source, view: { of: 'table', query, filter: '' }, look: { palette: 'standard', legend: 'auto' } }, { w: 6, h: 8 });
      }
    }
    page.add({ type: 'table', source: data.source, view: { of: 'table', columns: schema.length > 12 ? schema.slice(0, 12).map(({ name }) => name) : null, sort: [], filter: '' }, rows: 8 }, { w: 12, h: rowsFor(8) });
  }
  page.add({ type: 'heading', text: 'How it was made', level: 2 });
  page.add({ type: 'picture', pipeline: document.id, path }, { w: 12, h: pictureRows(document.layout) });
  page.add({ type: 'text', markdown: lines.join('\n') }, { w: 12, h: Math.max(2, Math.ceil((lines.length * 25) / (rowHeight + gridGap))) });
  return { ...emptyReport(newRecordId(), document.title), blocks: page.blocks };
}

/** Rows of the grid for a table of so many, with its head, its title and its search. */
const rowsFor = (rows: number): number => Math.ceil((rows * 29 + 116) / (rowHeight + gridGap));

/** Rows of the grid that a canvas takes over the whole width. */
function pictureRows(layout: Readonly<Record<string, { readonly x: number; readonly y: number }>>): number {
  const places = Object.values(layout);
  const span = (values: readonly number[]): number => values.reduce((high, value) => Math.max(high, value), -Infinity) - values.reduce((low, value) => Math.min(low, value), Infinity);
  const [width, height] = [Math.max(600, span(places.map(({ x }) => x)) + 260), Math.max(100, span(places.map(({ y }) => y)) + 110)];
  return Math.max(3, Math.min(14, Math.ceil(((pageWidths.dashboard * height) / width + 30) / (rowHeight + gridGap))));
}

type Unplaced<T> = T extends unknown ? Omit<T, 'id' | 'place'> : never;

/** Blocks one below the other, and beside each other where they are small. */
class PageWriter {
  readonly blocks: Block[] = [];
  #row = { y: 0, x: gridColumns };

  add(block: Unplaced<Block>, size: { readonly w: number; readonly h: number } = usualSize[block.type]): void {
    this.#row = { y: bottom(this.blocks), x: gridColumns };
    this.#put(block, { x: 0, y: this.#row.y, ...size });
  }

  beside(block: Unplaced<Block>, size: { readonly w: number; readonly h: number }): void {
    if (this.#row.x + size.w > gridColumns) this.#row = { y: bottom(this.blocks), x: 0 };
    this.#put(block, { x: this.#row.x, y: this.#row.y, ...size });
    this.#row.x += size.w;
  }

  #put(block: Unplaced<Block>, place: Block['place']): void {
    this.blocks.push({ ...block, id: newElementId(), place } as Block);
  }
}

import { isCancelled, toDiagnostic } from '#app/core/errors.ts';
import { formatDuration } from '#app/core/units.ts';
import { pipelinePicture } from '#app/reports/picture.ts';
import { sourceOf, type Block, type BlockOf, type ReportDocument } from '#app/reports/document.ts';
import { explainedChart } from '#app/reports/explained.ts';
import { fillReferences, isProblem, isRunFact, referencesIn, type Reference, type ResolvedReference } from '#app/reports/references.ts';
import type { Content, Resolved } from '#app/reports/resolved.ts';
import { formatMetric } from '#app/reports/text/metric-text.ts';
import { pickTitled, sameMetric, valueBlocks, valueMetrics } from '#app/reports/value-blocks.ts';
import type { ChartSpec, MetricItem } from '#app/sdk/ports.ts';
import type { Engine } from '../engine.ts';
import { momentText, notThere, ReportSources, type FoundValue, type KnownPipeline } from './sources.ts';
import { chartContent, tableContent, type FilterColumn } from './tables.ts';

/** What blocks of a report show now. Nothing is run for it. */
export class ReportResolver {
  readonly #engine: Engine;
  readonly #sources: ReportSources;
  readonly #signal: AbortSignal;
  readonly #filter: FilterColumn | null;

  /** @param report its pinned runs count; with `parts`, what a dashboard needs to be filtered is computed as well */
  constructor(engine: Engine, report: Pick<ReportDocument, 'pinned' | 'filter' | 'kind'>, signal: AbortSignal, options: { readonly parts?: boolean } = {}) {
    this.#engine = engine;
    this.#sources = new ReportSources(engine, report.pinned, signal);
    this.#signal = signal;
    this.#filter = options.parts === true && report.kind === 'dashboard' && report.filter !== undefined ? { column: report.filter.column } : null;
  }

  /** Never throws but for a cancel: what is wrong with a block stands in its place. */
  async resolve(block: Block): Promise<Resolved> {
    try {
      return await this.#resolve(block);
    } catch (error) {
      if (isCancelled(error) || this.#signal.aborted) throw error;
      this.#engine.noteUnexpected(error);
      const problem = toDiagnostic(error);
      if (problem.code === 'report-source-gone') return { state: 'gone', message: problem.message, remedy: problem.remedy ?? '' };
      const source = sourceOf(block);
      if (problem.code === 'not-run' && source !== null) return { state: 'missing', message: problem.message, remedy: 'Run it to see its result here.', run: { path: source.path, node: source.node } };
      return { state: 'failed', problem };
    }
  }

  async #resolve(block: Block): Promise<Resolved> {
    switch (block.type) {
      case 'heading':
      case 'image':
      case 'divider':
        return { state: 'ready', content: { type: 'none' }, origin: null };
      case 'text':
        return { state: 'ready', content: { type: 'text', markdown: await this.#filled(block.markdown) }, origin: null };
      case 'picture':
        return this.#picture(block);
      default: {
        const found = await this.#sources.find(block.source);
        if ('gone' in found) return { state: 'gone', message: found.gone, remedy: 'Choose another one.' };
        if ('missing' in found) return { state: 'missing', message: found.missing, remedy: 'Run it to see its result here.', run: found.run };
        return { state: 'ready', content: await this.#content(block, found), origin: found.origin };
      }
    }
  }

  async #content(block: Extract<Block, { source: unknown }>, found: FoundValue): Promise<Content> {
    switch (block.type) {
      case 'table':
        return this.#table(block, found);
      case 'chart':
        return this.#chart(block, found);
      case 'metric':
        return this.#metric(block, found);
      case 'value': {
        const { value, origin } = found;
        if (value.kind === 'table') return this.#table({ ...block, type: 'table', rows: 20, view: { of: 'table', columns: null, sort: [], filter: '' } }, found);
        const title = value.kind === 'report' ? value.report.title : value.kind === 'evaluation' ? value.evaluation.report.title : origin.nodeTitle;
        return { type: 'value', title, blocks: valueBlocks(value) };
      }
    }
  }

  async #table(block: BlockOf<'table'>, { value }: FoundValue): Promise<Content> {
    const { view } = block;
    if (view.of === 'table') {
      if (value.kind !== 'table') throw notThere('This output is not a table any more.');
      return tableContent(this.#engine, value, { ...view, rows: block.rows, filterColumn: this.#filter }, this.#signal);
    }
    const tables = valueBlocks(value).flatMap((one) => (one.type === 'table' ? [one] : []));
    const table = pickTitled(tables, (one) => one.title ?? '', view.table, view.index);
    if (table === null) throw notThere(`The result has no table “${view.table}” any more.`);
    return { type: 'table', columns: table.columns, rows: table.rows.slice(0, block.rows), total: table.rows.length };
  }

  async #chart({ view }: BlockOf<'chart'>, { value }: FoundValue): Promise<Content> {
    if (view.of === 'table') {
      if (value.kind !== 'table') throw notThere('This output is not a table any more.');
      return chartContent(this.#engine, value, view, this.#filter, this.#signal);
    }
    if (view.of === 'explanation') {
      const explained = value.kind === 'report' ? value.report.blocks.find((one) => one.type === 'explanation') : undefined;
      const chart = explained === undefined ? null : explainedChart(explained.explanation, view);
      if (chart === null) throw notThere('The explanation has no such view any more: its class, column or row is gone.');
      return { type: 'chart', chart };
    }
    const charts = valueBlocks(value).flatMap((one): ChartSpec[] => (one.type === 'chart' ? [one.chart] : []));
    const chart = pickTitled(charts, ({ title }) => title, view.chart, view.index);
    if (chart === null) throw notThere(`The result has no chart “${view.chart}” any more.`);
    return { type: 'chart', chart };
  }

  async #metric({ metric, source, change }: BlockOf<'metric'>, found: FoundValue): Promise<Content> {
    const item = await this.#number(metric, found);
    if (item === null) throw notThere(`The result has no number “${metric}” any more.`);
    const before = change ? await this.#sources.before(source, found.origin.runId) : null;
    const previous = before === null ? null : ((await this.#number(metric, before))?.value ?? null);
    return { type: 'metric', metric: item, previous };
  }

  /** `rows` and `columns` of a table, a metric of anything else. */
  async #number(what: string, { value, nodeRun }: FoundValue): Promise<MetricItem | null> {
    if (value.kind === 'table') {
      if (sameMetric(what, 'columns')) return { name: 'Columns', value: value.schema.length, format: 'count' };
      if (sameMetric(what, 'rows')) return { name: 'Rows', value: await this.#engine.database.count(value.relation, this.#signal), format: 'count' };
    }
    const known = valueMetrics(value).find(({ name }) => sameMetric(name, what));
    if (known !== undefined) return known;
    const noted = Object.entries(nodeRun?.metrics ?? {}).find(([name]) => sameMetric(name, what));
    if (noted !== undefined) return { name: noted[0], value: noted[1], format: 'number' };
    if (value.kind === 'evaluation' && sameMetric(what, 'rows')) return { name: 'Rows', value: value.evaluation.rows, format: 'count' };
    return value.kind === 'model' && sameMetric(what, 'rows') ? { name: 'Rows', value: value.rows, format: 'count' } : null;
  }

  async #picture({ pipeline, path }: BlockOf<'picture'>): Promise<Resolved> {
    const found = await this.#sources.pipeline(pipeline, path);
    if (found === null) return { state: 'gone', message: `The pipeline of this block (${path}) is not in the project any more.`, remedy: 'Choose another one.' };
    const pinned = this.#sources.pinnedRun(pipeline);
    const document = pinned === null ? found.document : (this.#sources.run(pinned)?.document ?? found.document);
    const { configurations } = await this.#engine.configure(document, this.#signal);
    const { catalogue } = this.#engine;
    const picture = pipelinePicture(document, {
      titleOf: (node) => this.#sources.titleOf(node),
      lineOf: (nodeId) => configurations[nodeId]?.describe ?? '',
      iconOf: (type) => catalogue.get(type)?.icon ?? '',
    });
    const origin = { pipelineTitle: document.title, path: found.path, nodeId: '', nodeTitle: '', runId: pinned, at: null, stale: null, pinned: pinned !== null };
    return { state: 'ready', content: { type: 'picture', picture }, origin };
  }

  async #filled(markdown: string): Promise<string> {
    const resolved = new Map<string, ResolvedReference>();
    for (const reference of referencesIn(markdown)) if (!isProblem(reference) && !resolved.has(reference.text)) resolved.set(reference.text, await this.#reference(reference));
    return fillReferences(markdown, resolved);
  }

  async #reference({ what, pipeline: title, node: nodeName, port: portName }: Reference): Promise<ResolvedReference> {
    const pipeline = await this.#sources.titled(title);
    if (typeof pipeline === 'string') return { problem: pipeline };
    if (nodeName === null) return this.#runFact(what, pipeline);
    const node = this.#sources.nodeTitled(pipeline, nodeName);
    if (typeof node === 'string') return { problem: node };
    const outputs = this.#engine.catalogue.get(node.type)?.definition.outputs ?? [];
    const wanted = portName === null ? outputs : outputs.filter(({ name, title: of }) => name.toLowerCase() === portName.toLowerCase() || of.toLowerCase() === portName.toLowerCase());
    if (wanted.length === 0) return { problem: portName === null ? `“${nodeName}” has no output.` : `“${nodeName}” has no output “${portName}”; it has ${outputs.map((one) => one.title).join(', ')}.` };
    const known: string[] = [];
    for (const { name: port } of wanted) {
      const found = await this.#sources.find({ pipeline: pipeline.document.id, path: pipeline.path, node: node.id, port });
      if ('gone' in found) return { problem: found.gone };
      if ('missing' in found) return { problem: found.missing };
      const number = await this.#number(what, found);
      if (number !== null) return { value: formatMetric(number) };
      known.push(...(found.value.kind === 'table' ? ['rows', 'columns'] : valueMetrics(found.value).map(({ name }) => name)));
    }
    return { problem: `“${nodeName}” has no number “${what}”${known.length === 0 ? '' : `; it has ${[...new Set(known)].slice(0, 12).join(', ')}`}.` };
  }

  #runFact(what: string, { document }: KnownPipeline): ResolvedReference {
    const runId = this.#sources.pinnedRun(document.id) ?? this.#sources.runsOf(document.id)[0]?.runId;
    const run = runId === undefined ? null : this.#sources.run(runId);
    if (run === null || !isRunFact(what)) return { problem: `“${document.title}” has not been run yet.` };
    switch (what) {
      case 'date':
        return { value: momentText(run.startedAt).split(',')[0] ?? '' };
      case 'time':
        return { value: momentText(run.startedAt) };
      case 'duration':
        return run.ms === null ? { problem: 'The run is not over yet.' } : { value: formatDuration(run.ms) };
      case 'status':
        return { value: run.status };
    }
  }
}


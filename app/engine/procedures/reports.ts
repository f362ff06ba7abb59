import { exportedBlocks } from '../reports/export.ts';
import { reportFromRun } from '../reports/from-run.ts';
import { offersOf } from '../reports/offers.ts';
import { ReportResolver } from '../reports/resolve.ts';
import { ReportSources } from '../reports/sources.ts';
import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

const never = new AbortController().signal;
/** Runs to choose from when a report is pinned. */
const listedRuns = 30;

/** Pages of results and text. */
export function reportsProcedures(os: Implementer, engine: Engine) {
  return {
    list: os.reports.list.handler(() => engine.reports.list()),
    open: os.reports.open.handler(async ({ input }) => {
      const opened = await engine.reports.open(input.path, { readOnly: engine.readOnly });
      return { ...opened, history: [...opened.history] };
    }),
    create: os.reports.create.handler(({ input }) => {
      engine.assertWritable();
      return engine.reports.create(input.title, input.like);
    }),
    save: os.reports.save.handler(({ input }) => {
      engine.assertWritable();
      return engine.reports.save(input.path, input.report, input);
    }),
    remove: os.reports.remove.handler(async ({ input }) => {
      engine.assertWritable();
      const removed = await engine.reports.remove(input.path);
      engine.audit({ action: 'report.removed', subject: `report:${input.path}` });
      return removed;
    }),
    block: os.reports.block.handler(async ({ input, signal = never }) => {
      const resolver = new ReportResolver(engine, { kind: 'document', pinned: input.pinned }, signal);
      return structuredClone(await resolver.resolve(input.block)) as never;
    }),
    pipelines: os.reports.pipelines.handler(async ({ signal = never }) => {
      const sources = new ReportSources(engine, {}, signal);
      const pipelines = await sources.pipelines();
      return pipelines.map(({ path, document, expanded }) => ({
        path,
        id: document.id,
        title: document.title,
        nodes: expanded.document.nodes.map((node) => ({
          id: node.id,
          title: sources.titleOf(node),
          type: node.type,
          ports: (engine.catalogue.get(node.type)?.definition.outputs ?? []).map(({ name, title, kind }) => ({ name, title, kind })),
        })),
        runs: sources.runsOf(document.id).slice(0, listedRuns).map(({ runId, startedAt, status }) => ({ runId, startedAt, status })),
      }));
    }),
    offers: os.reports.offers.handler(async ({ input, signal = never }) => {
      const { kind, columns, offers } = await offersOf(engine, input.source, input.pinned, signal);
      return { kind, columns: [...columns], offers: [...offers] };
    }),
    fromRun: os.reports.fromRun.handler(async ({ input, signal = never }) => {
      engine.assertWritable();
      const report = await reportFromRun(engine, input.path, signal);
      return engine.reports.create(report.title, report);
    }),
    exported: os.reports.exported.handler(async ({ input, signal = never }) => {
      const { blocks, notes } = await exportedBlocks(engine, input.report, signal);
      return structuredClone({ blocks: blocks.map(({ resolved }) => resolved), notes }) as never;
    }),
  };
}

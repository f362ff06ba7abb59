import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { formatCount, formatDuration, formatNumber } from '#app/core/units.ts';
import { judgeNodes, verdictSentence, type NodeVerdict } from '#app/brief/judge.ts';
import { appPlaces, artifactsOf, createEngine, loadCatalogue, type Engine, type PipelineRun } from '#app/engine/index.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { NodeRun, RunStatus } from '#app/protocol/schema.ts';
import { findNode, readPipeline, withSetting } from './document.ts';
import { openPlace } from './project.ts';
import { sayRestricted, trustOf } from './trust.ts';
import { exitCodes, failureText, printJson, textTable, type Terminal } from './terminal.ts';

export interface RunOptions {
  readonly to?: readonly string[];
  readonly set?: readonly string[];
  readonly project?: string;
  /** Memory of queries, as people write sizes. */
  readonly memory?: string;
  /** Also where the preflight is certain that it will not fit. */
  readonly force?: boolean;
  readonly trustOnce?: boolean;
  readonly json?: boolean;
}

/** `penstock run`: exit code 0 only when every node of the run succeeded. */
export async function runCommand(file: string, options: RunOptions, terminal: Terminal): Promise<number> {
  const catalogue = loadCatalogue();
  let document = await readPipeline(file);
  for (const setting of options.set ?? []) document = withSetting(document, catalogue, setting);
  const to = options.to?.map((name) => findNode(document, catalogue, name).id);
  const place = await openPlace(file, options.project);
  const engine = await createEngine({ ...place, ...appPlaces(), ...trustOf(options), catalogue, ...(options.memory === undefined ? {} : { memoryLimit: options.memory }), warn: (message) => terminal.error(`${message}\n`) });
  try {
    if (engine.readOnly) throw locked(engine);
    if (options.json !== true) sayRestricted(engine, terminal);
    const run = await engine.startRun({ document, path: file, anyway: options.force === true, stream: true, ...(to === undefined ? {} : { to }) });
    const result = await follow(run, engine, options.json === true ? quiet(terminal) : terminal);
    const verdicts = judgeNodes(await engine.brief.targets(), result.nodes.values());
    if (options.json === true) printJson(terminal, { ...report(run.runId, result, engine, document), targets: verdicts });
    else printSummary(result, engine, run.runId, verdicts, terminal);
    if (result.status === 'failed' && options.json !== true && path.relative(place.filesDir, path.resolve(file)).startsWith('..')) {
      terminal.error(`Relative paths in ${file} are under the project folder, ${place.filesDir}.\n`);
    }
    return result.status === 'succeeded' ? exitCodes.ok : result.status === 'cancelled' ? exitCodes.cancelled : exitCodes.failed;
  } finally {
    await engine.close();
  }
}

export function locked(engine: Engine): PenstockError {
  const pid = engine.store.writerPid;
  return new PenstockError('project-locked', `The project ${engine.projectDir} is open in another process${pid === null ? '' : ` (${pid})`}.`, {
    remedy: 'Close it there, or use another project folder with --project.',
  });
}

interface Followed {
  readonly status: RunStatus;
  readonly ms: number | null;
  readonly nodes: ReadonlyMap<string, NodeRun>;
}

async function follow(run: PipelineRun, _engine: Engine, terminal: Terminal): Promise<Followed> {
  const nodes = new Map<string, NodeRun>();
  let status: RunStatus = 'running';
  let ms: number | null = null;
  const onInterrupt = (): void => {
    terminal.error('Cancelling …\n');
    run.cancel();
  };
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  const line = progressLine(terminal);
  try {
    for await (const event of run.log.stream()) {
      if (event.type === 'node') {
        const before = nodes.get(event.node.nodeId);
        nodes.set(event.node.nodeId, event.node);
        if (isOver(event.node) && (before === undefined || before.status !== event.node.status)) line.print(nodeLine(event.node));
      } else if (event.type === 'progress') {
        const title = nodes.get(event.nodeId)?.title ?? event.nodeId;
        line.show(`  … ${title}${event.fraction === null ? '' : ` ${Math.floor(event.fraction * 100)} %`}${event.message === undefined ? '' : ` – ${event.message}`}`);
      } else if (event.type === 'log') line.print(`    ${event.message}`);
      else if (event.type === 'run') ({ status, ms } = event);
    }
  } finally {
    line.clear();
    process.removeListener('SIGINT', onInterrupt);
    process.removeListener('SIGTERM', onInterrupt);
  }
  return { status, ms, nodes };
}

const isOver = (node: NodeRun): boolean => node.status !== 'queued' && node.status !== 'running';
const marks: Record<NodeRun['status'], string> = { queued: ' ', running: '…', succeeded: '✓', cached: '=', failed: '✗', cancelled: '–', skipped: '·' };

function nodeLine(node: NodeRun): string {
  const rows = rowsOf(node);
  const facts = [...(rows === null ? [] : [`${formatCount(rows)} rows`]), ...(node.ms === null || node.status === 'cached' ? [] : [formatDuration(node.ms)]), ...(node.status === 'succeeded' ? [] : [node.status])];
  const why = node.status === 'failed' ? `\n${node.diagnostics.filter((one) => one.severity === 'error').map((one) => `    ${failureText(one).replaceAll('\n', '\n    ')}`).join('\n')}` : node.status === 'skipped' ? ` – ${node.reason}` : '';
  return `${marks[node.status]} ${node.title}  ${facts.join(', ')}${why}`;
}

/** One line that is rewritten on a terminal and left out where output goes to a file. */
function progressLine(terminal: Terminal): { show(text: string): void; print(text: string): void; clear(): void } {
  let shown = false;
  const clear = (): void => {
    if (shown) terminal.error('\r\x1b[2K');
    shown = false;
  };
  return {
    clear,
    show(text) {
      if (!terminal.isTty) return;
      clear();
      terminal.error(text.slice(0, (process.stderr.columns ?? 80) - 1));
      shown = true;
    },
    print(text) {
      clear();
      terminal.error(`${text}\n`);
    },
  };
}

const quiet = (terminal: Terminal): Terminal => ({ ...terminal, out: () => undefined, error: () => undefined, isTty: false });

function rowsOf(node: NodeRun): number | null {
  for (const port of Object.values(node.ports)) if (port.kind === 'table' && port.rows !== null) return port.rows;
  return null;
}

function printSummary({ status, ms, nodes }: Followed, engine: Engine, runId: string, verdicts: readonly NodeVerdict[], terminal: Terminal): void {
  const metrics = Object.entries(engine.store.records.get(runId)?.metrics ?? {});
  if (metrics.length > 0) terminal.out(textTable(metrics.map(([name, value]) => [name, formatNumber(value)])));
  for (const verdict of verdicts) terminal.out(`${verdict.met ? '✓' : '✗'} ${verdict.node}: ${verdictSentence(verdict)}\n`);
  const failed = [...nodes.values()].filter((node) => node.status === 'failed').length;
  terminal.error(`${status === 'succeeded' ? 'Done' : status === 'cancelled' ? 'Cancelled' : `Failed: ${failed} ${failed === 1 ? 'node' : 'nodes'}`}${ms === null ? '' : ` after ${formatDuration(ms)}`} (run ${runId}).\n`);
}

/** What `run --json` prints: one object. */
function report(runId: string, { status, nodes }: Followed, engine: Engine, document: PipelineDocument): Record<string, unknown> {
  const artifacts: { node: string; port: string; kind: string; id: string; path: string }[] = [];
  for (const node of nodes.values()) {
    const entry = node.cacheKey === null ? null : engine.cache.get(node.cacheKey);
    for (const [port, stored] of Object.entries(entry?.ports ?? {})) {
      if (stored.value === null) continue;
      for (const id of artifactsOf(stored.value)) artifacts.push({ node: node.nodeId, port, kind: stored.kind, id, path: engine.store.artifacts.path(id) });
    }
  }
  const order = new Map(document.nodes.map((node, index) => [node.id, index]));
  return {
    runId,
    status,
    nodes: [...nodes.values()]
      .toSorted((a, b) => (order.get(a.nodeId) ?? 0) - (order.get(b.nodeId) ?? 0))
      .map((node) => ({
        id: node.nodeId,
        type: node.type,
        title: node.title,
        status: node.status,
        reason: node.reason,
        ms: node.ms,
        rows: rowsOf(node),
        metrics: node.metrics,
        ...(node.diagnostics.length === 0 ? {} : { diagnostics: node.diagnostics }),
      })),
    metrics: engine.store.records.get(runId)?.metrics ?? {},
    artifacts,
  };
}

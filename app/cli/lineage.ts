import { PenstockError } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { ColumnPath } from '#app/protocol/sections/lineage.ts';
import { readPipeline } from './document.ts';
import { withLookingEngine } from './inspect.ts';
import { exitCodes, printJson, type Terminal } from './terminal.ts';

export interface LineageOptions {
  readonly column: string;
  readonly port?: string;
  readonly project?: string;
  readonly json?: boolean;
}

/** `penstock lineage FILE --column NODE.COLUMN`: back to the source columns and forward to all uses; nothing is run. */
export async function lineageCommand(file: string, options: LineageOptions, terminal: Terminal): Promise<number> {
  const document = await readPipeline(file);
  const { nodeId, column } = target(document, options.column);
  return withLookingEngine(file, options.project, async (engine) => {
    const analysis = await engine.analyse(document);
    const outputs = analysis.nodes.get(nodeId)?.configuration.outputs ?? {};
    const port = options.port ?? Object.entries(outputs).find(([, meta]) => meta.kind === 'table')?.[0] ?? 'table';
    const path = await engine.columnPath(document, { nodeId, port, column });
    if (options.json === true) printJson(terminal, { nodeId, port, column, ...path });
    else terminal.out(inWords(column, path as ColumnPath));
    return exitCodes.ok;
  });
}

/** NODE is an id or a title; the node's name ends at the first point after which it is one, so that both may hold points. */
function target(document: PipelineDocument, text: string): { nodeId: string; column: string } {
  for (let at = text.indexOf('.'); at !== -1; at = text.indexOf('.', at + 1)) {
    const name = text.slice(0, at);
    const node = document.nodes.find((one) => one.id === name) ?? document.nodes.find((one) => one.title === name);
    if (node !== undefined && at + 1 < text.length) return { nodeId: node.id, column: text.slice(at + 1) };
  }
  throw new PenstockError('unknown-node', `“${text}” does not name a column of a node.`, {
    remedy: `Write NODE.COLUMN, where NODE is one of ${document.nodes.slice(0, 20).map((node) => node.title ?? node.id).join(', ')}.`,
  });
}

function inWords(column: string, path: ColumnPath): string {
  const line = (stop: ColumnPath['stops'][number]): string => {
    const values = stop.columns.filter((one) => one.via === 'value').map((one) => (one.expression === null ? one.column : `${one.column} = ${one.expression}`));
    const filters = stop.columns.filter((one) => one.via === 'filter').map((one) => one.column);
    return `  ${stop.title} (${stop.nodeId}): ${[values.join(', '), filters.length === 0 ? '' : `rows decided by ${filters.join(', ')}`].filter((part) => part !== '').join('; ')}\n`;
  };
  const part = (heading: string, stops: readonly ColumnPath['stops'][number][]): string => (stops.length === 0 ? '' : `${heading}\n${stops.map(line).join('')}`);
  const withColumns = path.stops.filter((stop) => stop.columns.length > 0);
  return [
    part(`“${column}” comes from`, withColumns.filter((stop) => stop.direction !== 'forward')),
    part('and goes into', withColumns.filter((stop) => stop.direction === 'forward')),
    path.users.length === 0 ? '' : `used by ${path.users.map((user) => user.title).join(', ')}\n`,
  ].join('');
}

import { PenstockError } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { formatCount } from '#app/core/units.ts';
import type { Engine } from '#app/engine/index.ts';
import type { ColumnPath, RowPath } from '#app/protocol/sections/lineage.ts';
import { readPipeline } from './document.ts';
import { withLookingEngine } from './inspect.ts';
import { exitCodes, printFailure, printJson, type Terminal } from './terminal.ts';

export interface LineageOptions {
  readonly column?: string;
  /** NODE:N, where N counts from 1. */
  readonly row?: string;
  readonly port?: string;
  readonly project?: string;
  readonly json?: boolean;
}

/**
 * `penstock lineage FILE --column NODE.COLUMN`: back to the source columns and forward to all uses; nothing is run.
 * `--row NODE:N`: back to the rows of the sources that the N-th row of the node's table is made of.
 */
export async function lineageCommand(file: string | undefined, options: LineageOptions, terminal: Terminal): Promise<number> {
  if ((options.column === undefined) === (options.row === undefined)) {
    printFailure(terminal, new PenstockError('usage', 'Name one column or one row.', { remedy: 'Write --column NODE.COLUMN, or --row NODE:N where N counts from 1.' }));
    return exitCodes.usage;
  }
  if (file === undefined) throw new PenstockError('usage', 'A pipeline file is missing.', { remedy: 'Name it before --column or --row; or ask with --of for a model, run, dataset, number or request of a project.' });
  const document = await readPipeline(file);
  if (options.row !== undefined) return rowLineage(file, document, options.row, options, terminal);
  const { nodeId, column } = target(document, options.column ?? '');
  return withLookingEngine(file, options.project, async (engine) => {
    const port = options.port ?? (await firstTable(engine, document, nodeId));
    const path = await engine.columnPath(document, { nodeId, port, column });
    if (options.json === true) printJson(terminal, { nodeId, port, column, ...path });
    else terminal.out(inWords(column, path as ColumnPath));
    return exitCodes.ok;
  });
}

async function firstTable(engine: Engine, document: PipelineDocument, nodeId: string): Promise<string> {
  const outputs = (await engine.analyse(document)).nodes.get(nodeId)?.configuration.outputs ?? {};
  return Object.entries(outputs).find(([, meta]) => meta.kind === 'table')?.[0] ?? 'table';
}

async function rowLineage(file: string, document: PipelineDocument, text: string, options: LineageOptions, terminal: Terminal): Promise<number> {
  const { nodeId, row } = rowTarget(document, text);
  return withLookingEngine(file, options.project, async (engine) => {
    const port = options.port ?? (await firstTable(engine, document, nodeId));
    const path = await engine.rowPath(document, { nodeId, port, row: row - 1, filter: '', sort: [] }).catch((error: unknown) => {
      if (!(error instanceof PenstockError) || error.code !== 'not-run') throw error;
      throw new PenstockError(error.code, error.message, { remedy: `Rows are led back through what a run kept: “penstock run ${file}” first.`, ...(error.place === undefined ? {} : { place: error.place }) });
    });
    if (options.json === true) printJson(terminal, { nodeId, port, row: { number: row, ...path.row }, sources: path.sources, stops: path.stops, nodes: path.nodes, notes: path.notes });
    else terminal.out(rowInWords(row, path as RowPath));
    return exitCodes.ok;
  });
}

/** The last colon stands before the number, so that titles may hold some. */
function rowTarget(document: PipelineDocument, text: string): { nodeId: string; row: number } {
  const colon = text.lastIndexOf(':');
  const [name, row] = [text.slice(0, colon), Number(text.slice(colon + 1))];
  const node = document.nodes.find((one) => one.id === name) ?? document.nodes.find((one) => one.title === name);
  if (node !== undefined && Number.isInteger(row) && row >= 1) return { nodeId: node.id, row };
  throw new PenstockError(node === undefined ? 'unknown-node' : 'no-such-row', `“${text}” does not name a row of a node.`, {
    remedy: `Write NODE:N, where N counts from 1 and NODE is one of ${document.nodes.slice(0, 20).map((one) => one.title ?? one.id).join(', ')}.`,
  });
}

function rowInWords(row: number, path: RowPath): string {
  const values = (schema: RowPath['row']['schema'], cells: RowPath['row']['cells']): string => schema.map(({ name }, i) => `${name} ${cells[i] === null || cells[i] === undefined ? '(missing)' : String(cells[i])}`).join(', ');
  const source = (one: RowPath['sources'][number]): string => {
    const more = one.rows > one.shown.length ? `    and ${formatCount(one.rows - one.shown.length)} more\n` : '';
    const decides = one.decides === 0 ? '' : `; ${formatCount(one.decides)} more only decide`;
    return `  ${one.title} (${one.nodeId}): ${formatCount(one.rows)} ${one.rows === 1 ? 'row' : 'rows'}${decides}\n${one.shown.map(({ number, cells }) => `    row ${number}: ${values(one.schema, cells)}\n`).join('')}${more}`;
  };
  return [
    `Row ${row}: ${values(path.row.schema, path.row.cells)}\ncomes from\n`,
    ...path.sources.map(source),
    ...path.stops.map(({ title, nodeId, reason }) => `  ${title} (${nodeId}): the way back ends here, as ${reason}\n`),
    ...path.notes.map((note) => `${note}\n`),
  ].join('');
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

import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { inputsOf, schemaOf, toDuckDb } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import type { ChartQuery } from '#app/sdk/charts.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';
import { positionedQuery } from '../positioned.ts';
import { bars } from './bars.ts';
import { box } from './box.ts';
import { heatMap } from './heat-map.ts';
import { histogram } from './histogram.ts';
import { line } from './line.ts';
import { scatter } from './scatter.ts';
import { sourceOver, type ChartSource } from './source.ts';

export interface ChartOptions {
  readonly signal?: AbortSignal | undefined;
  /** The rows to draw, a part of the whole that a slice leaves: edges, categories and colours stay those of the whole. */
  readonly rows?: Relation;
}

/** Tables whose ranges and categories are remembered. */
const mostTables = 32;

/** Ranges and categories of the tables drawn last, so that a brush costs one pass over the rows. */
export class ChartMemory {
  readonly #tables = new Map<string, Map<string, Promise<unknown>>>();

  of(table: string): ChartSource['remember'] {
    const known = this.#tables.get(table) ?? new Map<string, Promise<unknown>>();
    this.#tables.delete(table);
    this.#tables.set(table, known);
    const [oldest] = this.#tables.keys();
    if (this.#tables.size > mostTables && oldest !== undefined) this.#tables.delete(oldest);
    return async <T>(key: string, ask: () => Promise<T>): Promise<T> => {
      const before = known.get(key) as Promise<T> | undefined;
      // One that is under way may be another request's, and be cancelled with it: then it is asked again here.
      if (before !== undefined) return before.catch(ask);
      const answer = ask();
      known.set(key, answer);
      answer.catch(() => known.delete(key));
      return answer;
    };
  }
}

/** Computes one chart; see ChartServices for the errors. */
export async function queryChart(connection: DuckDBConnection, memory: ChartMemory, relation: Relation, query: ChartQuery, rows: Relation = relation): Promise<ChartSpec> {
  const whole = toDuckDb(relation);
  const remember = memory.of(`${whole}\n${await fileStates(relation)}`);
  return drawn(sourceOver(connection, { whole, rows: rows === relation ? whole : toDuckDb(rows), positioned: { whole: positionedQuery(relation, toDuckDb), rows: positionedQuery(rows, toDuckDb) } }, schemaOf(relation), remember), query);
}

function drawn(source: ChartSource, query: ChartQuery): Promise<ChartSpec> {
  switch (query.kind) {
    case 'histogram':
      return histogram(source, query);
    case 'bars':
      return bars(source, query);
    case 'box':
      return box(source, query);
    case 'scatter':
      return scatter(source, query);
    case 'line':
      return line(source, query);
    case 'heatmap':
      return heatMap(source, query);
  }
}

/** A file that a person overwrites keeps its name: what is remembered of it goes with its size and time. */
async function fileStates(relation: Relation): Promise<string> {
  const paths = new Set<string>();
  const walk = (one: Relation): void => {
    if (one.op === 'scan' && one.source.kind === 'parquet') for (const path of one.source.paths) paths.add(path);
    inputsOf(one).forEach(walk);
  };
  walk(relation);
  const states = await Promise.all([...paths].map(async (path) => stat(path).then((info) => `${path} ${info.size} ${info.mtimeMs}`, () => `${path} missing`)));
  return states.join('\n');
}

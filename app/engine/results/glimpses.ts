import { isRowWise } from '#app/relation/index.ts';
import type { ProbeContext } from '#app/sdk/node.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import type { Relation } from '#app/relation/types.ts';
import type { AnalysedNode } from '../analysis/analyse.ts';
import { SharedWork } from '../run/shared-work.ts';
import { isMissing, PortValueResolver, type PortValues, type RelationBuilding } from './port-values.ts';
import type { ResultCache } from './result-cache.ts';

/** Rows of a source that are read for a first look: a few screens. */
export const headRows = 1000;
/** Behind filters that leave fewer of them, a look reads on. */
const fewest = 200;
/** Sources whose first rows are remembered. */
const mostSources = 32;

export interface Glimpse {
  /** The first rows of the table; there are more. */
  readonly table: TableValue;
  readonly rows: number;
}

export interface GlimpseOptions {
  readonly cache: ResultCache;
  readonly building: RelationBuilding;
  probes(signal: AbortSignal): ProbeContext;
  count(relation: Relation, signal: AbortSignal): Promise<number>;
}

/** First looks at sources that were never run, and at what is made of them row by row: only their first rows are read. */
export class Glimpses {
  readonly #options: GlimpseOptions;
  /** By the source's key; null: it has to be run. */
  readonly #known = new Map<string, PortValues | null>();
  readonly #reading = new SharedWork<PortValues | null>();

  constructor(options: GlimpseOptions) {
    this.#options = options;
  }

  /** Null where there is a result, or where the first rows of the source do not tell those of the table. */
  async of(resolver: PortValueResolver, nodeId: string, port: string, signal: AbortSignal): Promise<Glimpse | null> {
    const whole = await resolver.ports(nodeId);
    if (!isMissing(whole)) return null;
    const values = await this.#headOf(whole.missing, signal);
    if (values === null) return null;
    const first = new PortValueResolver(resolver.analysis, this.#options.cache, this.#options.building);
    first.set(whole.missing.node.id, values);
    const ports = await first.ports(nodeId);
    const table = isMissing(ports) ? undefined : ports[port];
    if (table?.kind !== 'table' || !isRowWise(table.relation)) return null;
    const rows = await this.#options.count(table.relation, signal);
    return rows < fewest ? null : { table, rows };
  }

  async #headOf({ key, type, params, configuration }: AnalysedNode, signal: AbortSignal): Promise<PortValues | null> {
    const executor = type?.executor;
    if (key === null || executor?.head === undefined || type?.definition.inputs.length !== 0) return null;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const read = executor.head.bind(executor);
    const values = await this.#reading.share(key, signal, (shared) => read(params, configuration.facts, headRows, this.#options.probes(shared)));
    this.#known.delete(key);
    this.#known.set(key, values);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostSources && oldest !== undefined) this.#known.delete(oldest);
    return values;
  }
}

import type { ProfiledOperator } from '#app/data/index.ts';
import type { Relation } from '#app/relation/types.ts';
import { observedRows, type Observed } from '../planning/observed.ts';
import { isMissing, type PortValueResolver } from '../results/port-values.ts';

export interface SeenPort extends Observed {
  readonly nodeId: string;
  readonly port: string;
}

/**
 * Numbers for the wires of a run, from the profiles of queries that ran anyway. A fused table is found again in a query by identity:
 * the relation of a node holds those of its inputs as they are.
 */
export class EdgeStats {
  readonly #resolver: PortValueResolver;
  readonly #scanRows: (scan: Relation & { op: 'scan' }) => number | null;
  readonly #waiting: { readonly relation: Relation; readonly root: ProfiledOperator }[] = [];
  readonly #places = new Map<Relation, { nodeId: string; port: string }[]>();
  readonly #placed = new Set<string>();
  readonly #originals = new Map<Relation, Relation>();

  constructor(resolver: PortValueResolver, scanRows: (scan: Relation & { op: 'scan' }) => number | null) {
    this.#resolver = resolver;
    this.#scanRows = scanRows;
  }

  /** Takes a profile; called from within a query, so it only keeps it. */
  take(relation: Relation, root: ProfiledOperator): void {
    this.#waiting.push({ relation, root });
  }

  /** A query had `made` in the place of a node's relation. */
  replaced(made: Relation, original: Relation): void {
    this.#originals.set(made, original);
  }

  /** What the profiles taken since the last call tell of the tables of fused nodes. */
  async seen(fused: Iterable<string>): Promise<SeenPort[]> {
    if (this.#waiting.length === 0) return [];
    const profiles = this.#waiting.splice(0);
    for (const id of fused) await this.#place(id);
    const seen = new Map<string, SeenPort>();
    for (const { relation, root } of profiles) {
      for (const [one, observed] of observedRows(relation, root, this.#scanRows)) {
        for (const place of this.#places.get(this.#originals.get(one) ?? one) ?? []) {
          const key = `${place.nodeId}\0${place.port}`;
          const before = seen.get(key);
          // Several queries may read one table with different columns: the one that took most of it says most.
          if (before !== undefined && (before.bytes ?? -1) >= (observed.bytes ?? -1)) continue;
          seen.set(key, { ...place, ...observed });
        }
      }
    }
    return [...seen.values()];
  }

  async #place(nodeId: string): Promise<void> {
    if (this.#placed.has(nodeId)) return;
    this.#placed.add(nodeId);
    const values = await this.#resolver.ports(nodeId).catch(() => ({}));
    if (isMissing(values)) return;
    for (const [port, value] of Object.entries(values)) {
      if (value.kind !== 'table') continue;
      const places = this.#places.get(value.relation) ?? [];
      places.push({ nodeId, port });
      this.#places.set(value.relation, places);
    }
  }
}

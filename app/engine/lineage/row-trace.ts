import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { matchingRows, numberedScan, type Database } from '#app/data/index.ts';
import { scansOf, schemaOf, traced, type Scan, type Traced, type TracedPart, type TracedRole } from '#app/relation/index.ts';
import type { NamedExpr, Relation } from '#app/relation/types.ts';

/** Rows of one scan that were found. */
export interface FoundRows<P> {
  readonly scan: Scan;
  readonly place: P;
  readonly role: TracedRole;
  /** Their numbers, from 1, in the column `row`, each once; null: all of them, which then only decide. */
  readonly rows: Relation | null;
}

export interface TraceEnd<P> {
  readonly found: readonly FoundRows<P>[];
  /** Where rows come out of SQL that a person wrote. */
  readonly stopped: readonly { readonly place: P; readonly role: TracedRole }[];
}

/** Name of the one column of `FoundRows.rows`. */
export const rowColumn = 'row';

const col = (name: string) => ({ op: 'col', name }) as const;
const present = (input: Relation, column: string): Relation => ({ op: 'filter', input, predicate: { op: 'call', fn: 'is_not_null', args: [col(column)] } });

/**
 * Walks rows of a relation back to the rows of its scans. What is found on the way is kept in files until `close`, so that each relation is
 * computed once a step.
 */
export class RowTrace<P> {
  readonly #database: Database;
  readonly #tempDir: string;
  readonly #signal: AbortSignal | undefined;
  readonly #placeOf: (relation: Relation) => P | undefined;
  readonly #gains: (scan: Scan) => boolean;
  readonly #files: string[] = [];

  constructor(options: { readonly database: Database; readonly tempDir: string; readonly signal?: AbortSignal; readonly placeOf?: (relation: Relation) => P | undefined; readonly gains?: (scan: Scan) => boolean }) {
    this.#database = options.database;
    this.#tempDir = options.tempDir;
    this.#signal = options.signal;
    this.#gains = options.gains ?? (() => false);
    this.#placeOf = options.placeOf ?? (() => undefined);
  }

  /** The relation with what says where its rows come from. */
  traced(relation: Relation, place: P): Traced<P> {
    return traced(relation, { place, placeOf: this.#placeOf, number: numberedScan, gains: this.#gains });
  }

  /** Writes rows down. */
  async keep(relation: Relation): Promise<{ readonly relation: Relation; readonly rows: number }> {
    const file = path.join(this.#tempDir, `trace-${randomBytes(8).toString('hex')}.parquet`);
    this.#files.push(file);
    const { rows } = await this.#database.writeParquet(relation, file, this.#signal === undefined ? {} : { signal: this.#signal });
    return { rows, relation: { op: 'scan', source: { kind: 'parquet', paths: [file] }, schema: schemaOf(relation), label: 'traced rows' } };
  }

  /** From chosen rows of a traced relation to the rows of all scans under it. @param chosen has the further columns */
  async walk(chosen: Relation, parts: readonly TracedPart<P>[], role: TracedRole = 'made'): Promise<TraceEnd<P>> {
    const found: FoundRows<P>[] = [];
    const stopped: { place: P; role: TracedRole }[] = [];
    const open = [{ chosen, parts, role }];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const part of at.parts) {
        this.#signal?.throwIfAborted();
        if (part.kind === 'scan') {
          const numbers: Relation = { op: 'project', input: present(at.chosen, part.row), columns: [{ name: rowColumn, expr: col(part.row) }] };
          const kept = await this.keep({ op: 'distinct', input: numbers });
          if (kept.rows > 0) found.push({ scan: part.scan, place: part.place, role: at.role, rows: kept.relation });
        } else if (part.kind === 'stop' || part.kind === 'everything') {
          const any = await this.#database.count({ op: 'limit', input: present(at.chosen, part.present), count: 1, offset: 0 }, this.#signal);
          if (any === 0) continue;
          if (part.kind === 'stop') stopped.push({ place: part.place, role: at.role });
          else found.push(...this.everything(part.input, part.place));
        } else {
          const next = await this.#rowsOf(at.chosen, part);
          if (next !== null) open.push({ ...next, role: at.role === 'decides' ? 'decides' : part.role });
        }
      }
    }
    return { found, stopped };
  }

  /** All scans under a relation, with all their rows. */
  everything(relation: Relation, place: P): FoundRows<P>[] {
    return scansOf(relation, place, this.#placeOf).map((one) => ({ ...one, role: 'decides', rows: null }));
  }

  /** Rows of a part's input that have the chosen rows' keys; null where the chosen rows have none of it. */
  async #rowsOf(chosen: Relation, part: TracedPart<P> & { readonly kind: 'rows' }): Promise<{ chosen: Relation; parts: readonly TracedPart<P>[] } | null> {
    const keys: Relation = { op: 'project', input: present(chosen, part.present), columns: [part.present, ...part.keys.map(({ column }) => column)].map((name) => ({ name, expr: col(name) })) };
    const kept = await this.keep({ op: 'distinct', input: keys });
    if (kept.rows === 0) return null;
    const input = this.traced(part.input, part.place);
    const added = partColumns(input.parts);
    const pairs = part.keys.map((key, i) => ({ column: `key ${i}`, partner: key.column, expr: key.expr }));
    const columns: NamedExpr[] = [...added.map((name) => ({ name, expr: col(name) })), ...pairs.map(({ column, expr }) => ({ name: column, expr }))];
    const over: Relation = { op: 'project', input: input.relation, columns };
    const rows = await this.keep(matchingRows({ relation: over, schema: schemaOf(over) }, kept.relation, pairs));
    return { chosen: rows.relation, parts: input.parts };
  }

  async close(): Promise<void> {
    for (const file of this.#files.splice(0)) await rm(file, { force: true });
  }
}

/** The further columns that parts speak of. */
export function partColumns<P>(parts: readonly TracedPart<P>[]): string[] {
  return [...new Set(parts.flatMap((part) => (part.kind === 'scan' ? [part.row] : part.kind === 'stop' || part.kind === 'everything' ? [part.present] : [part.present, ...part.keys.map(({ column }) => column)])))];
}

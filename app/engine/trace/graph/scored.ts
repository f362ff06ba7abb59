import type { AuditRecord } from '#app/store/index.ts';

/** A registered model predicted for a table: by a node that names it, or from the command line. */
export interface Scoring {
  readonly name: string;
  readonly version: number;
  readonly run: string | null;
  readonly node: string | null;
  /** What was written; null where it was no dataset. */
  readonly dataset: string | null;
}

/** @param records `model.scored` of the audit log */
export function scorings(records: readonly AuditRecord[]): Scoring[] {
  return records.flatMap(({ subject, details }) => {
    const [, name, version] = /^model:(.+)@(\d+)$/.exec(subject) ?? [];
    const text = (member: string): string | null => (typeof details[member] === 'string' ? (details[member] as string) : null);
    return name === undefined || version === undefined ? [] : [{ name, version: Number(version), run: text('run'), node: text('node'), dataset: text('dataset') }];
  });
}

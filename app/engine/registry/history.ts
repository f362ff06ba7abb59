import type { AuditRecord } from '#app/store/index.ts';

/** A version entered or left production, oldest first in lists. */
export interface StageStep {
  readonly version: number;
  readonly to: string;
  /** It went there by a roll-back. */
  readonly isRollback: boolean;
}

/**
 * Versions in the order in which they came to production, the last one on top. A roll-back takes away what is above the version it goes to, so that
 * several roll-backs in a row walk back and never forth. Versions that left production by hand stay: they were there.
 */
export function productionStack(steps: readonly StageStep[]): number[] {
  let stack: number[] = [];
  for (const { version, to, isRollback } of steps) {
    if (to !== 'production') continue;
    const at = stack.lastIndexOf(version);
    if (isRollback && at >= 0) stack = stack.slice(0, at + 1);
    else if (stack.at(-1) !== version) stack.push(version);
  }
  return stack;
}

/** The version to go back to: the nearest below the current one (or on top where none is current) that may be gone to. Null: none. */
export function rollbackTarget(stack: readonly number[], current: number | null, mayGo: (version: number) => boolean): number | null {
  const below = current === null ? stack.length : stack.lastIndexOf(current);
  for (let at = (below < 0 ? stack.length : below) - 1; at >= 0; at--) {
    const version = stack[at];
    if (version !== undefined && version !== current && mayGo(version)) return version;
  }
  return null;
}

/** Steps out of records of the audit log (`model.stage`), in any order. */
export function stageSteps(records: readonly AuditRecord[]): StageStep[] {
  return records
    .toSorted((a, b) => a.seq - b.seq)
    .flatMap(({ action, subject, details }) => {
      const version = Number(/@(\d+)$/.exec(subject)?.[1]);
      return action === 'model.stage' && Number.isInteger(version) && typeof details['to'] === 'string' ? [{ version, to: details['to'], isRollback: details['rollback'] === true }] : [];
    });
}

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of shared tables that a thread may hold for nothing. */
const most = 2 ** 28;

let held = 0;
let collect: (() => void) | null = null;

/**
 * For threads that are handed shared memory and hardly allocate: V8 doesn't count such memory, so nothing would ever tell their collector to
 * let go of a table that they are done with. Called after work, when nobody waits; collects (a few milliseconds) once enough has passed through.
 */
export function doneWith(bytes: number): void {
  held += bytes;
  if (held < most) return;
  held = 0;
  if (collect === null) {
    // A context made afterwards has the function.
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

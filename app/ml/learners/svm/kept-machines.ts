import type { TrainCheckpoint } from '../types.ts';
import type { Machine } from './machine.ts';
import type { SolvingState, SolvingStates } from './smo.ts';

interface SvmState {
  /** In the order in which they are trained. */
  readonly machines: readonly Machine[];
  /** Of the machine after them. */
  readonly current: SolvingState | null;
}

/** Trains machines one after another, always in the same order: those that are known from before a kill are not trained again, and the one that was not finished goes on. */
export function keptMachines(checkpoint: TrainCheckpoint | undefined): (train: (states: SolvingStates) => Machine) => Machine {
  const before = (checkpoint?.state ?? { machines: [], current: null }) as SvmState;
  const machines: Machine[] = [];
  return (train) => {
    const at = machines.length;
    const state = (current: SolvingState | null): SvmState => ({ machines, current });
    const machine = before.machines[at] ?? train({ from: at === before.machines.length ? before.current : null, save: (make) => checkpoint?.save(() => state(make())) });
    machines.push(machine);
    checkpoint?.save(() => state(null));
    return machine;
  };
}

import { deserialize, serialize } from 'node:v8';
import { penstockVersion } from '#app/core/version.ts';
import type { CheckpointServices } from '#app/sdk/node.ts';
import { hashOf } from '../learners/checkpoint.ts';
import type { NumberedRows } from './fold-table.ts';
import type { FoldOutcome } from './run-fold.ts';
import type { FoldTask } from './run-folds.ts';

/** Outcomes of fits that are done, by the number of their task: what a killed run of folds does not fit again. */
export interface KeptOutcomes {
  known(index: number): FoldOutcome | undefined;
  keep(index: number, outcome: FoldOutcome): void;
  /** When the last are written. */
  settled(): Promise<void>;
}

interface Saved {
  readonly version: string;
  readonly about: string;
  readonly outcomes: readonly (readonly [number, FoldOutcome])[];
}

/** Milliseconds between two saves unless another is asked for. */
const usualMs = 2000;
/** Numbers in outcomes; more would be a file of a gigabyte at every save. */
const mostNumbers = 50_000_000;

const forgetful: KeptOutcomes = { known: () => undefined, keep: () => undefined, settled: async () => undefined };

/** Outcomes count only for the same rows, learners and seeds. */
export async function openKeptOutcomes(checkpoint: CheckpointServices | undefined, rows: NumberedRows, tasks: readonly FoldTask[]): Promise<KeptOutcomes> {
  if (checkpoint === undefined) return forgetful;
  const about = hashOf([rows.schema, rows.classes, tasks.map(({ spec, seed, name }) => [spec, seed, name])], [rows.truth]);
  const saved = read(await checkpoint.load());
  const outcomes = new Map(saved?.version === penstockVersion && saved.about === about ? saved.outcomes : []);
  let numbers = 0;
  let saving: Promise<void> | null = null;
  let last = performance.now();
  const write = async (): Promise<void> => {
    last = performance.now();
    const state: Saved = { version: penstockVersion, about, outcomes: [...outcomes] };
    // A disk that is full costs no run.
    await checkpoint.save(Uint8Array.from(serialize(state))).catch(() => undefined);
    saving = null;
  };
  return {
    known: (index) => outcomes.get(index),
    keep: (index, outcome) => {
      const { truth, predicted, probabilities } = outcome.tested;
      numbers += truth.length + predicted.length + (probabilities?.length ?? 0);
      if (numbers > mostNumbers) return;
      outcomes.set(index, outcome);
      if (saving === null && performance.now() - last >= (checkpoint.everyMs ?? usualMs)) saving = write();
    },
    settled: async () => {
      await saving;
    },
  };
}

function read(bytes: Uint8Array | null): Saved | null {
  if (bytes === null) return null;
  try {
    return deserialize(bytes) as Saved;
  } catch {
    // Torn or of another kind: every fit is made anew.
    return null;
  }
}

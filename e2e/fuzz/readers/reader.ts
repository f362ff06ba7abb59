import type { TestEngine } from '#app/engine/testing.ts';
import type { Random } from '../mutate.ts';

/** What readers stand on: one engine in one process, and a folder for the file that is read. */
export interface Ground {
  readonly test: TestEngine;
  /** Of the project; the input's file lies in it. */
  readonly folder: string;
}

/** A reader under attack. */
export interface Reader {
  /** As it is called in count lines, and the name of its folder in the corpus. */
  readonly name: string;
  /** Files of the repository to begin with, beside those of the corpus. */
  readonly seeds: readonly string[];
  /** Of the input's file, with the dot. */
  readonly extension: string;
  /** Whether a refusal has to name the file, in its sentence or its place. */
  readonly namesFile: boolean;
  mutate(seed: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array | Promise<Uint8Array>;
  /**
   * Reads a file as the app does. Throws what the app would show (a PenstockError); `Silent` where the reader took what it should not have.
   * Whatever else is thrown is a fault.
   */
  read(file: string, ground: Ground): Promise<void>;
}

/** The reader accepted a file and made something else of it. */
export class Silent extends Error {
  override readonly name = 'Silent';
}

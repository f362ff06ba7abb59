import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { damaged } from './faults.ts';
import type { KerasTopology } from './topology.ts';
import type { WeightScope } from './weights.ts';

/** Whose layers they are: some mean different things. */
export type Flavour = 'keras-2' | 'keras-3' | 'tensorflow.js';

export interface KerasFile {
  readonly topology: KerasTopology;
  readonly weights: WeightScope;
  /** As in “Keras 3.15.1”. */
  readonly producer: string;
  readonly flavour: Flavour;
}

/** @throws PenstockError `file-missing`. */
export async function readBytes(file: string): Promise<Uint8Array> {
  const name = path.basename(file);
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new PenstockError('file-missing', error.code === 'ENOENT' ? `The file “${name}” is not there.` : `The file “${name}” cannot be read (${error.code ?? error.message}).`, { remedy: 'Choose the file again.', place: { param: ['path'], file }, cause: error });
  });
}

export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(name, 'holds a description that is no JSON', error);
  }
}

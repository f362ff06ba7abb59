import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

export const width = 28;
const testRows = 50_000;

/** Files of float32, row-major: features and classes (0 or 1) to learn from, and 50 000 rows more to test on. */
export interface LearnFiles {
  readonly rows: number;
  readonly X: string;
  readonly y: string;
  readonly testX: string;
  readonly testY: string;
}

/** Normal features; the class leans on products, waves, squares and steps of twelve of them. The same numbers on every machine. */
export async function learnFiles(folder: string, rows: number): Promise<LearnFiles> {
  await mkdir(folder, { recursive: true });
  const file = (name: string): string => path.join(folder, `${name}-${rows}.f32`);
  const files = { rows, X: file('X'), y: file('y'), testX: file('testX'), testY: file('testY') };
  if (await stat(files.testY).then(() => true, () => false)) return files;
  const write = async (to: string, values: Float32Array): Promise<void> => {
    await writeFile(`${to}.partial`, new Uint8Array(values.buffer));
    await rename(`${to}.partial`, to);
  };
  const next = uniform(12_345);
  for (const [X, y, count] of [[files.X, files.y, rows], [files.testX, files.testY, testRows]] as const) {
    const features = Float32Array.from({ length: count * width }, () => normal(next));
    await write(X, features);
    await write(y, Float32Array.from({ length: count }, (_, row) => (signal(features.subarray(row * width)) + Math.log(1 / (1 - next()) - 1) * -1 > 0 ? 1 : 0)));
  }
  return files;
}

function signal(x: Float32Array): number {
  const at = (i: number): number => x[i] as number;
  return at(0) * at(1) + Math.sin(2 * at(2)) + 0.7 * at(3) ** 2 - 0.7 + 0.5 * at(4) * at(5) * at(6) + (at(7) > 0.5 ? at(8) : 0) + 0.3 * at(9) + 0.2 * at(10) - 0.1 * at(11);
}

function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const normal = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

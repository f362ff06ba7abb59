import type { ImagePixels, RecipeStep } from '#app/sdk/ports.ts';
import { readPixels } from '../images/pixel-memory.ts';
import type { ColumnState } from './columns.ts';

type PixelsStep = Extract<RecipeStep, { step: 'pixels' }>;

export interface ImageServices {
  readonly signal?: AbortSignal | undefined;
  /** Where the project's relative paths lead. */
  readonly resolvePath?: ((path: string) => string) | undefined;
}

/** Paths read by the worker at once: between two calls a cancel is seen. */
const pathsAtOnce = 256;

/** Image files as their pixels: there is nothing to fit. */
export function applyPixels({ width, height }: PixelsStep, columns: readonly ColumnState[]): void {
  for (const state of columns) {
    if (state.kind !== 'text' || state.encoded !== null) continue;
    state.encoded = [];
    state.terms = { text: { image: state.column.name, width, height }, names: Array.from({ length: width * height }, (_unused, index) => `pixel ${index + 1}`) };
  }
}

/** Writes the pixels of the image at each path to `out[row × stride + positions[pixel]]`; NaN where it cannot be read. */
export async function fillPixels({ width, height }: ImagePixels, paths: readonly (string | null)[], out: Float32Array, stride: number, positions: readonly number[], { signal, resolvePath }: ImageServices): Promise<void> {
  for (let from = 0; from < paths.length; from += pathsAtOnce) {
    const some = paths.slice(from, from + pathsAtOnce).map((given) => (given === null || given === '' ? null : (resolvePath?.(given) ?? given)));
    for (const [i, pixels] of (await readPixels(some, width, height, signal)).entries()) {
      const to = (from + i) * stride;
      for (let at = 0; at < width * height; at += 1) out[to + (positions[at] ?? 0)] = pixels?.[at] ?? Number.NaN;
    }
  }
}

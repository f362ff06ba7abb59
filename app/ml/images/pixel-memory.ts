import { stat } from 'node:fs/promises';
import { runTask } from '../worker/run-task.ts';

/** Pixels kept in all: 256 MB. */
const mostPixels = 64_000_000;

interface KeptImage {
  /** The file's size and time of change when it was read. */
  readonly stamp: string;
  readonly pixels: Float32Array;
}

/** Images read before, last used last: every fold of a cross-validation wants them again. */
const kept = new Map<string, KeptImage>();
let count = 0;

async function stampOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${size}:${mtimeMs}`;
  } catch {
    // Not there: reading it says so.
    return '';
  }
}

function keep(key: string, image: KeptImage): void {
  count += image.pixels.length - (kept.get(key)?.pixels.length ?? 0);
  kept.delete(key);
  kept.set(key, image);
  for (const [oldest, { pixels }] of kept) {
    if (count <= mostPixels) return;
    kept.delete(oldest);
    count -= pixels.length;
  }
}

/** The pixels of images as `ImagePixels` in sdk says, by path; from memory where the file has not changed. NaN where it cannot be read. @throws CancelledError. */
export async function readPixels(paths: readonly (string | null)[], width: number, height: number, signal?: AbortSignal): Promise<(Float32Array | null)[]> {
  const keyOf = (path: string): string => `${width}×${height} ${path}`;
  const stamps = await Promise.all(paths.map((path) => (path === null ? '' : stampOf(path))));
  const found = paths.map((path, i) => {
    const image = path === null ? undefined : kept.get(keyOf(path));
    if (path === null || image === undefined || image.stamp !== stamps[i]) return null;
    keep(keyOf(path), image);
    return image.pixels;
  });
  const missing = [...paths.keys()].filter((i) => found[i] === null && paths[i] !== null);
  if (missing.length === 0) return found;
  const { pixels } = await runTask('read-pixels', { paths: missing.map((i) => paths[i] ?? null), width, height }, signal === undefined ? {} : { signal });
  for (const [at, i] of missing.entries()) {
    const own = pixels.slice(at * width * height, (at + 1) * width * height);
    found[i] = own;
    const [path, stamp] = [paths[i] ?? null, stamps[i] ?? ''];
    if (path !== null && stamp !== '') keep(keyOf(path), { stamp, pixels: own });
  }
  return found;
}

import { PenstockError } from '#app/core/errors.ts';
import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import { readImage } from './read-image.ts';

export interface ReadImagesPayload {
  /** Absolute; null: none. */
  readonly paths: readonly (string | null)[];
  readonly width: number;
  readonly height: number;
}

export interface ReadImagesResult {
  /** Base64 of each image's pixels, as a model's image input takes them; empty where it cannot be read. */
  readonly texts: readonly string[];
  readonly unreadable: number;
}

export interface ReadPixelsResult {
  /** [paths × width × height] as `ImagePixels` in sdk says. */
  readonly pixels: Float32Array;
}

/** Worker side: images as features. @throws CancelledError. */
export async function readPixelsInWorker({ paths, width, height }: ReadImagesPayload, hooks: TaskHooks): Promise<TaskAnswer<ReadPixelsResult>> {
  const size = width * height;
  const pixels = new Float32Array(paths.length * size).fill(Number.NaN);
  for (const [row, path] of paths.entries()) {
    hooks.check();
    if (path === null) continue;
    try {
      const { data } = await readImage(path, width, height);
      for (let at = 0; at < size; at++) pixels[row * size + at] = (data[3 * at] as number) * 65_536 + (data[3 * at + 1] as number) * 256 + (data[3 * at + 2] as number);
    } catch (error) {
      if (!(error instanceof PenstockError)) throw error;
    }
  }
  return { result: { pixels }, transfer: [pixels.buffer] };
}

/** Worker side: images as the text of a model's input (`ImageInput` in sdk). @throws CancelledError. */
export async function readImagesInWorker({ paths, width, height }: ReadImagesPayload, hooks: TaskHooks): Promise<TaskAnswer<ReadImagesResult>> {
  const texts: string[] = [];
  let unreadable = 0;
  for (const path of paths) {
    hooks.check();
    try {
      texts.push(path === null ? '' : Buffer.from((await readImage(path, width, height)).data).toString('base64'));
    } catch (error) {
      if (!(error instanceof PenstockError)) throw error;
      texts.push('');
    }
    if (texts.at(-1) === '') unreadable++;
  }
  return { result: { texts, unreadable } };
}

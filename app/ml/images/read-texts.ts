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

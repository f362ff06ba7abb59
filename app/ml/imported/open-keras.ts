import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { runTask } from '../worker/run-task.ts';
import { shardPaths } from './keras/tensorflow-js.ts';
import { type OpenedFile, openOnnxBytes } from './read-file.ts';

/** Damaged HDF5 files can send their reader round in circles. */
const leastSeconds = 20;
const bytesPerSecond = 10e6;

/**
 * Reads a Keras model (.keras, .h5) or a layers model of TensorFlow.js (model.json with its weights beside it) as ONNX, in a worker.
 * @throws PenstockError `file-missing`, `keras-damaged`, `keras-unsupported` naming layer and class, `keras-time`; CancelledError.
 */
export async function openKerasFile(file: string, signal?: AbortSignal): Promise<OpenedFile> {
  const size = await stat(file).then((info) => info.size, () => 0);
  const seconds = leastSeconds + Math.ceil(size / bytesPerSecond);
  const clock = AbortSignal.timeout(seconds * 1000);
  const { model, producer } = await runTask('read-keras', { path: file }, { signal: signal === undefined ? clock : AbortSignal.any([signal, clock]) }).catch((error: unknown) => {
    if (clock.aborted && signal?.aborted !== true) throw new PenstockError('keras-time', `Reading “${path.basename(file)}” took longer than its limit of ${seconds} s and was stopped.`, { remedy: 'The file is damaged: save the model again.', place: { param: ['path'], file }, cause: error });
    throw error;
  });
  const opened = await openOnnxBytes(model, path.basename(file), signal);
  return { ...opened, file: { ...opened.file, producer } };
}

/** The file, and what it names beside it: what a change of the model would change. A file that cannot be read is alone. */
export async function kerasFiles(file: string): Promise<string[]> {
  if (!/\.json$/i.test(file)) return [file];
  try {
    return [file, ...shardPaths(file, await readFile(file))];
  } catch {
    return [file];
  }
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runTask } from '../worker/run-task.ts';
import { shardPaths } from './keras/tensorflow-js.ts';
import { type OpenedFile, openOnnxBytes } from './read-file.ts';

/**
 * Reads a Keras model (.keras, .h5) or a layers model of TensorFlow.js (model.json with its weights beside it) as ONNX, in a worker.
 * @throws PenstockError `file-missing`, `keras-damaged`, `keras-unsupported` naming layer and class; CancelledError.
 */
export async function openKerasFile(file: string, signal?: AbortSignal): Promise<OpenedFile> {
  const { model, producer } = await runTask('read-keras', { path: file }, signal === undefined ? {} : { signal });
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

import { basename } from 'node:path';
import { encodeModel } from '../../onnx/encode.ts';
import type { TaskAnswer } from '../../worker/tasks.ts';
import { convertKeras } from './convert.ts';
import { damaged } from './faults.ts';
import { readKerasFile } from './read-file.ts';

export interface ReadKerasPayload {
  readonly path: string;
}

export interface ReadKerasResult {
  /** An ONNX file. */
  readonly model: Uint8Array;
  readonly producer: string;
}

/** Worker side: reads a Keras or TensorFlow.js model and writes it as ONNX. @throws PenstockError `file-missing`, `keras-damaged`, `keras-unsupported`. */
export async function readKerasInWorker({ path }: ReadKerasPayload): Promise<TaskAnswer<ReadKerasResult>> {
  try {
    const file = await readKerasFile(path);
    const model = encodeModel(convertKeras(file));
    return { result: { model, producer: file.producer }, transfer: [model.buffer as ArrayBuffer] };
  } catch (error) {
    // What its layers hold is looked at where it is needed; a part that is not what it should be shows there.
    if (error instanceof TypeError || (error instanceof RangeError && !/allocation/i.test(error.message))) throw damaged(basename(path), `is damaged (${error.message.slice(0, 200)})`);
    throw error;
  }
}

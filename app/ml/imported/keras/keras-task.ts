import { encodeModel } from '../../onnx/encode.ts';
import type { TaskAnswer } from '../../worker/tasks.ts';
import { convertKeras } from './convert.ts';
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
  const file = await readKerasFile(path);
  const model = encodeModel(convertKeras(file));
  return { result: { model, producer: file.producer }, transfer: [model.buffer as ArrayBuffer] };
}

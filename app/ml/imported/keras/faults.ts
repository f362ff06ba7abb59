import { PenstockError } from '#app/core/errors.ts';

/** For whatever cannot be imported: Keras writes ONNX by itself. */
const exportRemedy = 'Write the model as ONNX in Python, model.export("model.onnx", format="onnx") or tf2onnx, and use Import ONNX Model.';

export function unsupported(message: string, remedy: string = exportRemedy): PenstockError {
  return new PenstockError('keras-unsupported', message, { remedy, place: { param: ['path'] } });
}

export function damaged(name: string, what: string, cause?: unknown): PenstockError {
  return new PenstockError('keras-damaged', `“${name}” ${what}.`, { remedy: 'Save the model again, or choose another file.', place: { param: ['path'] }, ...(cause === undefined ? {} : { cause }) });
}

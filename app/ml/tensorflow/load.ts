import { createRequire } from 'node:module';
import { PenstockError } from '#app/core/errors.ts';
import type { Tf } from './operators.ts';

const require = createRequire(import.meta.url);

/** Where the build puts TensorFlow.js, seen from the sources and from the built engine. */
const bundle = import.meta.url.endsWith('.ts') ? '../../../dist/tensorflow/tensorflow.cjs' : '../tensorflow/tensorflow.cjs';

export interface TensorFlow {
  readonly tf: Tf;
  /** In a sentence: what computes. */
  readonly detail: string;
}

let opened: Promise<TensorFlow> | null = null;

/**
 * TensorFlow.js on WebAssembly with SIMD where the processor has it, on one thread: it turns its threads off under Node. Loaded on first use.
 * @throws PenstockError `tensorflow-missing` where the app was not built, `tensorflow-failed`.
 */
export function openTensorFlow(): Promise<TensorFlow> {
  opened ??= openWasm();
  return opened;
}

async function openWasm(): Promise<TensorFlow> {
  let tf: Tf;
  try {
    tf = require(bundle) as Tf;
  } catch (cause) {
    throw new PenstockError('tensorflow-missing', 'TensorFlow.js is not there.', { remedy: 'Build the app: npm run build.', cause });
  }
  // It warns that WebAssembly has no threads here, and where kernels are registered twice.
  tf.env().set('PROD', true);
  if (!(await tf.setBackend('wasm'))) throw new PenstockError('tensorflow-failed', 'TensorFlow.js could not start its WebAssembly.', { remedy: 'Choose ONNX Runtime as the backend.', place: { param: ['backend'] } });
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return { tf, detail: `TensorFlow.js ${tf.version_core} on WebAssembly${simd === true ? ' with SIMD' : ''}, one thread` };
}

import { createRequire } from 'node:module';
import util from 'node:util';
import { PenstockError } from '#app/core/errors.ts';
import { gpuPackage } from './gpu-package.ts';
import type { Tf } from './operators.ts';

/** Where the build puts TensorFlow.js, seen from the sources and from the built engine. */
const bundle = import.meta.url.endsWith('.ts') ? '../../../dist/tensorflow/tensorflow.cjs' : '../tensorflow/tensorflow.cjs';

export interface TensorFlow {
  readonly tf: Tf;
  /** In a few words: what computes. */
  readonly detail: string;
}

/**
 * TensorFlow.js on WebAssembly, with SIMD where the processor has it, on one thread: it turns its threads off under Node.
 * @throws PenstockError `tensorflow-missing` where the app was not built, `tensorflow-failed`.
 */
export async function loadWasm(): Promise<TensorFlow> {
  let tf: Tf;
  try {
    tf = createRequire(import.meta.url)(bundle) as Tf;
  } catch (cause) {
    throw new PenstockError('tensorflow-missing', 'TensorFlow.js is not there.', { remedy: 'Build the app: npm run build.', cause });
  }
  // Otherwise it says on every start that WebAssembly has no threads here.
  tf.env().set('PROD', true);
  if (!(await tf.setBackend('wasm'))) throw new PenstockError('tensorflow-failed', 'TensorFlow.js could not start its WebAssembly.', { remedy: 'Choose ONNX Runtime as the backend.', place: { param: ['backend'] } });
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return { tf, detail: `TensorFlow.js ${tf.version_core} on WebAssembly${simd === true ? ' with SIMD' : ''}, one thread` };
}

/**
 * TensorFlow.js on CUDA, from the folder into which a person installed it. Its libraries can crash: try it in a process of its own first.
 * @param from see `installedGpuPackage`.
 * @throws Error of the package, of the linker, or where it finds no GPU.
 */
export async function loadGpu(from: string): Promise<TensorFlow> {
  // Node 23 took away what the package still calls.
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const tf = createRequire(from)(gpuPackage.name) as Tf;
  await tf.ready();
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  if (isUsingGpuDevice === false) throw new Error('TensorFlow finds no GPU: it needs an NVIDIA driver, CUDA 11 and cuDNN 8');
  return { tf, detail: `TensorFlow.js ${tf.version_core} on the GPU (CUDA)` };
}

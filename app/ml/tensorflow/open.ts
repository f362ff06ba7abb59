import { PenstockError } from '#app/core/errors.ts';
import { probeBackend } from '../backends.ts';
import { tensorflowProbes } from '../worker/probe.ts';
import { installedGpuPackage } from './gpu-package.ts';
import { loadGpu, loadWasm, type TensorFlow } from './load.ts';

let opened: Promise<TensorFlow> | null = null;

/**
 * TensorFlow.js on the GPU where its package is installed and works (tried in a process of its own), else on WebAssembly. Loaded on first use.
 * @throws PenstockError `tensorflow-missing` where the app was not built, `tensorflow-failed`.
 */
export function openTensorFlow(): Promise<TensorFlow> {
  opened ??= open();
  return opened;
}

async function open(): Promise<TensorFlow> {
  const installed = installedGpuPackage();
  if (installed === null) return loadWasm();
  const { usable, detail } = await probeBackend(tensorflowProbes.gpu);
  if (usable) return loadGpu(installed);
  const wasm = await loadWasm();
  return { ...wasm, detail: `${wasm.detail}, as the GPU package is installed but cannot be used (${detail.replace(/\.$/, '')})` };
}

/**
 * Runs work of TensorFlow.js. WebAssembly has room for 4 GB; past it the library reaches for memory that is not there, and what it holds is
 * lost: it starts anew, and whatever was opened before must not be used again.
 * @throws PenstockError `out-of-memory`; what `work` throws.
 */
export function withinMemory<T>({ tf }: TensorFlow, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    opened = null;
    tf.engine().reset();
    throw new PenstockError('out-of-memory', 'This training needs more memory than WebAssembly has, in which TensorFlow.js computes: 4 GB.', { remedy: 'Choose ONNX Runtime as the backend, a smaller batch, or fewer rows.', place: { param: ['backend'] }, cause: error });
  }
}

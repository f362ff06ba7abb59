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

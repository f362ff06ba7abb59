import { encodeModel } from '../onnx/encode.ts';
import { installedGpuPackage } from '../tensorflow/gpu-package.ts';
import { loadGpu, loadWasm } from '../tensorflow/load.ts';
import { runOnProvider } from './ort.ts';

/** Environment variable that makes the worker file, started as a process, try one execution provider and end. */
export const probeVariable = 'PENSTOCK_PROBE_PROVIDER';

/** Names for TensorFlow.js' backends among onnxruntime's providers. */
export const tensorflowProbes = { wasm: 'tensorflow.js', gpu: 'tensorflow.js-gpu' } as const;

/** Starts the one line of the process's output that holds the answer; drivers print what they like around it. */
export const probeMark = 'penstock-probe:';

export interface ProbeAnswer {
  readonly usable: boolean;
  readonly detail: string;
}

/** What onnxruntime says, without the place in its source and the condition that failed. */
function reason(message: string): string {
  const line = message.split('\n')[0] ?? '';
  return line.replace(/^\/.* was false\. /, '').slice(0, 300);
}

const size = 16;
/** A matrix that is multiplied by itself. */
const square = Float32Array.from({ length: size * size }, (_, i) => i % 7);

/** Tries a provider on a small product and prints a `ProbeAnswer`. */
export async function answerProbe(provider: string): Promise<void> {
  let answer: ProbeAnswer;
  try {
    const isTensorFlow = provider === tensorflowProbes.wasm || provider === tensorflowProbes.gpu;
    const { found, detail } = isTensorFlow ? await productByTensorFlow(provider === tensorflowProbes.gpu) : { found: await productByRuntime(provider), detail: 'Works.' };
    const expected = (i: number): number => Array.from({ length: size }, (_, k) => (square[Math.floor(i / size) * size + k] ?? 0) * (square[k * size + (i % size)] ?? 0)).reduce((a, b) => a + b, 0);
    const right = found.length === size * size && found.every((value, i) => Math.abs(value - expected(i)) < 1e-2);
    answer = right ? { usable: true, detail } : { usable: false, detail: 'It gave wrong numbers in a test.' };
  } catch (error) {
    answer = { usable: false, detail: reason(error instanceof Error ? error.message : String(error)) };
  }
  process.stdout.write(`\n${probeMark}${JSON.stringify(answer)}\n`, () => process.exit(0));
}

async function productByRuntime(provider: string): Promise<Float32Array> {
  const shape = { type: 'float', shape: [size, size] } as const;
  const model = encodeModel({
    name: 'probe',
    inputs: [{ name: 'x', ...shape }],
    outputs: [{ name: 'y', ...shape }],
    nodes: [{ op: 'MatMul', inputs: ['x', 'x'], outputs: ['y'] }],
    initializers: [],
  });
  return runOnProvider(provider, model, square);
}

async function productByTensorFlow(isGpu: boolean): Promise<{ readonly found: Float32Array; readonly detail: string }> {
  const installed = isGpu ? installedGpuPackage() : null;
  if (isGpu && installed === null) return Promise.reject(new Error('It is not installed: penstock gpu install.'));
  const { tf, detail } = installed === null ? await loadWasm() : await loadGpu(installed);
  const x = tf.tensor2d(square, [size, size]);
  return { found: Float32Array.from(await tf.matMul(x, x).data()), detail: `Works: ${detail}.` };
}

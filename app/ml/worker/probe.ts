import { encodeModel } from '../onnx/encode.ts';
import { runOnProvider } from './ort.ts';

/** Environment variable that makes the worker file, started as a process, try one execution provider and end. */
export const probeVariable = 'PENSTOCK_PROBE_PROVIDER';

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

/** Tries a provider on a small product and prints a `ProbeAnswer`. */
export async function answerProbe(provider: string): Promise<void> {
  const size = 16;
  const square = { type: 'float', shape: [size, size] } as const;
  const model = encodeModel({
    name: 'probe',
    inputs: [{ name: 'x', ...square }],
    outputs: [{ name: 'y', ...square }],
    nodes: [{ op: 'MatMul', inputs: ['x', 'x'], outputs: ['y'] }],
    initializers: [],
  });
  let answer: ProbeAnswer;
  try {
    const found = await runOnProvider(provider, model);
    const x = (row: number, column: number): number => (row * size + column) % 7;
    const expected = (i: number): number => Array.from({ length: size }, (_, k) => x(Math.floor(i / size), k) * x(k, i % size)).reduce((a, b) => a + b, 0);
    const right = found.length === size * size && found.every((value, i) => Math.abs(value - expected(i)) < 1e-2);
    answer = right ? { usable: true, detail: 'Works.' } : { usable: false, detail: 'It gave wrong numbers in a test.' };
  } catch (error) {
    answer = { usable: false, detail: reason(error instanceof Error ? error.message : String(error)) };
  }
  process.stdout.write(`\n${probeMark}${JSON.stringify(answer)}\n`, () => process.exit(0));
}

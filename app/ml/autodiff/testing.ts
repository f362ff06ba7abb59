import { expect } from 'vitest';
import { encodeModel } from '../onnx/encode.ts';
import { createRunner } from '../onnx/runner.ts';
import type { TensorValues } from '../onnx/session-types.ts';
import { gradients } from './gradients.ts';
import { type Dim, GraphBuilder, type Value } from './graph-builder.ts';
import * as op from './operators.ts';
import * as shaping from './shaping.ts';

export interface Operand {
  readonly shape: readonly Dim[];
  /** Size of the named dimensions in this test. */
  readonly rows?: number;
  /** Values between these. */
  readonly range?: readonly [number, number];
}

/** Numbers that repeat on every run and never sit on a kink. */
function values(size: number, [low, high]: readonly [number, number], salt: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => low + (high - low) * (0.5 + 0.49 * Math.sin(12.9898 * (i + 1) + 78.233 * salt)));
}

export interface Precision {
  readonly type: 'float' | 'double';
  /** Half the distance of the two values that a difference is taken of. */
  readonly h: number;
  readonly tolerance: number;
}

const double: Precision = { type: 'double', h: 1e-5, tolerance: 1e-7 };
/** For operators that onnxruntime has in float32 only. They are linear in each operand, so that large differences are exact. */
export const single: Precision = { type: 'float', h: 1, tolerance: 1e-4 };

/** Compares written gradients of Σ c · f(operands) (fixed uneven c, so that no error cancels) with central differences. */
export async function checkGradients(build: (g: GraphBuilder, operands: Value[]) => Value, operands: readonly Operand[], { type, h, tolerance }: Precision = double): Promise<void> {
  const g = new GraphBuilder();
  const inputs = operands.map(({ shape }, i) => g.input(`x${i}`, type, shape));
  const y = build(g, inputs);
  const weights = g.input('weights', type, y.shape);
  const loss = shaping.reduceSum(g, op.mul(g, y, weights));
  g.output('loss', loss);
  for (const [i, gradient] of gradients(g, loss, inputs).entries()) {
    expect(gradient.shape).toEqual(operands[i]?.shape);
    g.output(`g${i}`, gradient);
  }
  const runner = await createRunner(encodeModel(g.build('check')));
  try {
    const size = (dims: readonly Dim[], rows: number) => dims.map((dim) => (typeof dim === 'number' ? dim : rows));
    const rows = operands.find((operand) => operand.rows !== undefined)?.rows ?? 1;
    const feeds: Record<string, TensorValues & { data: Float32Array | Float64Array }> = {};
    const feed = (name: string, shape: readonly Dim[], range: readonly [number, number], salt: number): void => {
      const dims = size(shape, rows);
      const data = values(dims.reduce((a, b) => a * b, 1), range, salt);
      feeds[name] = { dims, data: type === 'float' ? Float32Array.from(data) : data };
    };
    operands.forEach(({ shape, range }, i) => feed(`x${i}`, shape, range ?? [-2, 2], i + 1));
    feed('weights', y.shape, [-1, 2], 99);
    const at = async (name: string, outputs: string[]): Promise<Float32Array | Float64Array> => (await runner.run(feeds, { outputs }))[name]?.data as Float64Array;
    for (const i of operands.keys()) {
      const written = await at(`g${i}`, [`g${i}`]);
      const data = feeds[`x${i}`]?.data ?? new Float64Array();
      expect(written).toHaveLength(data.length);
      for (let k = 0; k < data.length; k++) {
        const here = data[k] as number;
        data[k] = here + h;
        const above = (await at('loss', ['loss']))[0] as number;
        data[k] = here - h;
        const below = (await at('loss', ['loss']))[0] as number;
        data[k] = here;
        const difference = (above - below) / (2 * h);
        expect(Math.abs((written[k] as number) - difference), `x${i}[${k}]: ${written[k]} and ${difference}`).toBeLessThan(tolerance * (1 + Math.abs(difference)));
      }
    }
  } finally {
    await runner.close();
  }
}

import { inBlocks } from '../blocks.ts';
import { HeadBuilder, bothProbabilities, headInput } from '../heads.ts';
import type { LearnerHead } from '../types.ts';
import type { KernelSpec } from './kernel.ts';
import { planeOf, type Machine } from './machine.ts';
import type { Sigmoid } from './platt.ts';

/** Probabilities of pairs are no smaller, as in libsvm. */
const leastShare = 1e-7;

/** Parts two classes: positive decisions are for the second. */
export interface PairMachine {
  readonly first: number;
  readonly second: number;
  readonly machine: Machine;
  readonly sigmoid: Sigmoid;
}

/** Data that machines were trained on. */
export interface Rows {
  /** Row-major [rows × size]. */
  readonly matrix: Float32Array;
  readonly size: number;
  /** [size], near the rows. */
  readonly centre: Float64Array;
}

/** Decisions of machines, double [rows, machines]. Of the rows only support vectors come into the file. */
function decisions(builder: HeadBuilder, machines: readonly Machine[], spec: KernelSpec, { matrix, size, centre }: Rows): string {
  const count = machines.length;
  if (spec.kind === 'linear') {
    const planes = machines.map((machine) => planeOf(machine, matrix, size, centre));
    const weights = new Float64Array(size * count);
    planes.forEach((plane, k) => plane.weights.forEach((weight, c) => (weights[c * count + k] = weight)));
    return builder.affine(headInput, weights, Float64Array.from(planes, ({ bias }) => bias));
  }
  const biases = Float64Array.from(machines, ({ bias }) => bias);
  const support = Int32Array.from({ length: machines[0]?.coefficients.length ?? 0 }, (_, row) => row).filter((row) => machines.some(({ coefficients }) => coefficients[row] !== 0));
  const vectors = new Float32Array(support.length * size);
  const coefficients = new Float64Array(support.length * count);
  support.forEach((row, i) => {
    vectors.set(matrix.subarray(row * size, (row + 1) * size), i * size);
    machines.forEach((machine, k) => (coefficients[i * count + k] = machine.coefficients[row] as number));
  });
  const swapped = { perm: { kind: 'ints', value: [1, 0] } } as const;
  const squares = { axes: { kind: 'ints', value: [1] } } as const;
  const centred = builder.constant('double', [size], centre);
  const scaled = (name: string, by: number): string => builder.op('Mul', [name, builder.constant('double', [], [by])]);
  const own = builder.op('Sub', [builder.cast(builder.constant('float', [support.length, size], vectors), 'double'), centred]);
  // −γ |x − s|² = 2γ x·s − γ |s|² − γ |x|²
  const across = scaled(builder.op('Transpose', [own], swapped), 2 * spec.gamma);
  const lengths = scaled(builder.op('Transpose', [builder.op('ReduceSumSquare', [own], squares)], swapped), -spec.gamma);
  const minusGamma = builder.constant('double', [], [-spec.gamma]);
  const nothing = builder.constant('double', [], [0]);
  const weights = builder.constant('double', [support.length, count], coefficients);
  const bias = builder.constant('double', [count], biases);
  const x = builder.op('Sub', [builder.cast(headInput, 'double'), centred]);
  return inBlocks(builder, x, size, support.length, count, (op, block) => {
    const length = op('Mul', [op('ReduceSumSquare', [block], squares), minusGamma]);
    const exponent = op('Add', [op('Add', [op('MatMul', [block, across]), lengths]), length]);
    return op('Add', [op('MatMul', [op('Exp', [op('Min', [exponent, nothing])]), weights]), bias]);
  });
}

/**
 * Classes by a machine for each pair of them, which says how likely the second of the two is. The probabilities of pairs become those of
 * classes as 1 / (Σ 1/r − (classes − 2)) (Price, Knerr, Personnaz and Dreyfus 1994), made to sum up to 1.
 */
export function svmClassifierHead(machines: readonly PairMachine[], classes: number, spec: KernelSpec, rows: Rows): LearnerHead {
  const builder = new HeadBuilder();
  const count = machines.length;
  const slopes = builder.constant('double', [count], Float64Array.from(machines, ({ sigmoid }) => -sigmoid.slope));
  const offsets = builder.constant('double', [count], Float64Array.from(machines, ({ sigmoid }) => -sigmoid.offset));
  const decision = decisions(builder, machines.map(({ machine }) => machine), spec, rows);
  const p = builder.op('Sigmoid', [builder.op('Add', [builder.op('Mul', [decision, slopes]), offsets])]);
  if (classes === 2) return builder.classification(bothProbabilities(builder, p), 2);
  const unit = builder.constant('double', [], [1]);
  const inverse = (value: string): string => builder.op('Div', [unit, builder.op('Max', [value, builder.constant('double', [], [leastShare])])]);
  const among = (of: (pair: PairMachine) => number): string => {
    const matrix = new Float64Array(count * classes);
    machines.forEach((pair, m) => (matrix[m * classes + of(pair)] = 1));
    return builder.constant('double', [count, classes], matrix);
  };
  const first = builder.op('MatMul', [inverse(builder.op('Sub', [unit, p])), among((pair) => pair.first)]);
  const second = builder.op('MatMul', [inverse(p), among((pair) => pair.second)]);
  const coupled = builder.op('Div', [unit, builder.op('Sub', [builder.op('Add', [first, second]), builder.constant('double', [], [classes - 2])])]);
  const sum = builder.op('ReduceSum', [coupled, builder.constant('int64', [1], [1])], { keepdims: { kind: 'int', value: 1 } });
  return builder.classification(builder.cast(builder.op('Div', [coupled, sum]), 'float'), classes);
}

/** Classes' probabilities [classes] from those of the second of each pair: what the head computes. */
export function coupleProbabilities(machines: readonly Pick<PairMachine, 'first' | 'second'>[], pairs: ArrayLike<number>, classes: number): Float64Array {
  const sums = new Float64Array(classes).fill(2 - classes);
  machines.forEach(({ first, second }, m) => {
    sums[first] = (sums[first] as number) + 1 / Math.max(leastShare, 1 - (pairs[m] as number));
    sums[second] = (sums[second] as number) + 1 / Math.max(leastShare, pairs[m] as number);
  });
  const total = sums.reduce((sum, value) => sum + 1 / value, 0);
  return sums.map((value) => 1 / value / total);
}

/** centre + width × decision, for a target that was standardised. */
export function svmRegressorHead(machine: Machine, spec: KernelSpec, rows: Rows, target: { readonly mean: number; readonly width: number }): LearnerHead {
  const builder = new HeadBuilder();
  const decision = decisions(builder, [machine], spec, rows);
  const value = builder.op('Add', [builder.op('Mul', [decision, builder.constant('double', [], [target.width])]), builder.constant('double', [], [target.mean])]);
  return builder.regression(builder.cast(value, 'float'));
}

import { readFileSync } from 'node:fs';
import { PenstockError } from '#app/core/errors.ts';

/** What `assembly/` exports; addresses and counts are numbers of 32 bits. See there for what each does. */
export interface Kernels {
  barrier(at: number, threads: number): void;
  clear(at: number, bytes: number): void;
  move(to: number, from: number, bytes: number): void;
  columnValues(values: number, rows: number, width: number, column: number, out: number): number;
  sortFloats(values: number, count: number, spare: number, counts: number): void;
  cutPoints(sorted: number, count: number, most: number, cuts: number): number;
  cutEach(sorted: number, count: number, most: number, cuts: number): number;
  binColumn(values: number, rows: number, width: number, column: number, cuts: number, count: number, out: number): void;
  binCodes(values: number, rows: number, width: number, column: number, most: number, out: number): void;
  packLanes(columns: number, pitch: number, lanes: number, rows: number, out: number, stride: number): void;
  logisticGradients(scores: number, targets: number, weights: number, pairs: number, from: number, to: number): void;
  squaredGradients(scores: number, targets: number, weights: number, pairs: number, from: number, to: number): void;
  quantileGradients(scores: number, targets: number, weights: number, pairs: number, from: number, to: number, level: number): void;
  softmax(scores: number, probabilities: number, stride: number, classes: number, from: number, to: number): void;
  softmaxGradients(probabilities: number, targets: number, cls: number, weights: number, pairs: number, from: number, to: number): void;
  logisticLoss(scores: number, targets: number, from: number, to: number): number;
  largestPair(pairs: number, from: number, to: number, out: number): void;
  packPairs(pairs: number, from: number, to: number, gradientLevels: number, hessianLevels: number, hessianBits: number, seed: number, out: number): void;
  sumPacked(index: number, from: number, to: number, pairs: number, out: number): void;
  sumPairs(pairs: number, from: number, to: number, out: number): void;
  gatherPairs(index: number, from: number, to: number, pairs: number, out: number): void;
  addGroup(group: number, stride: number, lanes: number, index: number, from: number, to: number, pairs: number, room: number, histogram: number): void;
  subtract(parent: number, child: number, bytes: number): void;
  missingHessian(histogram: number, hessianBits: number): number;
  bestByNumber(histogram: number, feature: number, cuts: number, hessianBits: number, monotone: number, leaf: number, rules: number, out: number): void;
  bestByCategory(histogram: number, feature: number, count: number, hessianBits: number, leaf: number, rules: number, order: number, out: number): void;
  iota(index: number, from: number, to: number): void;
  partition(bins: number, goesLeft: number, index: number, from: number, to: number, spare: number): number;
  addToScores(scores: number, index: number, from: number, to: number, value: number): void;
  scoreByBins(nodes: number, scores: number, from: number, to: number): void;
  forestSplit(bins: number, feature: number, index: number, from: number, to: number, ordered: number, histogram: number, g: number, s: number, least: number, out: number): number;
  forestSplitClasses(bins: number, feature: number, index: number, from: number, to: number, labels: number, weights: number, classes: number, histogram: number, total: number, left: number, s: number, least: number, out: number): number;
  distanceRows(data: number, columns: number, from: number, to: number, centres: number, pitch: number, out: number): void;
  addDistances(squares: number, count: number, labels: number, own: number, sums: number): void;
  lloydStep(data: number, columns: number, from: number, to: number, centres: number, pitch: number, labels: number, upper: number, apart: number, ways: number, limits: number, gaps: number, longest: number, slack: number, sums: number, counts: number, room: number, list: number): number;
  addUnseen(words: number, values: number, outputs: number, bins: number, rows: number, drawn: number, from: number, to: number, sums: number, counts: number): void;
  isPure(ordered: number, from: number, to: number): number;
  binRange(bins: number, index: number, from: number, to: number): number;
  sumBelow(bins: number, bin: number, missingLeft: number, index: number, from: number, to: number, ordered: number, out: number): void;
  shiftRows(from: number, rows: number, columns: number, shift: number, groups: number, to: number): void;
  scaleRows(block: number, rows: number, groups: number, factors: number, to: number): void;
  addProducts(left: number, right: number, rows: number, groups: number, out: number, side: number): void;
  addWeighted(block: number, rows: number, groups: number, factors: number, out: number): void;
  addSquares(block: number, rows: number, groups: number, factors: number, out: number): void;
  addParts(parts: number, count: number, pitch: number, bytes: number, out: number): void;
  writeSigns(classes: number, rows: number, out: number): void;
  weighTargets(targets: number, weights: number, level: number, rows: number, shares: number, deviations: number, sums: number): void;
  margins(block: number, rows: number, groups: number, beta: number, intercept: number, out: number): void;
  logisticTerms(z: number, labels: number, weights: number, rows: number, slopes: number, bends: number, sums: number): void;
  logisticOnes(z: number, labels: number, weights: number, rows: number, slopes: number, bends: number, sums: number): number;
  countClasses(bins: number, bin: number, missingLeft: number, index: number, from: number, to: number, labels: number, weights: number, classes: number, out: number): void;
}

/** Where the build puts the compiled kernels, seen from the sources and from the built engine. */
const file = import.meta.url.endsWith('.ts') ? new URL('../../../dist/kernels/kernels.wasm', import.meta.url) : new URL('../kernels/kernels.wasm', import.meta.url);

let compiled: WebAssembly.Module | null = null;

/** @throws PenstockError `kernels-missing` where the app was not built. */
export function kernelModule(): WebAssembly.Module {
  if (compiled !== null) return compiled;
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new PenstockError('kernels-missing', 'The compiled part of the learners (kernels.wasm) is not there.', { remedy: 'Build the app: npm run build.', cause });
  }
  compiled = new WebAssembly.Module(bytes as BufferSource);
  return compiled;
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}

import { rowWeights } from '../learners/class-weights.ts';
import { uniform } from '../learners/random.ts';
import { splitRows } from '../learners/split.ts';
import type { TrainHooks, TrainInput } from '../learners/types.ts';
import { Arena } from '../kernels/arena.ts';
import { Binned } from './binned.ts';
import type { BoostingParams } from './boosting-params.ts';
import { TreeGrower, type ChosenRows } from './grow.ts';
import { blockRows, fixed, given, leafBytes, losses, scoredNode, splitBytes, treeFloats } from './layout.ts';
import { lossOf, weightedQuantile, type Loss } from './loss.ts';
import { Team, teamSize } from '../kernels/team.ts';
import type { Tree, TreeEnsemble } from './tree.ts';

/** What a boosting has come to after some rounds; plain data. An unbroken run and one that goes on from here give the same model. */
export interface BoostingState {
  readonly trees: readonly Tree[];
  readonly rounds: number;
  readonly history: readonly { readonly training: number; readonly validation: number | null }[];
}

export interface Boosted {
  readonly ensemble: TreeEnsemble;
  readonly rounds: number;
  /** Rounds that were made beyond the best, and dropped. */
  readonly dropped: number;
  readonly trainingLoss: number;
  readonly validationLoss: number | null;
}

export interface BoostingHooks extends TrainHooks {
  /** Called after every round. */
  readonly save?: (state: () => BoostingState) => void;
}

/**
 * Gradient boosted trees on histograms (Friedman 2001; Ke et al. 2017). Rows to stop by are held back at random, in equal shares of the classes.
 * @throws PenstockError `one-class`, `training-memory`; CancelledError
 */
export async function boost(input: TrainInput, params: BoostingParams, seed: number, hooks: BoostingHooks, from: BoostingState | null = null): Promise<Boosted> {
  const weights = input.task === 'classification' ? rowWeights(input, params.classWeights) : input.weights;
  const run = await BoostingRun.prepare(input, params, params.seed ?? seed, weights, hooks);
  try {
    return run.go(from);
  } finally {
    await run.end();
  }
}

interface RunParts {
  readonly input: TrainInput;
  readonly params: BoostingParams;
  readonly seed: number;
  readonly hooks: BoostingHooks;
  readonly team: Team;
  readonly binned: Binned;
  readonly grower: TreeGrower;
  readonly loss: Loss;
  /** Rows trained on; rows in all, those held back at the end. */
  readonly rows: number;
  readonly allRows: number;
  /** Bytes of one output's scores. */
  readonly stride: number;
  /** Room for leaves, for the nodes of a tree to score by, and for the sides of its splits. */
  readonly places: { readonly leaves: number; readonly nodes: number; readonly sides: number };
}

/** Rounds between two looks at the loss of the training rows, where that is only for the curve. */
const lookEvery = 5;

class BoostingRun {
  readonly #input: TrainInput;
  readonly #params: BoostingParams;
  readonly #seed: number;
  readonly #hooks: BoostingHooks;
  readonly #team: Team;
  readonly #binned: Binned;
  readonly #grower: TreeGrower;
  readonly #loss: Loss;
  readonly #rows: number;
  readonly #allRows: number;
  readonly #stride: number;
  readonly #places: { readonly leaves: number; readonly nodes: number; readonly sides: number };

  private constructor(parts: RunParts) {
    this.#input = parts.input;
    this.#params = parts.params;
    this.#seed = parts.seed;
    this.#hooks = parts.hooks;
    this.#team = parts.team;
    this.#binned = parts.binned;
    this.#grower = parts.grower;
    this.#loss = parts.loss;
    this.#rows = parts.rows;
    this.#allRows = parts.allRows;
    this.#stride = parts.stride;
    this.#places = parts.places;
  }

  static async prepare(input: TrainInput, params: BoostingParams, seed: number, weights: Float64Array | undefined, hooks: BoostingHooks): Promise<BoostingRun> {
    const { rows: allRows, features } = input;
    const width = features.length;
    const held = params.earlyStopping ? splitRows(input, params.validationFraction, uniform(seed)) : null;
    // Rows keep their order among themselves, so that neighbours in memory stay neighbours.
    const order = held === null || held.validation.length === 0 ? null : joined(held.training, held.validation);
    const rows = order === null ? allRows : (held?.training.length ?? allRows);
    const at = (i: number): number => (order === null ? i : (order[i] as number));
    const training = <T>(of: (row: number) => T): T[] => Array.from({ length: rows }, (_, i) => of(at(i)));
    const loss = lossOf(
      input,
      Float64Array.from(training((row) => input.target[row] as number)),
      weights === undefined ? undefined : Float64Array.from(training((row) => weights[row] as number)),
      params,
    );
    const arena = new Arena();
    const threads = teamSize(params.threads);
    const stride = Math.ceil((allRows + 4) / 16) * 64;
    const integers = new Int32Array(64);
    const binned = Binned.plan(arena, integers, allRows, width, threads, {
      maxBins: params.maxBins,
      categories: features.map((_, j) => input.categories?.[j] ?? 0),
      monotone: features.map((name) => (params.monotone[name] === 'rising' ? 1 : params.monotone[name] === 'falling' ? -1 : 0)),
    });
    integers[fixed.rows] = rows;
    integers[fixed.allRows] = allRows;
    integers[fixed.pairs] = arena.take(rows * 8 + 64);
    integers[fixed.index] = arena.take(rows * 4);
    integers[fixed.spare] = arena.take(rows * 4);
    integers[fixed.splits] = arena.take(threads * 2 * splitBytes);
    integers[fixed.rules] = arena.take(64);
    integers[fixed.scores] = arena.take(stride * loss.outputs);
    integers[fixed.probabilities] = loss.code === losses.softmax ? arena.take(stride * loss.outputs) : 0;
    integers[fixed.scoreStride] = stride;
    integers[fixed.classes] = loss.outputs;
    integers[fixed.lefts] = arena.take((threads + 1) * 4);
    integers[fixed.goesLeft] = arena.take(256);
    integers[fixed.sums] = arena.take(threads * 16);
    integers[fixed.blockLosses] = arena.take(Math.ceil(rows / blockRows) * 8);
    integers[fixed.leaves] = arena.take(2 * leafBytes);
    integers[fixed.loss] = loss.code;
    const targetsAt = arena.take(allRows * 4 + 64);
    const weightsAt = weights === undefined ? 0 : arena.take(allRows * 4 + 64);
    integers[fixed.targets] = targetsAt;
    integers[fixed.weights] = weightsAt;
    const targets = arena.f32(targetsAt, allRows);
    // Sums stay small where targets lie around 0: the base is taken off, and the model adds it at the end.
    const shift = input.task === 'regression' ? (loss.base[0] as number) : 0;
    for (let i = 0; i < allRows; i += 1) targets[i] = (input.target[at(i)] as number) - shift;
    if (weights !== undefined) {
      const place = arena.f32(weightsAt, allRows);
      for (let i = 0; i < allRows; i += 1) place[i] = weights[at(i)] as number;
    }
    const maxLeaves = params.maxDepth === 0 ? params.maxLeaves : Math.min(params.maxLeaves, 2 ** params.maxDepth);
    const places = { leaves: arena.take(maxLeaves * 12), nodes: arena.take(2 * maxLeaves * scoredNode.words * 4), sides: arena.take(maxLeaves * 256) };
    const histograms = TreeGrower.memory(arena, width, maxLeaves);
    const team = await Team.start(arena, threads);
    team.integers.set(integers);
    const heaviest = weights === undefined ? 1 : weights.reduce((most, weight) => Math.max(most, weight), 0);
    if (loss.code === losses.logistic || loss.code === losses.softmax) [team.floats[treeFloats.mostGradient], team.floats[treeFloats.mostHessian]] = [heaviest, heaviest / 4];
    const grower = new TreeGrower(team, binned, { ...params, maxLeaves }).use(histograms);
    try {
      binned.fill(team, input.matrix, order, () => hooks.check());
    } catch (error) {
      await team.end();
      throw error;
    }
    return new BoostingRun({ input, params, seed, hooks, team, binned, grower, loss, rows, allRows, stride, places });
  }

  end(): Promise<void> {
    return this.#team.end();
  }

  go(from: BoostingState | null): Boosted {
    const { iterations, patience } = this.#params;
    const { outputs, base } = this.#loss;
    const trees: Tree[] = [];
    const history: { training: number; validation: number | null }[] = [];
    this.#start();
    for (const tree of from?.trees ?? []) {
      this.#addTree(tree, trees.length % outputs, 0, this.#allRows);
      trees.push(tree);
    }
    history.push(...(from?.history ?? []));
    if (history.length > 0) this.#hooks.progress(history.length / iterations, `Goes on from round ${history.length}`);
    let best = bestRound(history);
    for (let round = history.length; round < iterations; round += 1) {
      this.#hooks.check();
      if (best !== null && round - best > patience) break;
      const grown = this.#round(round);
      if (grown === null) break;
      trees.push(...grown);
      const validation = this.#rows < this.#allRows ? this.#meanLoss(this.#rows, this.#allRows) : null;
      const training = round === 0 || (round + 1) % lookEvery === 0 ? this.#trainingLoss() : Number.NaN;
      history.push({ training, validation });
      best = bestRound(history);
      if (!Number.isNaN(training)) this.#hooks.send({ name: 'loss', value: training, step: round + 1 });
      if (validation !== null) this.#hooks.send({ name: 'validationLoss', value: validation, step: round + 1 });
      this.#hooks.progress((round + 1) / iterations, `Tree ${round + 1} of ${iterations}`);
      this.#hooks.save?.(() => ({ trees: [...trees], rounds: history.length, history: [...history] }));
    }
    const made = history.length;
    const kept = best === null ? made : best + 1;
    const validationLoss = best === null ? null : (history[best]?.validation ?? null);
    const trainingLoss = kept === made ? this.#trainingLoss() : (history.slice(0, kept).findLast(({ training }) => !Number.isNaN(training))?.training ?? Number.NaN);
    return {
      ensemble: { trees: trees.slice(0, kept * outputs), leafValues: 1, outputs, base, combine: 'sum' },
      rounds: kept,
      dropped: made - kept,
      trainingLoss,
      validationLoss,
    };
  }

  /** Of the squared and the quantile loss every row counts alike, unless it has a weight. */
  get #hasUnitHessians(): boolean {
    const { code } = this.#loss;
    return this.#team.integers[fixed.weights] === 0 && (code === losses.squared || code === losses.quantile);
  }

  #scores(): Float32Array {
    return this.#team.arena.f32(this.#team.integers[fixed.scores] as number, (this.#stride / 4) * this.#loss.outputs);
  }

  #start(): void {
    const scores = this.#scores();
    const shift = this.#input.task === 'regression';
    for (let k = 0; k < this.#loss.outputs; k += 1) scores.fill(shift ? 0 : (this.#loss.base[k] as number), (k * this.#stride) / 4, ((k + 1) * this.#stride) / 4);
  }

  #trainingLoss(): number {
    const { integers, arena } = this.#team;
    if (this.#loss.code !== losses.logistic || integers[fixed.weights] !== 0) return this.#meanLoss(0, this.#rows);
    this.#team.run('logisticLoss');
    return arena.f64(integers[fixed.blockLosses] as number, Math.ceil(this.#rows / blockRows)).reduce((sum, loss) => sum + loss, 0) / this.#rows;
  }

  #meanLoss(from: number, to: number): number {
    const { integers, arena } = this.#team;
    const weights = integers[fixed.weights] === 0 ? null : arena.f32(integers[fixed.weights] as number, this.#allRows);
    return this.#loss.mean(this.#scores(), this.#stride / 4, arena.f32(integers[fixed.targets] as number, this.#allRows), weights, from, to);
  }

  /** One tree for each output; null where nothing can be learnt any more. */
  #round(round: number): Tree[] | null {
    const { integers, floats } = this.#team;
    const { outputs, code, level } = this.#loss;
    const next = uniform((this.#seed ^ Math.imul(round + 1, 0x9e3779b1)) >>> 0);
    if (code === losses.softmax) this.#team.run('probabilities');
    const made: Tree[] = [];
    let anySplit = false;
    for (let cls = 0; cls < outputs; cls += 1) {
      integers.set([cls, Math.floor(next() * 2 ** 32), this.#hasUnitHessians ? 1 : 0], given);
      floats[treeFloats.level] = level;
      this.#team.run('gradients');
      this.#chooseFeatures(next);
      const chosen = this.#chooseRows(next);
      const isSample = chosen.rows < this.#rows;
      const { builder, leaves } = this.#grower.grow(chosen, isSample);
      const values = leaves.map((leaf) => (code === losses.quantile ? this.#renewed(leaf.from, leaf.to) : leaf.value) * this.#params.learningRate);
      leaves.forEach(({ node }, i) => builder.setValue(node, values[i] as number));
      anySplit ||= leaves.length > 1;
      const tree = builder.finish();
      this.#score(tree, cls, leaves, values, isSample);
      made.push(tree);
    }
    return anySplit || this.#params.rowShare < 1 || this.#params.featureShare < 1 ? made : null;
  }

  #score(tree: Tree, cls: number, leaves: readonly { from: number; to: number }[], values: readonly number[], isSample: boolean): void {
    const { integers, arena } = this.#team;
    if (isSample) {
      this.#addTree(tree, cls, 0, this.#allRows);
      return;
    }
    leaves.forEach(({ from, to }, i) => {
      arena.i32(this.#places.leaves + i * 12, 2).set([from, to]);
      arena.f32(this.#places.leaves + i * 12 + 8, 1)[0] = values[i] as number;
    });
    integers.set([leaves.length, this.#places.leaves, cls], given);
    this.#team.run('leafScores');
    if (this.#rows < this.#allRows) this.#addTree(tree, cls, this.#rows, this.#allRows);
  }

  #addTree(tree: Tree, cls: number, from: number, to: number): void {
    const { arena, integers } = this.#team;
    const { nodes, sides } = this.#places;
    let splits = 0;
    for (let node = 0; node < tree.feature.length; node += 1) {
      const record = arena.u32(nodes + node * scoredNode.words * 4, scoredNode.words);
      const by = tree.feature[node] as number;
      record[scoredNode.bins] = by < 0 ? 0 : this.#binned.column(by);
      if (by < 0) {
        arena.f32(nodes + node * scoredNode.words * 4 + scoredNode.value * 4, 1)[0] = tree.value[node] as number;
        continue;
      }
      const place = sides + splits * 256;
      splits += 1;
      this.#binned.writeSides(place, tree.bin[node] as number, tree.missingLeft[node] === 1, tree.categories.get(node) ?? null);
      record[scoredNode.goesLeft] = place;
      record[scoredNode.left] = tree.left[node] as number;
      record[scoredNode.right] = tree.right[node] as number;
    }
    integers.set([nodes, from, to, cls], given);
    this.#team.run('treeScores');
  }

  /** All rows, or a sample without replacement in the order of the rows; with their sums in levels. */
  #chooseRows(next: () => number): ChosenRows {
    const { integers, arena, kernels, threads } = this.#team;
    const index = integers[fixed.index] as number;
    const sums = integers[fixed.sums] as number;
    const bits = BigInt(integers[fixed.hessianBits] as number);
    const unpacked = (sum: bigint): { gradient: number; hessian: number } => ({ gradient: Number(sum >> bits), hessian: Number(sum & ((1n << bits) - 1n)) });
    const wanted = Math.max(1, Math.round(this.#rows * this.#params.rowShare));
    if (wanted >= this.#rows) {
      kernels.iota(index, 0, this.#rows);
      let sum = 0n;
      for (const [i, part] of arena.i64(sums, threads * 2).entries()) if (i % 2 === 1) sum += part;
      return { rows: this.#rows, ...unpacked(sum) };
    }
    const chosen = arena.u32(index, this.#rows);
    let taken = 0;
    for (let row = 0; row < this.#rows && taken < wanted; row += 1) if (next() * (this.#rows - row) < wanted - taken) chosen[taken++] = row;
    kernels.sumPacked(index, 0, taken, integers[fixed.pairs] as number, sums);
    return { rows: taken, ...unpacked(arena.i64(sums, 1)[0] as bigint) };
  }

  #chooseFeatures(next: () => number): void {
    const { features } = this.#binned;
    const wanted = Math.max(1, Math.round(features * this.#params.featureShare));
    if (wanted >= features) return;
    let taken = 0;
    for (let j = 0; j < features; j += 1) {
      const isIn = next() * (features - j) < wanted - taken;
      if (isIn) taken += 1;
      this.#binned.select(j, isIn);
    }
  }

  /** The quantile of what is left over in a leaf: gradients alone say only on which side it lies. */
  #renewed(from: number, to: number): number {
    const { integers, arena } = this.#team;
    const index = arena.u32(integers[fixed.index] as number, this.#rows).subarray(from, to);
    const targets = arena.f32(integers[fixed.targets] as number, this.#allRows);
    const scores = this.#scores();
    const weights = integers[fixed.weights] === 0 ? null : arena.f32(integers[fixed.weights] as number, this.#allRows);
    const residuals = Float64Array.from(index, (row) => (targets[row] as number) - (scores[row] as number));
    return weightedQuantile(residuals, (i) => (weights === null ? 1 : (weights[index[i] as number] as number)), this.#loss.level);
  }
}

/** Round with the least validation loss; null without such. */
function bestRound(history: BoostingState['history']): number | null {
  let best: number | null = null;
  for (const [round, { validation }] of history.entries()) if (validation !== null && (best === null || validation < (history[best]?.validation ?? Infinity))) best = round;
  return best;
}

function joined(training: Int32Array, validation: Int32Array): Uint32Array {
  const order = new Uint32Array(training.length + validation.length);
  order.set(Int32Array.from(training).sort());
  order.set(Int32Array.from(validation).sort(), training.length);
  return order;
}

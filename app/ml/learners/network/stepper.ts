import type { Tensor } from '../../worker/ort.ts';
import type { TrainHooks } from '../types.ts';
import type { Device } from './device.ts';
import type { Network, StepOptions } from './graphs.ts';

export const backends = ['onnxruntime', 'tensorflow.js'] as const;
export type Backend = (typeof backends)[number];

export type Feeds = Readonly<Record<string, Tensor>>;

/** What differs from step to step besides the batch. */
export interface StepValues {
  /** See `stepNumbers`. */
  readonly numbers: Float32Array;
  /** Where in their noise the step's dropout masks begin: see `maskPlace`. */
  readonly mask: BigInt64Array;
}

/** What a training is opened with, whatever runs it. */
export interface StepperStart {
  readonly network: Network;
  /** The parameters to begin with, as one vector. */
  readonly initial: Float32Array;
  readonly options: StepOptions & { readonly device?: Device };
  /** Inputs that are the same in every batch. */
  readonly fixed: Feeds;
  /** A step that is thrown away, for timing. */
  trial(): { readonly feeds: Feeds; readonly values: StepValues };
  /** How many steps there will be at most. */
  readonly steps: number;
  readonly hooks: TrainHooks;
}

/** Keeps parameters, optimiser state and running statistics, and changes them step by step. */
export interface Stepper {
  /** One step; the loss is that before it. */
  step(feeds: Feeds, values: StepValues): Promise<number>;
  /** Sums over the rows, times their weights; `right` is null for numbers. */
  measure(feeds: Feeds): Promise<{ readonly loss: number; readonly right: number | null }>;
  copy(name: 'parameters' | 'statistics'): Float32Array;
  /** Copies of all vectors. */
  save(): Record<string, Float32Array>;
  /** As `save` gave them, of the same network. */
  restore(vectors: Readonly<Record<string, Float32Array>>): void;
  release(): Promise<void>;
  /** What was chosen and why, in sentences; may grow while training. */
  readonly notes: readonly string[];
}

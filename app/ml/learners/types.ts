import type { OnnxFragment, OnnxValueInfo } from '#app/relation/emitters/onnx/graph.ts';
import type { LearningTask } from '#app/sdk/ports.ts';
import type { TaskHooks } from '../worker/tasks.ts';
import type { StatesPayload } from './checkpoint.ts';

/** What every learner is fitted on. */
export interface TrainInput {
  readonly task: LearningTask;
  /** Row-major [rows × features], finite; NaN is missing, for learners that take it. */
  readonly matrix: Float32Array;
  readonly rows: number;
  readonly features: readonly string[];
  /** [rows]: class index 0…classes-1, or the value to predict. Finite. */
  readonly target: Float64Array;
  /** Number of classes; 0 for regression. */
  readonly classes: number;
  /** By feature: number of categories whose codes 0, 1, … it holds; 0 where it is a number. Absent: all are numbers. */
  readonly categories?: readonly number[];
  /** [rows], ≥ 0, not all zero; absent: all one. */
  readonly weights?: Float64Array;
}

export interface TrainPayload extends TrainInput {
  readonly algorithm: string;
  /** Parsed against the algorithm's params schema. */
  readonly params: Readonly<Record<string, unknown>>;
  /** 32-bit unsigned; params may carry their own, which wins. */
  readonly seed: number;
  /** Present where states are kept: the last one, to go on from. */
  readonly checkpoint?: StatesPayload;
}

/** A point of a live curve. `step` counts epochs or iterations from 1. */
export interface TrainMessage {
  readonly name: string;
  readonly value: number;
  readonly step: number;
}

/** A state of the training that a later one may go on from. */
export interface CheckpointMessage {
  readonly checkpoint: Uint8Array;
}

/** For learners that go on after a kill: the state that the same training had come to, and a place for new ones. */
export interface TrainCheckpoint {
  /** As `save` was given it; null: start anew. */
  readonly state: unknown;
  /** Called as often as there is a state; asks for it only from time to time. Plain data. */
  save(make: () => unknown): void;
}

export interface TrainHooks extends TaskHooks<TrainMessage> {
  readonly checkpoint?: TrainCheckpoint;
}

/** One line of the coefficient table of a linear model. `cls`: index of the class, multinomial only. */
export interface Coefficient {
  readonly feature: string;
  readonly coefficient: number;
  readonly cls?: number;
}

export interface TrainDetails {
  /** Rows learnt from, where the learner left some out. */
  readonly rows?: number;
  /** Absent where the model has none. The intercept is the last, under the name `(intercept)`. */
  readonly coefficients?: readonly Coefficient[];
  /** What of the loss's fall each feature brought about, largest first; the shares sum up to 1. */
  readonly importance?: readonly { readonly feature: string; readonly share: number }[];
  /** False where the iterations ran out before the tolerance was met. */
  readonly converged?: boolean;
  readonly iterations?: number;
  /** Full sentences for the person: what was noticed and what it means. */
  readonly notes: readonly string[];
}

/** The fitted end of a model file: reads `input` float [rows, features], gives `outputs` as ModelSignature says. */
export interface LearnerHead extends OnnxFragment {
  readonly input: string;
  readonly outputs: readonly OnnxValueInfo[];
}

/** Plain data, so that it can cross threads. */
export interface TrainedLearner {
  readonly head: LearnerHead;
  readonly metrics: Readonly<Record<string, number>>;
  readonly details: TrainDetails;
}

import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';

/** Values of a tensor as they cross threads. int64 as BigInt64Array, bool as 0/1 in a Uint8Array. */
export type TensorData = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | readonly string[];

export interface TensorValues {
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** An input or output of a loaded model; a dimension known only at run time is given by its name. */
export interface TensorInfo {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

export interface SessionOpenPayload {
  /** The file's bytes, its absolute path, or a graph, which the worker writes as a file: that takes a second for a large forest. */
  readonly model: Uint8Array | string | OnnxGraph;
}

export interface SessionInfo {
  readonly session: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/** Texts as they cross threads where few are different: each once, and which one is where. */
export interface PackedTexts {
  readonly dims: readonly number[];
  readonly words: readonly string[];
  readonly codes: Uint16Array;
}

export interface SessionRunPayload {
  readonly session: number;
  readonly feeds: Readonly<Record<string, TensorValues | PackedTexts>>;
  /** Names of the outputs wanted; absent: all. */
  readonly outputs?: readonly string[];
}

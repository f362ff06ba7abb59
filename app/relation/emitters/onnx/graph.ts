/** ONNX graphs as plain values; app/ml/onnx writes them as protobuf. Opset of the default domain: `onnxOpset`. */

export const onnxOpset = 17;
export const onnxMlOpset = 3;
/** Where a node needs it: see `withCompactTrees`. */
export const onnxTreesOpset = 5;
export const onnxIrVersion = 8;

export type OnnxType = 'float' | 'double' | 'int64' | 'int32' | 'uint8' | 'bool' | 'string';

export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
  /** Row-major. int64 as numbers (safe integers), bool as 0/1, string as text. */
  readonly data: readonly number[] | readonly string[] | Float32Array | Float64Array | Uint8Array;
}

/** Many strings of few words: the string at i is `words[codes[i]]`. */
export interface WordCodes {
  readonly words: readonly string[];
  readonly codes: Uint8Array;
}

export type OnnxAttribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] | Int32Array | Uint8Array }
  | { readonly kind: 'floats'; readonly value: readonly number[] | Float32Array }
  | { readonly kind: 'strings'; readonly value: readonly string[] | WordCodes }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph };

export interface OnnxNode {
  readonly op: string;
  /** `com.microsoft`: ONNX Runtime's own operators, which all its builds have. */
  readonly domain?: '' | 'ai.onnx.ml' | 'com.microsoft';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxValueInfo {
  readonly name: string;
  readonly type: OnnxType;
  /** A number, or a name for a dimension known at run time ("rows"). */
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

/** A part of a model: nodes and constants, and the names of the tensors that go in and come out. */
export interface OnnxFragment {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

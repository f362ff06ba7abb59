import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as native from 'onnxruntime-node';
import * as wasm from 'onnxruntime-web/wasm';

/** For tests: both builds of ONNX Runtime on the test's own thread. */

/** What the native and the WebAssembly build have in common. */
export interface TestRuntime {
  InferenceSession: { create(model: Uint8Array): Promise<unknown> };
  Tensor: new (type: never, data: never, dims: number[]) => unknown;
}

interface Session {
  run(feeds: Record<string, unknown>): Promise<Record<string, { readonly data: unknown }>>;
}

export const nativeRuntime = native as unknown as TestRuntime;

/** One thread, its files from the package rather than from the network. */
export function wasmRuntime(): TestRuntime {
  wasm.env.wasm.numThreads = 1;
  wasm.env.wasm.wasmPaths = pathToFileURL(`${path.dirname(createRequire(import.meta.url).resolve('onnxruntime-web/wasm'))}/`).href;
  return wasm as unknown as TestRuntime;
}

/** A tensor of the type that its values have. */
export interface TestTensor {
  readonly data: readonly string[] | Float64Array | Float32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** Runs a model once; outputs by name. */
export async function runModel(runtime: TestRuntime, model: Uint8Array, feeds: Readonly<Record<string, TestTensor>>): Promise<Record<string, { readonly data: unknown }>> {
  const session = (await runtime.InferenceSession.create(model)) as Session;
  const tensors = Object.entries(feeds).map(([name, { data, dims }]) => {
    const type = data instanceof Float64Array ? 'float64' : data instanceof Float32Array ? 'float32' : data instanceof BigInt64Array ? 'int64' : 'string';
    return [name, new runtime.Tensor(type as never, data as never, [...dims])] as const;
  });
  return session.run(Object.fromEntries(tensors));
}

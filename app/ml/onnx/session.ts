import { PenstockError } from '#app/core/errors.ts';
import { encodeModel } from './encode.ts';
import { type NativeSession, type Tensor, openNativeSession, tensor } from '../worker/ort.ts';
import type { TaskAnswer } from '../worker/tasks.ts';
import type { SessionInfo, SessionOpenPayload, SessionRunPayload, PackedTexts, TensorData, TensorInfo, TensorValues } from './session-types.ts';

/** Worker side of `createRunner`: sessions stay loaded between runs. */
const sessions = new Map<number, NativeSession>();
let nextSession = 1;

function onnxError(code: string, message: string, error: unknown): PenstockError {
  return new PenstockError(code, `${message}: ${runtimeWords(error)}`, {
    remedy: 'Train and export the model again; if it still fails, please report it with the pipeline that shows it.',
    cause: error,
  });
}

/** What onnxruntime says, without the places in its own source and at a length that people read. */
function runtimeWords(error: unknown): string {
  const text = ((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '').replace(/\/onnxruntime_src\/\S+:\d+ .*?\) (\[with .*?\] )?/g, '').replace(/\s+/g, ' ').trim();
  const short = text.length > 400 ? `${text.slice(0, 400)}…` : text;
  return /[.!?…]$/.test(short) ? short : `${short}.`;
}

function describe(values: NativeSession['inputs']): TensorInfo[] {
  return values.map((value) => ({ name: value.name, type: value.isTensor ? value.type : 'other', shape: value.isTensor ? value.shape : [] }));
}

export async function openSession({ model }: SessionOpenPayload): Promise<TaskAnswer<SessionInfo>> {
  let native: NativeSession;
  try {
    native = await openNativeSession(typeof model === 'string' || model instanceof Uint8Array ? model : encodeModel(model), 'scoring');
  } catch (error) {
    if (error instanceof PenstockError) throw error;
    throw onnxError('model-unreadable', 'The model cannot be loaded', error);
  }
  const session = nextSession++;
  sessions.set(session, native);
  return { result: { session, inputs: describe(native.inputs), outputs: describe(native.outputs) } };
}

function toTensor(name: string, values: TensorValues): Tensor {
  const { data, dims } = values;
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (size !== data.length) {
    throw new PenstockError('feed-invalid', `The input '${name}' has ${data.length} values for the shape [${dims.join(', ')}].`, {
      remedy: 'Give as many values as there are rows.',
    });
  }
  if (data instanceof Float32Array) return tensor('float32', data, dims);
  if (data instanceof Float64Array) return tensor('float64', data, dims);
  if (data instanceof BigInt64Array) return tensor('int64', data, dims);
  if (data instanceof Int32Array) return tensor('int32', data, dims);
  if (data instanceof Uint8Array) return tensor('bool', data, dims);
  return tensor('string', data as string[], dims);
}

/** A copy on a buffer of its own: onnxruntime owns the memory behind its tensors. */
function fromTensor(value: Tensor): TensorValues {
  const { data } = value;
  const supported =
    Array.isArray(data) ||
    data instanceof Float32Array ||
    data instanceof Float64Array ||
    data instanceof BigInt64Array ||
    data instanceof Int32Array ||
    data instanceof Uint8Array;
  if (!supported) throw new PenstockError('model-output', `The model gives ${value.type} values, which are not supported.`);
  return { dims: [...value.dims], data: data.slice() as TensorData };
}

function unpacked(values: TensorValues | PackedTexts): TensorValues {
  if (!('words' in values)) return values;
  const { dims, words, codes } = values;
  return { dims, data: Array.from(codes, (code) => words[code] ?? '') };
}

export async function runSession(payload: SessionRunPayload): Promise<TaskAnswer<Readonly<Record<string, TensorValues>>>> {
  const session = sessions.get(payload.session);
  if (session === undefined) throw new PenstockError('model-closed', 'The model was closed while it was being used.');
  const feeds: Record<string, Tensor> = {};
  for (const input of session.inputs) {
    const values = payload.feeds[input.name];
    if (values === undefined) {
      throw new PenstockError('feed-missing', `The model needs the input '${input.name}', which was not given.`, {
        remedy: 'Give a value (or a missing one) for every column the model was trained on.',
        place: { column: input.name },
      });
    }
    feeds[input.name] = toTensor(input.name, unpacked(values));
  }
  let outputs: Record<string, Tensor>;
  try {
    outputs = await session.run(feeds, payload.outputs);
  } catch (error) {
    if (error instanceof PenstockError) throw error;
    throw onnxError('scoring-failed', 'The model could not score the rows', error);
  }
  const result: Record<string, TensorValues> = {};
  const transfer: ArrayBuffer[] = [];
  for (const [name, value] of Object.entries(outputs)) {
    const values = fromTensor(value);
    result[name] = values;
    if (ArrayBuffer.isView(values.data) && values.data.buffer instanceof ArrayBuffer) transfer.push(values.data.buffer);
  }
  return { result, transfer };
}

export async function closeSession({ session }: { readonly session: number }): Promise<TaskAnswer<null>> {
  const native = sessions.get(session);
  sessions.delete(session);
  await native?.release();
  return { result: null };
}

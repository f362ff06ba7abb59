import type { IncomingMessage } from 'node:http';
import type { InferResponse, OutputTensor } from '../bundle-server/answers.ts';
import { RequestError } from '../bundle-server/request-error.ts';
import { parseJson, type Reply } from '../bundle-server/requests.ts';

/**
 * The binary tensor data extension of the Open Inference Protocol, which Triton's client uses unless told otherwise: JSON first, of the length
 * that the header `Inference-Header-Content-Length` gives, then the tensors' bytes one after the other, little-endian.
 */

const header = 'inference-header-content-length';
type Params = { readonly binary_data_size?: unknown; readonly binary_data?: unknown; readonly binary_data_output?: unknown } | undefined;

const wrong = (what: string): RequestError => new RequestError(400, 'wrong-binary', `The binary tensors cannot be read: ${what}.`, { remedy: 'Check the sizes in the request, or send tensors as JSON.' });

const widths: Readonly<Record<string, number>> = { BOOL: 1, UINT8: 1, INT8: 1, UINT16: 2, INT16: 2, UINT32: 4, INT32: 4, UINT64: 8, INT64: 8, FP32: 4, FP64: 8 };

/** The JSON of a request with the tensors' values put into it. @throws RequestError `wrong-binary`. */
export function readBinaryBody(bytes: Uint8Array, length: string): unknown {
  const end = Number(length);
  if (!/^\d+$/.test(length) || end > bytes.length) throw wrong(`the JSON is said to have ${length.slice(0, 20)} bytes`);
  const body = parseJson(bytes.subarray(0, end)) as { inputs?: unknown } | null;
  if (body === null || typeof body !== 'object' || !Array.isArray(body.inputs)) return body;
  let at = end;
  for (const given of body.inputs as unknown[]) {
    if (given === null || typeof given !== 'object') continue;
    const tensor = given as { name?: unknown; datatype?: unknown; data?: unknown; parameters?: Params };
    const size = tensor.parameters?.binary_data_size;
    if (size === undefined) continue;
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || at + size > bytes.length) throw wrong(`“${String(tensor.name).slice(0, 60)}” is said to have ${JSON.stringify(size)?.slice(0, 20) ?? ''} bytes`);
    tensor.data = valuesOf(bytes.subarray(at, at + size), String(tensor.datatype));
    at += size;
  }
  if (at !== bytes.length) throw wrong(`${bytes.length - at} bytes are left over`);
  return body;
}

function valuesOf(bytes: Uint8Array, datatype: string): unknown[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (datatype === 'BYTES') return texts(bytes, view);
  const width = widths[datatype];
  if (width === undefined) throw wrong(`there is no datatype “${datatype.slice(0, 20)}”`);
  if (bytes.length % width !== 0) throw wrong(`${bytes.length} bytes are no whole number of ${datatype}`);
  return Array.from({ length: bytes.length / width }, (_unused, i) => missing(numberAt(view, i * width, datatype)));
}

/** NaN is how a binary tensor says that a value is missing. */
const missing = (value: number | boolean): number | boolean | null => (Number.isNaN(value) ? null : value);

function numberAt(view: DataView, at: number, datatype: string): number | boolean {
  switch (datatype) {
    case 'BOOL':
      return view.getUint8(at) !== 0;
    case 'UINT8':
      return view.getUint8(at);
    case 'INT8':
      return view.getInt8(at);
    case 'UINT16':
      return view.getUint16(at, true);
    case 'INT16':
      return view.getInt16(at, true);
    case 'UINT32':
      return view.getUint32(at, true);
    case 'INT32':
      return view.getInt32(at, true);
    case 'UINT64':
      return Number(view.getBigUint64(at, true));
    case 'INT64':
      return Number(view.getBigInt64(at, true));
    case 'FP32':
      return view.getFloat32(at, true);
    default:
      return view.getFloat64(at, true);
  }
}

/** Each text after its length in four bytes. */
function texts(bytes: Uint8Array, view: DataView): string[] {
  const found: string[] = [];
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; ) {
    const size = at + 4 <= bytes.length ? view.getUint32(at, true) : Number.MAX_SAFE_INTEGER;
    if (at + 4 + size > bytes.length) throw wrong('a text is longer than what was sent');
    found.push(decoder.decode(bytes.subarray(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return found;
}

/** Whether the caller wants tensors as bytes: of all outputs, or of some. */
export function isBinary(request: IncomingMessage, body: unknown): boolean {
  if (request.headers[header] === undefined && (body as { parameters?: Params } | null)?.parameters === undefined && !Array.isArray((body as { outputs?: unknown } | null)?.outputs)) return false;
  const { parameters, outputs } = body as { parameters?: Params; outputs?: unknown };
  return parameters?.binary_data_output === true || (Array.isArray(outputs) && outputs.some((one: unknown) => (one as { parameters?: Params } | null)?.parameters?.binary_data === true));
}

/** A response whose tensors are bytes after the JSON, those that were asked for so. */
export function binaryInferReply(response: InferResponse, body: unknown): Reply {
  const { parameters, outputs } = body as { parameters?: Params; outputs?: unknown };
  const wanted = new Map(Array.isArray(outputs) ? (outputs as unknown[]).map((one) => [(one as { name?: unknown } | null)?.name, (one as { parameters?: Params } | null)?.parameters?.binary_data]) : []);
  const parts: Buffer[] = [];
  const described = response.outputs.map((output) => {
    if ((wanted.get(output.name) ?? parameters?.binary_data_output) !== true) return output;
    const bytes = bytesOf(output);
    parts.push(bytes);
    const { name, datatype, shape } = output;
    return { name, datatype, shape, parameters: { binary_data_size: bytes.length } };
  });
  const json = Buffer.from(JSON.stringify({ ...response, outputs: described }), 'utf8');
  return { status: 200, type: 'application/octet-stream', body: Buffer.concat([json, ...parts]), headers: { 'inference-header-content-length': String(json.length) } };
}

function bytesOf({ datatype, data }: OutputTensor): Buffer {
  if (datatype === 'BYTES') {
    return Buffer.concat(
      data.map((value) => {
        const text = Buffer.from(String((value as string | null) ?? ''), 'utf8');
        const size = Buffer.alloc(4);
        size.writeUInt32LE(text.length);
        return Buffer.concat([size, text]);
      }),
    );
  }
  const width = datatype === 'INT64' ? 8 : 4;
  const bytes = Buffer.alloc(data.length * width);
  data.forEach((value, i) => (datatype === 'INT64' ? bytes.writeBigInt64LE(BigInt(Number(value)), i * width) : bytes.writeFloatLE(value === null ? Number.NaN : Number(value), i * width)));
  return bytes;
}

import type { OnnxTensor, OnnxType } from '#app/relation/emitters/onnx/graph.ts';

/** Bytes of one value in `raw_data`. */
const width: Readonly<Record<Exclude<OnnxType, 'string'>, number>> = { float: 4, double: 8, int64: 8, int32: 4, uint8: 1, bool: 1 };

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Values of a numeric tensor as ONNX's `raw_data`: little endian, row-major, no padding. */
export function toRawData(tensor: OnnxTensor): Uint8Array {
  if (tensor.type === 'string') throw new TypeError('toRawData: string tensors have no raw data');
  const { data, type } = tensor;
  if (littleEndian && ((type === 'float' && data instanceof Float32Array) || (type === 'double' && data instanceof Float64Array))) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  if (type === 'uint8' && data instanceof Uint8Array) return data;
  const bytes = new Uint8Array(data.length * width[type]);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    switch (type) {
      case 'float':
        view.setFloat32(i * 4, value, true);
        break;
      case 'double':
        view.setFloat64(i * 8, value, true);
        break;
      case 'int64':
        view.setBigInt64(i * 8, BigInt(value), true);
        break;
      case 'int32':
        view.setInt32(i * 4, value, true);
        break;
      case 'uint8':
      case 'bool':
        view.setUint8(i, value);
        break;
    }
  }
  return bytes;
}

/** The inverse of `toRawData`. Null where the number of bytes does not fit the type. */
export function fromRawData(type: Exclude<OnnxType, 'string'>, raw: Uint8Array): OnnxTensor['data'] | null {
  if (raw.byteLength % width[type] !== 0) return null;
  const size = raw.byteLength / width[type];
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  switch (type) {
    case 'float':
      return Float32Array.from({ length: size }, (_, i) => view.getFloat32(i * 4, true));
    case 'double':
      return Float64Array.from({ length: size }, (_, i) => view.getFloat64(i * 8, true));
    case 'int64':
      return Array.from({ length: size }, (_, i) => Number(view.getBigInt64(i * 8, true)));
    case 'int32':
      return Array.from({ length: size }, (_, i) => view.getInt32(i * 4, true));
    case 'uint8':
      return Uint8Array.from(raw);
    case 'bool':
      return Array.from(raw);
  }
}

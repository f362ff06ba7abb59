import path from 'node:path';
import { z } from 'zod';
import { damaged, unsupported } from './faults.ts';
import { type KerasFile, parseJson, readBytes } from './source.ts';
import { readTopology } from './topology.ts';
import { namedScope, type NamedWeight } from './weights.ts';

const quantization = z.looseObject({ dtype: z.enum(['uint8', 'uint16', 'float16']), scale: z.number().optional(), min: z.number().optional() });
const specSchema = z.looseObject({ name: z.string(), shape: z.array(z.int().min(0)), dtype: z.enum(['float32', 'int32', 'bool']), quantization: quantization.optional() });
type Spec = z.output<typeof specSchema>;
const fileSchema = z.looseObject({
  format: z.string().nullish(),
  generatedBy: z.string().nullish(),
  modelTopology: z.looseObject({ model_config: z.unknown().optional() }).nullish(),
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string()), weights: z.array(z.unknown()) })),
});

/** Files with weights that a model.json names, beside it. @throws PenstockError `keras-damaged` where one lies elsewhere. */
export function shardPaths(file: string, bytes: Uint8Array): string[] {
  const { weightsManifest } = parse(file, bytes);
  return weightsManifest.flatMap(({ paths }) => paths.map((name) => beside(file, name)));
}

function parse(file: string, bytes: Uint8Array): z.output<typeof fileSchema> {
  const name = path.basename(file);
  const parsed = fileSchema.safeParse(parseJson(new TextDecoder().decode(bytes), name));
  if (!parsed.success) throw damaged(name, 'is no model.json of TensorFlow.js');
  return parsed.data;
}

function beside(file: string, shard: string): string {
  const folder = path.dirname(file);
  const found = path.resolve(folder, shard);
  if (path.isAbsolute(shard) || path.relative(folder, found).startsWith('..')) throw damaged(path.basename(file), `names weights outside its folder (${shard})`);
  return found;
}

/** @throws PenstockError `file-missing`, `keras-damaged`, `keras-unsupported`. */
export async function readTensorFlowJs(file: string, bytes: Uint8Array): Promise<KerasFile> {
  const name = path.basename(file);
  const { format, generatedBy, modelTopology, weightsManifest } = parse(file, bytes);
  if (format === 'graph-model') throw unsupported(`“${name}” is a graph model of TensorFlow.js, which has no layers.`);
  const topology = readTopology(modelTopology?.model_config ?? modelTopology);
  const weights: NamedWeight[] = [];
  for (const group of weightsManifest) {
    const specs = z.array(specSchema).safeParse(group.weights);
    if (!specs.success) throw unsupported(`“${name}” holds weights of a type that is not known.`);
    const shards = await Promise.all(group.paths.map((shard) => readBytes(beside(file, shard))));
    weights.push(...readWeights(specs.data, Buffer.concat(shards), name));
  }
  return { topology, weights: namedScope(weights), producer: generatedBy ?? 'TensorFlow.js', flavour: 'tensorflow.js' };
}

/** Bytes a value: booleans and quantised values are small. */
const sizes = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 } as const;

/** Weights lie one after another in the order of their descriptions. */
function readWeights(specs: readonly Spec[], bytes: Uint8Array, file: string): NamedWeight[] {
  let at = 0;
  return specs.map((spec) => {
    const { name, shape, dtype, quantization: small } = spec;
    const count = shape.reduce((product, dim) => product * dim, 1);
    const stored = small?.dtype ?? dtype;
    const end = at + count * sizes[stored];
    if (end > bytes.length) throw damaged(file, 'has fewer weights than it says: a file beside it is cut off');
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, end - at);
    at = end;
    return { path: name, dims: shape, data: Float32Array.from({ length: count }, (_, i) => valueAt(view, i, stored) * (small?.scale ?? 1) + (small?.min ?? 0)) };
  });
}

function valueAt(view: DataView, index: number, type: keyof typeof sizes): number {
  switch (type) {
    case 'float32':
      return view.getFloat32(4 * index, true);
    case 'int32':
      return view.getInt32(4 * index, true);
    case 'uint16':
      return view.getUint16(2 * index, true);
    case 'float16':
      return halfToNumber(view.getUint16(2 * index, true));
    case 'bool':
    case 'uint8':
      return view.getUint8(index);
  }
}

/** IEEE 754 half precision. */
function halfToNumber(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

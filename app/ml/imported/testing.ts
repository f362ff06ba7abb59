import { modelProto } from '../onnx/encode.ts';

/** For tests: ONNX files as other programs write them, with what our own writer does not know (maps, other opsets and domains). */

type Attribute = number | string | readonly number[] | readonly string[];

export interface ForeignNode {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers are integers; floats are marked by their name. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly floats?: readonly string[];
}

export interface ForeignValue {
  readonly name: string;
  /** TensorProto.DataType, or `map` as ZipMap gives it. */
  readonly type: number | 'map';
  readonly dims?: readonly (number | string)[];
}

export interface ForeignModel {
  readonly nodes: readonly ForeignNode[];
  readonly inputs: readonly ForeignValue[];
  readonly outputs: readonly ForeignValue[];
  readonly constants?: readonly { readonly name: string; readonly dims: readonly number[]; readonly floats: readonly number[] }[];
  readonly opset?: number;
  readonly mlOpset?: number;
  readonly producer?: string;
}

const text = new TextEncoder();

function attribute(name: string, value: Attribute, isFloat: boolean): object {
  if (typeof value === 'string') return { name, type: 3, s: text.encode(value) };
  if (typeof value === 'number') return isFloat ? { name, type: 1, f: value } : { name, type: 2, i: value };
  if (value.length > 0 && typeof value[0] === 'string') return { name, type: 8, strings: value.map((one) => text.encode(String(one))) };
  return isFloat ? { name, type: 6, floats: [...value] } : { name, type: 7, ints: [...value] };
}

function valueInfo({ name, type, dims }: ForeignValue): object {
  if (type === 'map') return { name, type: { sequenceType: { elemType: { mapType: { keyType: 8, valueType: { tensorType: { elemType: 1 } } } } } } };
  const shape = dims === undefined ? {} : { shape: { dim: dims.map((dim) => (typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim })) } };
  return { name, type: { tensorType: { elemType: type, ...shape } } };
}

export function foreignFile({ nodes, inputs, outputs, constants = [], opset = 15, mlOpset, producer = 'skl2onnx' }: ForeignModel): Uint8Array {
  const message = modelProto.create({
    irVersion: 8,
    producerName: producer,
    opsetImport: [{ domain: '', version: opset }, ...(mlOpset === undefined ? [] : [{ domain: 'ai.onnx.ml', version: mlOpset }])],
    graph: {
      name: 'foreign',
      node: nodes.map(({ op, domain = '', inputs: from, outputs: to, attributes = {}, floats = [] }, index) => ({
        name: `n${index}`,
        opType: op,
        domain,
        input: [...from],
        output: [...to],
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value, floats.includes(name))),
      })),
      initializer: constants.map(({ name, dims, floats }) => ({ name, dataType: 1, dims: [...dims], floatData: [...floats] })),
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    },
  });
  return new Uint8Array(modelProto.encode(message).finish());
}

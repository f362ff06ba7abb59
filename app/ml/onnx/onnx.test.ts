import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import type { OnnxGraph, OnnxTensor } from '#app/relation/emitters/onnx/graph.ts';
import { decodeModel } from './decode.ts';
import { encodeModel } from './encode.ts';

const identity = (tensor: OnnxTensor): OnnxGraph => ({
  name: 'identity',
  inputs: [{ name: 'x', type: tensor.type, shape: ['rows', ...tensor.dims.slice(1)] }],
  outputs: [{ name: 'y', type: tensor.type, shape: ['rows', 3, 'other'] }],
  nodes: [{ op: 'Concat', inputs: ['x', tensor.name], outputs: ['y'], attributes: { axis: { kind: 'int', value: -1 } } }],
  initializers: [tensor],
});

const scalar: OnnxTensor = { name: 'c', type: 'float', dims: [], data: [1] };
const code = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    if (error instanceof PenstockError) return error.code;
    throw error;
  }
  return 'no error';
};

const tensors = fc.oneof(
  fc.array(fc.float(), { minLength: 1 }).map((data): OnnxTensor => ({ name: 'c', type: 'float', dims: [data.length], data: Float32Array.from(data) })),
  fc.array(fc.double(), { minLength: 1 }).map((data): OnnxTensor => ({ name: 'c', type: 'double', dims: [data.length, 1], data: Float64Array.from(data) })),
  fc.array(fc.maxSafeInteger(), { minLength: 1 }).map((data): OnnxTensor => ({ name: 'c', type: 'int64', dims: [1, data.length], data })),
  fc.array(fc.integer(), { minLength: 1 }).map((data): OnnxTensor => ({ name: 'c', type: 'int32', dims: [data.length], data })),
  fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1 }).map((data): OnnxTensor => ({ name: 'c', type: 'bool', dims: [data.length], data })),
  fc
    .array(fc.string({ unit: 'grapheme' }), { minLength: 1 })
    .map((data): OnnxTensor => ({ name: 'c', type: 'string', dims: [data.length], data })),
);

describe('encodeModel and decodeModel', () => {
  it('are inverse for tensors of every type', () => {
    fc.assert(
      fc.property(tensors, (tensor) => {
        const graph = identity(tensor);
        const back = decodeModel(encodeModel(graph));
        expect(back.graph).toEqual(graph);
      }),
    );
  });

  it('keep every kind of attribute, subgraphs and metadata', () => {
    const body: OnnxGraph = {
      name: 'then',
      inputs: [],
      outputs: [{ name: 'inner', type: 'float', shape: [] }],
      nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['inner'] }],
      initializers: [],
    };
    const graph: OnnxGraph = {
      name: 'all',
      inputs: [{ name: 'x', type: 'float', shape: [] }],
      outputs: [{ name: 'y', type: 'float', shape: [] }],
      nodes: [
        {
          op: 'Made',
          domain: 'ai.onnx.ml',
          inputs: ['x', ''],
          outputs: ['y', ''],
          attributes: {
            a: { kind: 'int', value: -7 },
            b: { kind: 'float', value: 0.5 },
            c: { kind: 'string', value: 'ä' },
            d: { kind: 'ints', value: [-1, 0, 2 ** 40] },
            e: { kind: 'floats', value: [0.25, -1] },
            f: { kind: 'strings', value: ['', 'b'] },
            g: { kind: 'tensor', value: { name: '', type: 'int64', dims: [1], data: [3] } },
            h: { kind: 'graph', value: body },
          },
        },
      ],
      initializers: [],
    };
    const back = decodeModel(encodeModel(graph, { b: '2', a: '1' }));
    expect(back.graph).toEqual(graph);
    expect(back.metadata).toEqual({ a: '1', b: '2' });
    expect(back.opsets).toEqual({ '': 17, 'ai.onnx.ml': 3 });
    expect(back.irVersion).toBe(8);
  });

  it('give equal bytes whatever the order of metadata', () => {
    expect(encodeModel(identity(scalar), { b: '2', a: '1' })).toEqual(encodeModel(identity(scalar), { a: '1', b: '2' }));
  });
});

describe('checks', () => {
  const graph = identity(scalar);
  const [node] = graph.nodes;
  const cases: Record<string, Partial<OnnxGraph>> = {
    'an unknown input': { nodes: [{ op: 'Neg', inputs: ['z'], outputs: ['y'] }] },
    'a name defined twice': { nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['x'] }, ...(node ? [node] : [])] },
    'nodes out of order': {
      nodes: [
        { op: 'Neg', inputs: ['t'], outputs: ['y'] },
        { op: 'Neg', inputs: ['x'], outputs: ['t'] },
      ],
    },
    'an output that nothing computes': { nodes: [] },
    'too few values for the shape': { initializers: [{ ...scalar, dims: [2] }] },
    'text in a numeric tensor': { initializers: [{ ...scalar, data: ['1'] }] },
    'a fraction in an int64 tensor': { initializers: [{ ...scalar, type: 'int64', data: [0.5] }] },
    'a bool that is neither 0 nor 1': { initializers: [{ ...scalar, type: 'bool', data: [2] }] },
  };
  for (const [title, change] of Object.entries(cases)) {
    it(`refuse ${title}`, () => expect(code(() => encodeModel({ ...graph, ...change }))).toBe('onnx-invalid'));
  }

  it('refuse a subgraph that reads what is not around it', () => {
    const body: OnnxGraph = { name: 'b', inputs: [], outputs: [{ name: 'o', type: 'float', shape: [] }], nodes: [{ op: 'Neg', inputs: ['later'], outputs: ['o'] }], initializers: [] };
    const outer: OnnxGraph = { ...graph, nodes: [{ op: 'If', inputs: ['x'], outputs: ['y'], attributes: { then_branch: { kind: 'graph', value: body } } }] };
    expect(code(() => encodeModel(outer))).toBe('onnx-invalid');
  });

  it('name a damaged file as such', () => {
    expect(code(() => decodeModel(new TextEncoder().encode('not a model at all')))).toBe('onnx-damaged');
    expect(code(() => decodeModel(new Uint8Array()))).toBe('onnx-damaged');
    const bytes = encodeModel(graph);
    expect(code(() => decodeModel(bytes.subarray(0, bytes.length - 9)))).toBe('onnx-damaged');
  });
});

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import type { ModelSignature, ModelValue } from '#app/sdk/ports.ts';
import { decodeModel } from '../onnx/decode.ts';
import { encodeModel } from '../onnx/encode.ts';
import { runModel, type TestTensor, wasmRuntime } from '../onnx/testing.ts';
import type { GoldenRows } from '../model/parity.ts';
import { openScorer } from '../model/scorer.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { calibrateRows, calibrationEnd, type Calibrator } from './calibrators.ts';
import { appendEnd } from './edit-model.ts';
import { editModel, type ModelEdit } from './edited-model.ts';
import { thresholdEnd } from './thresholds-end.ts';

afterAll(closeIdleWorkers);

/** A model whose probabilities are its inputs; where `inner`, they pass through the branches of an If, which read names from outside. */
function passThrough(classes: number, inner = false): { file: Uint8Array; signature: ModelSignature } {
  const names = Array.from({ length: classes }, (_unused, cls) => `p${cls}`);
  const branch = (name: string): OnnxGraph => ({ name, inputs: [], outputs: [{ name: `${name}.out`, type: 'float', shape: ['rows', classes] }], nodes: [{ op: 'Identity', inputs: ['probabilities'], outputs: [`${name}.out`] }], initializers: [] });
  const label = { axis: { kind: 'int', value: 1 }, keepdims: { kind: 'int', value: 0 } } as const;
  const graph: OnnxGraph = {
    name: 'pass',
    inputs: names.map((name) => ({ name, type: 'double', shape: ['rows', 1] })),
    outputs: [{ name: 'label', type: 'int64', shape: ['rows'] }, { name: 'probabilities', type: 'float', shape: ['rows', classes] }],
    nodes: [
      { op: 'Concat', inputs: names, outputs: ['wide'], attributes: { axis: { kind: 'int', value: 1 } } },
      { op: 'Cast', inputs: ['wide'], outputs: ['probabilities'], attributes: { to: { kind: 'int', value: 1 } } },
      ...(inner ? [{ op: 'If', inputs: ['yes'], outputs: ['chosen'], attributes: { then_branch: { kind: 'graph' as const, value: branch('then') }, else_branch: { kind: 'graph' as const, value: branch('else') } } }] : []),
      { op: 'ArgMax', inputs: [inner ? 'chosen' : 'probabilities'], outputs: ['label'], attributes: label },
    ],
    initializers: inner ? [{ name: 'yes', type: 'bool', dims: [], data: [1] }] : [],
  };
  return {
    file: encodeModel(graph, { 'penstock.format': '1' }),
    signature: { task: 'classification', target: { name: 'y', type: 'string' }, inputs: names.map((name) => ({ name, type: 'float' })), classes: names, features: names },
  };
}

async function run(file: Uint8Array, signature: ModelSignature, rows: readonly (readonly number[])[]) {
  const scorer = await openScorer(file, signature);
  const columns = Object.fromEntries(signature.inputs.map(({ name }, i) => [name, rows.map((row) => row[i] ?? 0)]));
  return scorer.score(columns, rows.length).finally(() => scorer.close());
}

const shares = (classes: number) => fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: classes, maxLength: classes }), { minLength: 1, maxLength: 20 });
const platt: fc.Arbitrary<Calibrator> = fc.record({ method: fc.constant('platt' as const), slope: fc.double({ min: 0, max: 4, noNaN: true }), offset: fc.double({ min: -3, max: 3, noNaN: true }) });
const isotonic: fc.Arbitrary<Calibrator> = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 40 }).map((steps) => {
  let at = 0;
  const x = steps.map(([width]) => (at += width) / 4100);
  return { method: 'isotonic' as const, x, y: steps.map(([, value]) => value).toSorted((a, b) => a - b) };
});

describe('an appended calibration', () => {
  for (const [title, calibrator] of [['Platt', platt], ['isotonic', isotonic]] as const) {
    for (const classes of [2, 3]) {
      it(`gives in ONNX what it gives here (${title}, ${classes} classes)`, async () => {
        const { file, signature } = passThrough(classes);
        await fc.assert(
          fc.asyncProperty(shares(classes), fc.array(calibrator, { minLength: 3, maxLength: 3 }), async (rows, three) => {
            const calibrators = classes === 2 ? three.slice(0, 1) : three;
            const edited = appendEnd(file, classes, (before) => calibrationEnd(before, calibrators, classes), {});
            const { probabilities, label } = await run(edited, signature, rows);
            const expected = calibrateRows(calibrators, Float32Array.from(rows.flat()), classes);
            expected.forEach((p, i) => expect(Math.abs((probabilities?.[i] ?? Number.NaN) - p)).toBeLessThan(2e-7));
            rows.forEach((_row, i) => {
              const own = [...(probabilities?.subarray(i * classes, (i + 1) * classes) ?? [])];
              expect(own[label?.[i] ?? -1]).toBe(Math.max(...own));
            });
          }),
          { numRuns: 25 },
        );
      });
    }
  }

  it('can be appended to again, and to a file whose inner graphs read the probabilities', async () => {
    const { file, signature } = passThrough(2, true);
    const half: Calibrator = { method: 'isotonic', x: [0, 1], y: [0, 0.5] };
    const once = appendEnd(file, 2, (before) => calibrationEnd(before, [half], 2), { 'penstock.calibration': 'isotonic' });
    const twice = appendEnd(once, 2, (before) => thresholdEnd(before, 1, 0.3), { 'penstock.threshold': '0.3' });
    const { probabilities, label } = await run(twice, signature, [[0.2, 0.8], [0.6, 0.4], [0.4, 0.6]]);
    expect([...(probabilities ?? [])].map((p) => Math.round(p * 1e6) / 1e6)).toEqual([0.6, 0.4, 0.8, 0.2, 0.7, 0.3]);
    expect([...(label ?? [])]).toEqual([1, 0, 1]);
    expect(decodeModel(twice).metadata).toEqual({ 'penstock.calibration': 'isotonic', 'penstock.format': '1', 'penstock.threshold': '0.3' });
  });

  it('runs in the runtime that bundles are served with', async () => {
    const calibrator: Calibrator = { method: 'platt', slope: 1.3, offset: -0.2 };
    const line: Calibrator = { method: 'isotonic', x: [0.1, 0.3, 0.7], y: [0, 0.5, 1] };
    for (const one of [calibrator, line]) {
      const edited = appendEnd(appendEnd(passThrough(2).file, 2, (before) => calibrationEnd(before, [one], 2), {}), 2, (before) => thresholdEnd(before, 1, 0.2), {});
      const column = (values: number[]): TestTensor => ({ data: Float64Array.from(values), dims: [values.length, 1] });
      const found = await runModel(wasmRuntime(), edited, { p0: column([0.75, 0.5]), p1: column([0.25, 0.5]) });
      const expected = calibrateRows([one], [0.75, 0.25, 0.5, 0.5], 2);
      const data = found['probabilities']?.data as Float32Array | undefined;
      expected.forEach((p, i) => expect(Math.abs(Number(data?.[i]) - p)).toBeLessThan(2e-7));
      expect(found['label']?.data).toEqual(BigInt64Array.of((expected[1] ?? 0) >= 0.2 ? 1n : 0n, 1n));
    }
  });

  it('is refused for what is no classifier and no ONNX file', () => {
    const { file } = passThrough(2);
    const numbers = encodeModel({ name: 'n', inputs: [{ name: 'x', type: 'float', shape: ['rows', 1] }], outputs: [{ name: 'prediction', type: 'float', shape: ['rows', 1] }], nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['prediction'] }], initializers: [] });
    expect(() => appendEnd(numbers, 2, (before) => thresholdEnd(before, 1, 0.5), {})).toThrow('does not give “probabilities”');
    expect(() => appendEnd(file.slice(0, 40), 2, (before) => thresholdEnd(before, 1, 0.5), {})).toThrow('not a readable ONNX model');
  });
});

describe('an edited model', () => {
  const { file, signature } = passThrough(2);
  const stored = new Map<string, Uint8Array>();
  const artifacts = {
    put: async (bytes: Uint8Array | string, name: string) => {
      const id = `${stored.size}-${name}`;
      stored.set(id, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
      return id;
    },
    read: async (id: string) => stored.get(id) ?? new Uint8Array(),
    path: (id: string) => id,
  };
  const services = { artifacts, signal: new AbortController().signal };
  const rows = Array.from({ length: 40 }, (_unused, row) => (row === 7 ? 0.35 : (row + 0.5) / 40));
  const ready = async (): Promise<ModelValue> => {
    const inputs = { p0: rows.map((p) => 1 - p), p1: rows };
    return { kind: 'model', onnx: await artifacts.put(file, 'model.onnx'), golden: await artifacts.put(JSON.stringify({ rows: rows.length, inputs }), 'golden.json'), signature, algorithm: 'pass', params: { a: 1 }, metrics: {}, rows: 40 };
  };
  const edit = (threshold: number): ModelEdit => ({
    build: (before) => thresholdEnd(before, 1, threshold),
    expected: ({ probabilities }) => ({ probabilities, label: Array.from({ length: probabilities.length / 2 }, (_unused, row) => ((probabilities[2 * row + 1] ?? 0) >= threshold ? 1 : 0)) }),
    metadata: { 'penstock.threshold': String(threshold) },
    params: { threshold },
    metrics: { tuned: 1 },
    note: 'Changed.',
  });

  it('has golden rows of its own, without the one that stands on the step', async () => {
    const edited = await editModel(await ready(), edit(0.35), services);
    const golden = JSON.parse(new TextDecoder().decode(stored.get(edited.golden))) as GoldenRows;
    expect(golden.rows).toBe(39);
    expect(golden.inputs['p1']).not.toContain(0.35);
    expect(golden.outputs.label?.reduce((sum, label) => sum + label, 0)).toBe(26);
    expect(edited.params).toEqual({ a: 1, threshold: 0.35 });
    expect(edited.summary?.notes).toEqual(['Changed.']);
    expect((await run(stored.get(edited.onnx) ?? new Uint8Array(), signature, [[0.6, 0.4]])).label?.[0]).toBe(1);
  });

  it('is refused where the file does something else than what was meant', async () => {
    const wrong = { ...edit(0.5), build: edit(0.35).build };
    await expect(editModel(await ready(), wrong, services)).rejects.toMatchObject({ code: 'parity' });
  });
});

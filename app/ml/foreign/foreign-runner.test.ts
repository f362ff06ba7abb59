import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import { openOnnxFile } from '../imported/read-file.ts';
import { foreignFile, type ForeignModel, type ForeignNode } from '../imported/testing.ts';
import { modelProto } from '../onnx/encode.ts';
import { readModel } from '../understanding/edit-model.ts';
import { createRunner } from '../onnx/runner.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { checkForeignGraph } from './check-graph.ts';
import { createForeignRunner } from './foreign-runner.ts';
import { isForeign } from './is-foreign.ts';
import { foreignLimits } from './limits.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-foreign-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const io = { inputs: [{ name: 'x', type: 1, dims: ['rows', 2] as const }], outputs: [{ name: 'y', type: 1, dims: ['rows', 2] as const }] };
const model = (nodes: readonly ForeignNode[], more: Partial<ForeignModel> = {}): Uint8Array => foreignFile({ ...io, nodes, ...more });
const whole = (name: string, values: readonly (number | bigint)[], dims: readonly number[]): object => ({ name, dataType: 7, dims: [...dims], int64Data: values.map(Number) });

/** The file with something put into its graph that `foreignFile` has no words for. */
function edited(file: Uint8Array, edit: (graph: { node: Record<string, unknown>[]; initializer: Record<string, unknown>[] }) => void): Uint8Array {
  const read = structuredClone(modelProto.toObject(modelProto.decode(file), { enums: Number, longs: Number, arrays: true })) as { graph: { node: Record<string, unknown>[]; initializer: Record<string, unknown>[] } };
  edit(read.graph);
  return new Uint8Array(modelProto.encode(modelProto.fromObject(read)).finish());
}

async function refusal(bytes: Uint8Array, name = 'hostile.onnx'): Promise<PenstockError> {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return openOnnxFile(file).then(
    () => Promise.reject(new Error('This was let through.')),
    (error: unknown) => (error instanceof PenstockError ? error : Promise.reject(error)),
  );
}

/** A loop whose body gives its state on, and says whether to go on. */
function loopGraph(trips: object | null): Uint8Array {
  return edited(model([{ op: 'Identity', inputs: ['x'], outputs: ['y'] }]), (graph) => {
    const body = {
      name: 'body',
      input: [{ name: 'i', type: { tensorType: { elemType: 7, shape: { dim: [] } } } }, { name: 'go', type: { tensorType: { elemType: 9, shape: { dim: [] } } } }, { name: 's', type: { tensorType: { elemType: 1 } } }],
      output: [{ name: 'go_out', type: { tensorType: { elemType: 9, shape: { dim: [] } } } }, { name: 's_out', type: { tensorType: { elemType: 1 } } }],
      node: [{ opType: 'Identity', input: ['go'], output: ['go_out'] }, { opType: 'Identity', input: ['s'], output: ['s_out'] }],
    };
    if (trips !== null) graph.initializer.push(trips as Record<string, unknown>);
    graph.initializer.push({ name: 'yes', dataType: 9, dims: [], int32Data: [1] });
    graph.node = [{ opType: 'Loop', input: [trips === null ? '' : 'trips', 'yes', 'x'], output: ['y'], attribute: [{ name: 'body', type: 5, g: body }] }];
  });
}

describe('ONNX files that mean harm', () => {
  it('a loop without an end', async () => {
    expect(await refusal(loopGraph(null))).toMatchObject({ code: 'onnx-unsupported', message: expect.stringContaining('nobody knows whether it ends') as unknown });
  });

  it('a loop of 10¹⁵ rounds', async () => {
    expect(await refusal(loopGraph(whole('trips', [1e15], [])))).toMatchObject({ code: 'onnx-unsupported', message: expect.stringContaining('loops of more than') as unknown });
  });

  it('a loop of ten rounds is none', async () => {
    const file = path.join(folder, 'ten.onnx');
    writeFileSync(file, loopGraph(whole('trips', [10], [])));
    expect((await openOnnxFile(file)).file.operators).toBe(1);
  });

  it('a constant of 400 GB that is made when the model runs', async () => {
    const bytes = edited(model([{ op: 'Identity', inputs: ['x'], outputs: ['y'] }]), (graph) => {
      graph.initializer.push(whole('huge', [100_000, 1_000_000], [2]) as Record<string, unknown>);
      graph.node = [{ opType: 'ConstantOfShape', input: ['huge'], output: ['ones'] }, { opType: 'ReduceSum', input: ['ones'], output: ['sum'], attribute: [{ name: 'keepdims', type: 2, i: 0 }] }, { opType: 'Add', input: ['x', 'sum'], output: ['y'] }];
    });
    const runner = await createForeignRunner(bytes);
    await expect(runner.run({ x: { dims: [1, 2], data: Float32Array.of(1, 2) } })).rejects.toMatchObject({ code: expect.stringMatching(/^(scoring-failed|model-memory|model-crashed)$/) as unknown });
    await runner.close();
  });

  it('constants that grow to 12 GB while the model is loaded are stopped at the limit of memory', async () => {
    const bytes = edited(model([{ op: 'Identity', inputs: ['x'], outputs: ['y'] }]), (graph) => {
      graph.initializer.push(whole('size', [100_000, 10_000], [2]) as Record<string, unknown>);
      const made = ['a', 'b', 'c'].map((name) => ({ opType: 'ConstantOfShape', input: ['size'], output: [name], attribute: [{ name: 'value', type: 4, t: { dataType: 1, dims: [1], floatData: [1] } }] }));
      graph.node = [...made, { opType: 'Sum', input: ['a', 'b', 'c'], output: ['all'] }, { opType: 'ReduceSum', input: ['all'], output: ['sum'], attribute: [{ name: 'keepdims', type: 2, i: 0 }] }, { opType: 'Add', input: ['x', 'sum'], output: ['y'] }];
    });
    const before = process.memoryUsage.rss();
    await expect(createForeignRunner(bytes, { limits: { ...foreignLimits, megabytes: 256 } }).then(async (runner) => {
      try {
        await runner.run({ x: { dims: [1, 2], data: Float32Array.of(1, 2) } });
      } finally {
        await runner.close();
      }
    })).rejects.toMatchObject({ code: 'model-memory', message: expect.stringContaining('256 MB') as unknown });
    expect(process.memoryUsage.rss() - before).toBeLessThan(300e6);
  });

  it('a batch that takes too long is stopped at its deadline, and the engine goes on', async () => {
    const side = 3000;
    const bytes = edited(model([{ op: 'Identity', inputs: ['x'], outputs: ['y'] }]), (graph) => {
      graph.initializer.push(whole('size', [side, side], [2]) as Record<string, unknown>);
      const nodes: Record<string, unknown>[] = [{ opType: 'ReduceSum', input: ['x'], output: ['m'], attribute: [{ name: 'keepdims', type: 2, i: 0 }] }, { opType: 'Expand', input: ['m', 'size'], output: ['p0'] }];
      for (let i = 0; i < 200; i += 1) nodes.push({ opType: 'MatMul', input: [`p${i}`, 'p0'], output: [`p${i + 1}`] });
      graph.node = [...nodes, { opType: 'ReduceSum', input: ['p200'], output: ['sum'], attribute: [{ name: 'keepdims', type: 2, i: 0 }] }, { opType: 'Add', input: ['x', 'sum'], output: ['y'] }];
    });
    const feeds = { x: { dims: [1, 2], data: Float32Array.of(1, 2) } };
    const runner = await createForeignRunner(bytes, { limits: { ...foreignLimits, seconds: 3 } });
    await expect(runner.run(feeds)).rejects.toMatchObject({ code: 'model-time', message: expect.stringContaining('3 s') as unknown });
    const abort = new AbortController();
    const running = runner.run(feeds, { signal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await runner.close();
  });

  it('a constant in a file elsewhere, named in a node', async () => {
    const secret = path.join(folder, 'secret.bin');
    writeFileSync(secret, new Uint8Array(Float32Array.of(4, 2).buffer));
    const external = (location: string) => ({ name: 'w', dataType: 1, dims: [2], dataLocation: 1, externalData: [{ key: 'location', value: location }] });
    const inNode = edited(model([{ op: 'Identity', inputs: ['x'], outputs: ['y'] }]), (graph) => {
      graph.node = [{ opType: 'Constant', output: ['w'], attribute: [{ name: 'value', type: 4, t: external(secret) }] }, { opType: 'Add', input: ['x', 'w'], output: ['y'] }];
    });
    expect(await refusal(inNode)).toMatchObject({ code: 'onnx-unsupported', message: expect.stringContaining('cannot be checked') as unknown });
    const listed = (location: string): Uint8Array => edited(model([{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }]), (graph) => graph.initializer.push(external(location)));
    for (const location of ['/etc/passwd', '../secret.bin', '../../../../../etc/passwd', 'sub/../../secret.bin', 'C:\\secret.bin']) expect((await refusal(listed(location))).code).toBe('onnx-weights');
  });

  it('operators of a library that is not there', async () => {
    expect(await refusal(model([{ op: 'ReadFile', domain: 'evil.example', inputs: ['x'], outputs: ['y'] }]))).toMatchObject({ code: 'onnx-unsupported' });
  });

  it('graphs within graphs, more of them than the limit', () => {
    let inner: Record<string, unknown> = { name: 'g', node: [{ opType: 'Identity', input: ['x'], output: ['y'] }], output: [{ name: 'y' }] };
    for (let i = 0; i < 20; i += 1) inner = { name: 'g', node: [{ opType: 'If', input: ['c'], output: ['y'], attribute: [{ name: 'then_branch', type: 5, g: inner }] }], output: [{ name: 'y' }] };
    const bytes = new Uint8Array(modelProto.encode(modelProto.fromObject({ irVersion: 8, graph: inner })).finish());
    expect(() => checkForeignGraph(readModel(bytes), 'deep.onnx')).toThrow(/more than 16 graphs/);
  });

  it('more operators than the limit', () => {
    const nodes = Array.from({ length: 300 }, (_, i): ForeignNode => ({ op: 'Identity', inputs: [i === 0 ? 'x' : `t${i}`], outputs: [i === 299 ? 'y' : `t${i + 1}`] }));
    expect(() => checkForeignGraph(readModel(model(nodes)), 'long.onnx', { ...foreignLimits, operators: 200 })).toThrow(/more than 200 operators/);
  });

  it('an imported file is scored in a process of its own, to the same numbers as in a worker', async () => {
    const plain = model([{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }]);
    const read = readModel(plain);
    const marked = new Uint8Array(modelProto.encode(modelProto.create({ ...read, metadataProps: [{ key: 'penstock.algorithm', value: 'imported' }] })).finish());
    const file = path.join(folder, 'marked.onnx');
    writeFileSync(file, marked);
    expect([await isForeign(marked), await isForeign(file), await isForeign(plain)]).toEqual([true, true, false]);
    const feeds = { x: { dims: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) } };
    const answers = [];
    for (const one of [plain, marked, file]) {
      const runner = await createRunner(one);
      answers.push((await runner.run(feeds))['y']);
      await runner.close();
    }
    expect(answers).toEqual(Array.from({ length: 3 }, () => ({ dims: [3, 2], data: Float32Array.of(2, 4, 6, 8, 10, 12) })));
    closeIdleWorkers();
  });
});

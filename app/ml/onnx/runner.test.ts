import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { encodeModel } from './encode.ts';
import { createRunner } from './runner.ts';

afterAll(closeIdleWorkers);

const column = (name: string, type: 'string' | 'double' | 'float' | 'int64') => ({ name, type, shape: ['rows', 1] });
/** Each input as it is: what goes in must come out. */
const graph: OnnxGraph = {
  name: 'echo',
  inputs: [column('s', 'string'), column('d', 'double'), column('f', 'float'), column('i', 'int64')],
  outputs: [column('so', 'string'), column('do', 'double'), column('fo', 'float'), column('io', 'int64')],
  nodes: ['s', 'd', 'f', 'i'].map((name) => ({ op: 'Identity', inputs: [name], outputs: [`${name}o`] })),
  initializers: [],
};
const feeds = {
  s: ['a', '', 'ü'],
  d: Float64Array.of(0.1, Number.NaN, 1e300),
  f: Float32Array.of(1, 2, 3),
  i: BigInt64Array.of(1n, -1n, 2n ** 60n),
};

describe('createRunner', () => {
  it('runs columns of every type, several times', async () => {
    const runner = await createRunner(encodeModel(graph));
    expect(runner.inputs.map((input) => [input.name, input.type])).toEqual([['s', 'string'], ['d', 'float64'], ['f', 'float32'], ['i', 'int64']]);
    const [first, second] = await Promise.all([runner.run(feeds), runner.run(feeds, { outputs: ['io'] })]);
    expect(first).toEqual({
      so: { dims: [3, 1], data: feeds.s },
      do: { dims: [3, 1], data: feeds.d },
      fo: { dims: [3, 1], data: feeds.f },
      io: { dims: [3, 1], data: feeds.i },
    });
    expect(Object.keys(second)).toEqual(['io']);
    expect(feeds.d).toHaveLength(3);
    const none = await runner.run({ s: [], d: new Float64Array(), f: new Float32Array(), i: new BigInt64Array() });
    expect(none['do']).toEqual({ dims: [0, 1], data: new Float64Array() });
    await runner.close();
    await expect(runner.run(feeds)).rejects.toMatchObject({ code: 'model-closed' });
  });

  it('loads from a path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'runner-'));
    const path = join(folder, 'model.onnx');
    await writeFile(path, encodeModel(graph));
    const runner = await createRunner(path);
    expect((await runner.run(feeds))['fo']?.data).toEqual(feeds.f);
    await runner.close();
    await rm(folder, { recursive: true });
  });

  it('says what is wrong with feeds and files', async () => {
    const runner = await createRunner(encodeModel(graph));
    const { s: _, ...rest } = feeds;
    await expect(runner.run(rest)).rejects.toMatchObject({ code: 'feed-missing', place: { column: 's' } });
    await expect(runner.run({ ...feeds, f: { dims: [2, 2], data: feeds.f } })).rejects.toMatchObject({ code: 'feed-invalid' });
    await expect(runner.run({ ...feeds, f: feeds.d })).rejects.toMatchObject({ code: 'scoring-failed' });
    await runner.close();
    await expect(createRunner(new TextEncoder().encode('no model'))).rejects.toMatchObject({ code: 'model-unreadable' });
    await expect(createRunner('/nowhere/model.onnx')).rejects.toMatchObject({ code: 'model-unreadable' });
  });
});

import { afterAll, describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import { encodeModel } from '../onnx/encode.ts';
import { NativeGate } from './native-gate.ts';
import { TaskWorker } from './task-worker.ts';

const fixture = new URL('./worker-fixture.ts', import.meta.url);
const workers: TaskWorker[] = [];
const start = (): TaskWorker => {
  const worker = new TaskWorker(fixture);
  workers.push(worker);
  return worker;
};
afterAll(() => workers.forEach((worker) => worker.retire()));

/** The fixture's tasks take and give other things than the typed map says. */
const call = (worker: TaskWorker, payload: unknown, options: object = {}): Promise<unknown> => worker.call('session-run', payload as never, options);
const failure = (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (error: unknown) => error);

describe('TaskWorker', () => {
  it('passes progress, messages and the result', async () => {
    const seen: unknown[] = [];
    const result = await start().call('session-open', { model: '' }, {
      onProgress: (fraction, message) => seen.push([fraction, message]),
      onMessage: (message) => seen.push(message),
    });
    expect(seen).toEqual([[0.5, 'half'], 'hello']);
    expect(result).toBe('done');
  });

  it('gives errors back with their fields, and others by their first line', async () => {
    const worker = start();
    const made = await failure(call(worker, 'penstock-error'));
    expect(made).toBeInstanceOf(PenstockError);
    expect(made).toMatchObject({ code: 'made', message: 'A sentence.', remedy: 'Do this.', place: { column: 'x' } });
    expect(await failure(call(worker, 'type-error'))).toMatchObject({ code: 'unexpected', message: 'first line' });
    expect(await failure(call(worker, 'memory'))).toMatchObject({ code: 'out-of-memory' });
    expect(worker.usable).toBe(true);
  });

  it('cancels a task that listens, and can be used again', async () => {
    const worker = start();
    const controller = new AbortController();
    const work = worker.call('train', {} as never, { signal: controller.signal, onProgress: () => controller.abort() });
    expect(await failure(work)).toMatchObject({ code: 'cancelled' });
    expect(await worker.call('session-open', { model: '' })).toBe('done');
  });

  it('gives up a task that does not listen', async () => {
    const worker = start();
    const controller = new AbortController();
    const work = call(worker, 'deaf', { signal: controller.signal, onProgress: () => controller.abort() });
    expect(await failure(work)).toMatchObject({ code: 'cancelled' });
    expect(worker.usable).toBe(false);
  });

  it('gives up a task that is inside onnxruntime without taking the process down', async () => {
    const model = encodeModel({
      name: 'slow',
      inputs: [{ name: 'x', type: 'float', shape: ['n', 'n'] }],
      outputs: [{ name: 'y', type: 'float', shape: ['n', 'n'] }],
      nodes: [{ op: 'MatMul', inputs: ['x', 'x'], outputs: ['y'] }],
      initializers: [],
    });
    const worker = start();
    const controller = new AbortController();
    const work = call(worker, model, { signal: controller.signal, onProgress: () => controller.abort() });
    expect(await failure(work)).toMatchObject({ code: 'cancelled' });
    expect(worker.usable).toBe(false);
  });

  it('gives up a task that loads onnxruntime without taking the process down', async () => {
    const worker = start();
    let closed: boolean | null = null;
    const work = call(worker, 'loads', {
      onProgress: () => {
        closed = worker.gate.close();
        worker.retire();
      },
    });
    expect(await failure(work)).toMatchObject({ code: 'worker-ended' });
    expect(closed).toBe(false);
  });

  it('does not start what is cancelled already', async () => {
    expect(await failure(start().call('session-open', { model: '' }, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'cancelled' });
  });

  it('reports a thread that ends by itself', async () => {
    const worker = start();
    expect(await failure(call(worker, 'exit'))).toMatchObject({ code: 'worker-ended' });
    expect(await failure(call(worker, 'exit'))).toMatchObject({ code: 'worker-ended' });
  });
});

describe('NativeGate', () => {
  it('cannot be closed while the worker is inside, nor entered once closed', () => {
    const gate = new NativeGate();
    const other = new NativeGate(gate.memory);
    expect(gate.enter()).toBe(true);
    expect(other.close()).toBe(false);
    expect(other.closeWithin(1)).toBe(false);
    gate.leave();
    expect(other.close()).toBe(true);
    expect(other.close()).toBe(true);
    expect(gate.enter()).toBe(false);
  });
});

import { probeBackend } from '../../backends.ts';
import { type NativeSession, openNativeSession, type Tensor } from '../../worker/ort.ts';
import type { TrainHooks } from '../types.ts';

export const devices = ['cpu', 'auto', 'gpu'] as const;
export type Device = (typeof devices)[number];

/** Milliseconds of training on the processor below which `auto` does not look for a GPU: starting one takes seconds. */
const worthLooking = 20_000;
/** Steps timed on each device, after one that is not. */
const timedSteps = 3;
/** Relative difference of the two losses up to which the GPU is trusted: it rounds otherwise. */
const agreement = 0.25;

const providers: Partial<Record<NodeJS.Platform, readonly string[]>> = { linux: ['cuda', 'webgpu'], win32: ['dml', 'cuda', 'webgpu'], darwin: ['webgpu'] };

/** The first provider that works here, each tried in a process of its own; null where none does, with what the last one said. */
async function findProvider(): Promise<{ readonly name: string | null; readonly detail: string }> {
  let detail = 'onnxruntime offers none on this system.';
  for (const name of providers[process.platform] ?? []) {
    const found = await probeBackend(name);
    if (found.usable) return { name, detail: found.detail };
    detail = found.detail;
  }
  return { name: null, detail };
}

type Feeds = Record<string, Tensor>;

/** Trains step by step; on the GPU where it was chosen, and steps down to the processor when that fails. */
export interface Trainer {
  run(feeds: Feeds, fetches: Record<string, Tensor | null>): Promise<Feeds>;
  release(): Promise<void>;
  /** What was chosen and why, in sentences; may grow while training. */
  readonly notes: readonly string[];
}

interface Trial {
  readonly milliseconds: number;
  readonly loss: number;
}

async function tryOut(session: NativeSession, feeds: () => Feeds, hooks: TrainHooks): Promise<Trial> {
  let best = Number.POSITIVE_INFINITY;
  let loss = Number.NaN;
  for (let i = 0; i <= timedSteps; i++) {
    hooks.check();
    const given = feeds();
    const start = performance.now();
    loss = Number((await session.run(given))['loss']?.data[0]);
    if (i > 0) best = Math.min(best, performance.now() - start);
  }
  return { milliseconds: best, loss };
}

const time = (milliseconds: number): string => `${Number(milliseconds.toPrecision(3))} ms`;
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200) ?? '';

/**
 * Opens the graph of a training step on the device asked for. `auto` times a step on the processor and, where the training will be long,
 * on the GPU, and takes the faster. `trial`: feeds of a step that is thrown away. `steps`: how many there will be at most.
 * @throws CancelledError.
 */
export async function openTrainer(model: Uint8Array, device: Device, trial: () => Feeds, steps: number, hooks: TrainHooks): Promise<Trainer> {
  const notes: string[] = [];
  const onCpu = (): Promise<NativeSession> => openNativeSession(model, 'training');
  let session: NativeSession | null = null;
  let isGpu = false;
  if (device !== 'cpu') {
    const cpu = await onCpu();
    session = cpu;
    try {
      const own = await tryOut(cpu, trial, hooks);
      if (device === 'gpu' || own.milliseconds * steps >= worthLooking) {
        const gpu = await openGpu(model, trial, own, device === 'gpu', notes, hooks);
        if (gpu !== null) {
          session = gpu;
          isGpu = true;
          await cpu.release();
        }
      } else notes.push(`A step takes ${time(own.milliseconds)} on the processor, so the whole training is short: no GPU was looked for.`);
    } catch (error) {
      await session.release().catch(() => undefined);
      throw error;
    }
  }
  session ??= await onCpu();
  return {
    notes,
    async run(feeds, fetches) {
      const current = session ?? (session = await onCpu());
      try {
        return await current.run(feeds, fetches);
      } catch (error) {
        hooks.check();
        if (!isGpu) throw error;
        // The step's inputs are as they were: it is made again.
        isGpu = false;
        notes.push(`The GPU failed while training (${reason(error)}); the processor went on.`);
        await current.release().catch(() => undefined);
        session = await onCpu();
        return session.run(feeds, fetches);
      }
    },
    release: async () => {
      await session?.release();
      session = null;
    },
  };
}

async function openGpu(model: Uint8Array, trial: () => Feeds, cpu: Trial, wanted: boolean, notes: string[], hooks: TrainHooks): Promise<NativeSession | null> {
  hooks.progress(null, 'Looking for a GPU');
  const { name, detail } = await findProvider();
  hooks.check();
  if (name === null) {
    notes.push(`There is no GPU to train on, so the processor does: ${detail}`);
    return null;
  }
  let gpu: NativeSession | null = null;
  try {
    gpu = await openNativeSession(model, 'training', name);
    const found = await tryOut(gpu, trial, hooks);
    const isRight = Math.abs(found.loss - cpu.loss) <= agreement * Math.max(1, Math.abs(cpu.loss));
    const faster = found.milliseconds < cpu.milliseconds;
    const both = `A step takes ${time(cpu.milliseconds)} on the processor and ${time(found.milliseconds)} on the GPU (${name})`;
    if (isRight && (wanted || faster)) {
      notes.push(`${both}: the GPU trains.`);
      return gpu;
    }
    notes.push(isRight ? `${both}: the processor trains.` : `The GPU (${name}) gives another loss than the processor, so the processor trains.`);
  } catch (error) {
    hooks.check();
    notes.push(`The GPU (${name}) cannot train this network (${reason(error)}), so the processor does.`);
  }
  await gpu?.release().catch(() => undefined);
  return null;
}

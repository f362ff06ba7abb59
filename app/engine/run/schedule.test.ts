import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { runSchedule, type Outcome, type Task } from './schedule.ts';

function task(id: string, needs: string[] = [], light = false): Task {
  return { id, needs, light };
}

const never = new AbortController().signal;

async function outcomesOf(tasks: Task[], fails: Set<string>, parallel = 2): Promise<{ outcomes: Map<string, Outcome>; because: Map<string, string>; order: string[]; most: number }> {
  const outcomes = new Map<string, Outcome>();
  const because = new Map<string, string>();
  const order: string[] = [];
  const twice: string[] = [];
  let now = 0;
  let most = 0;
  await runSchedule(tasks, {
    parallel,
    signal: never,
    async execute(id) {
      now += 1;
      most = Math.max(most, now);
      await Promise.resolve();
      now -= 1;
      order.push(id);
      if (fails.has(id)) throw new Error(`${id} broke`);
    },
    settled(id, outcome, detail) {
      if (outcomes.has(id)) twice.push(id);
      outcomes.set(id, outcome);
      if (detail.because) because.set(id, detail.because);
    },
  });
  expect(twice).toEqual([]);
  return { outcomes, because, order, most };
}

describe('runSchedule', () => {
  it('isolates a failure: descendants are skipped, siblings go on', async () => {
    const { outcomes, because } = await outcomesOf(
      [task('a'), task('b', ['a']), task('c', ['b']), task('d', ['a']), task('e', ['c', 'd'])],
      new Set(['b']),
    );
    expect(Object.fromEntries(outcomes)).toEqual({ a: 'succeeded', b: 'failed', c: 'skipped', d: 'succeeded', e: 'skipped' });
    expect(because.get('e')).toBe('b');
  });

  it('runs every task of any acyclic graph once, after what it needs, within the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(30), { maxLength: 3 }),
        async (graph, parallel, failing) => {
          const tasks = graph.map((needs, index) => task(String(index), needs.filter((need) => need < index).map(String)));
          const fails = new Set(failing.map(String));
          const { outcomes, order, most } = await outcomesOf(tasks, fails, parallel);
          expect(outcomes.size).toBe(tasks.length);
          expect(most).toBeLessThanOrEqual(parallel);
          for (const one of tasks) {
            const broken = one.needs.some((need) => outcomes.get(need) !== 'succeeded');
            expect(outcomes.get(one.id)).toBe(broken ? 'skipped' : fails.has(one.id) ? 'failed' : 'succeeded');
            if (!broken) for (const need of one.needs) expect(order.indexOf(need)).toBeLessThan(order.indexOf(one.id));
          }
        },
      ),
    );
  });

  it('skips tasks on a cycle instead of waiting for ever', async () => {
    const { outcomes } = await outcomesOf([task('a', ['b']), task('b', ['a']), task('c')], new Set());
    expect(Object.fromEntries(outcomes)).toEqual({ a: 'skipped', b: 'skipped', c: 'succeeded' });
  });

  it('does not overflow on a chain of 100 000 that fails at its head', async () => {
    const tasks = Array.from({ length: 100_000 }, (_, index) => task(String(index), index === 0 ? [] : [String(index - 1)], true));
    const { outcomes } = await outcomesOf(tasks, new Set(['0']));
    expect(outcomes.get('99999')).toBe('skipped');
  });

  it('ends with the fault of whoever listens, instead of waiting for ever', async () => {
    const settled = (): void => {
      throw new Error('the listener broke');
    };
    await expect(runSchedule([task('a'), task('b', ['a'])], { parallel: 1, signal: never, execute: async () => undefined, settled })).rejects.toThrow('the listener broke');
  });

  it('cancels what runs, starts nothing more, and leaves behind what ignores its signal', async () => {
    const controller = new AbortController();
    const started: string[] = [];
    const outcomes = await runSchedule([task('deaf'), task('polite'), task('later', ['polite']), task('queued')], {
      parallel: 2,
      signal: controller.signal,
      graceMs: 5,
      execute(id, signal) {
        started.push(id);
        if (started.length === 2) controller.abort();
        if (id === 'deaf') return new Promise<void>(() => undefined);
        return new Promise((_, reject) => {
          if (signal.aborted) reject(new Error('stopped'));
          else signal.addEventListener('abort', () => reject(new Error('stopped')));
        });
      },
      settled: () => undefined,
    });
    expect(started).toEqual(['deaf', 'polite']);
    expect(Object.fromEntries(outcomes)).toEqual({ deaf: 'cancelled', polite: 'cancelled', later: 'skipped', queued: 'cancelled' });
  });
});

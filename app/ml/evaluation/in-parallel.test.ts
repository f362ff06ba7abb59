import { describe, expect, it } from 'vitest';
import { inParallel } from './in-parallel.ts';

const never = new AbortController().signal;
const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
};

describe('inParallel', () => {
  it('keeps the order of items and the limit, whatever ends first', async () => {
    let now = 0;
    let most = 0;
    const found = await inParallel([5, 1, 4, 2, 3], 2, never, async (item) => {
      now += 1;
      most = Math.max(most, now);
      await turns(item * 10);
      now -= 1;
      return item * 2;
    });
    expect(found).toEqual([10, 2, 8, 4, 6]);
    expect(most).toBe(2);
  });

  it('throws the failure of the first item that fails, and stops those after it', async () => {
    const seen: string[] = [];
    const work = inParallel([30, 5, 500], 3, never, async (item, index, signal) => {
      await turns(item);
      seen.push(`${index}${signal.aborted ? ' stopped' : ''}`);
      if (index < 2) throw new Error(`item ${index}`);
      signal.throwIfAborted();
    });
    await expect(work).rejects.toThrow('item 0');
    expect(seen).toEqual(['1', '0', '2 stopped']);
  });

  it('starts nothing more once it is cancelled', async () => {
    const controller = new AbortController();
    const started: number[] = [];
    const work = inParallel([0, 1, 2, 3], 1, controller.signal, async (item) => {
      started.push(item);
      if (item === 1) controller.abort();
    });
    await expect(work).rejects.toThrow();
    expect(started).toEqual([0, 1]);
  });
});

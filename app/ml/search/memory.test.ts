import { describe, expect, it } from 'vitest';
import { TrialMemory } from './memory.ts';

const place = (first: Uint8Array | null = null) => {
  let bytes = first;
  return { load: async () => bytes, save: async (next: Uint8Array) => void (bytes = next), at: () => bytes };
};
const scores = { metrics: [{ rmse: 1.25, r2: Number.NaN }, { rmse: Number.POSITIVE_INFINITY, r2: -0.5 }], fitMs: 3, seconds: 0.1, failure: null };

describe('TrialMemory', () => {
  it('finds after a restart what was kept, values that JSON does not have included', async () => {
    const checkpoint = place();
    const memory = await TrialMemory.open(checkpoint);
    expect(memory.find(['a'])).toBeNull();
    await memory.keep(['a'], scores);
    expect(memory.isRecalled(['a'])).toBe(false);
    const later = await TrialMemory.open(checkpoint);
    expect(later.find(['a'])).toEqual(scores);
    expect(later.isRecalled(['a'])).toBe(true);
    expect(later.find(['b'])).toBeNull();
  });

  it('keeps states of the last fit beside the trials', async () => {
    const checkpoint = place();
    const memory = await TrialMemory.open(checkpoint);
    await memory.keep(['a'], scores);
    expect(await memory.ofLastFit?.load()).toBeNull();
    await memory.ofLastFit?.save(Uint8Array.of(10, 0, 255, 10));
    const later = await TrialMemory.open(checkpoint);
    expect(later.find(['a'])).toEqual(scores);
    expect(Array.from((await later.ofLastFit?.load()) ?? [])).toEqual([10, 0, 255, 10]);
    expect((await TrialMemory.open(null)).ofLastFit).toBeUndefined();
  });

  it('starts anew from a damaged file', async () => {
    const memory = await TrialMemory.open(place(new TextEncoder().encode('{"version":1,"trials":[[1')));
    expect(memory.find(['a'])).toBeNull();
  });
});

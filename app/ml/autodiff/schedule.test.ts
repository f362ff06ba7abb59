import { describe, expect, it } from 'vitest';
import { rateAt } from './schedule.ts';

const rates = (name: 'constant' | 'step' | 'cosine', warmUp: number, steps: number): number[] => Array.from({ length: steps }, (_, i) => rateAt({ name, learningRate: 1, warmUp }, i + 1, steps));

describe('rateAt', () => {
  it('stays', () => expect(rates('constant', 0, 3)).toEqual([1, 1, 1]));
  it('rises, then stays', () => expect(rates('constant', 0.3, 10)).toEqual([0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1]));
  it('goes down in steps', () => {
    const expected = [1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01];
    for (const [i, rate] of rates('step', 0, 8).entries()) expect(rate).toBeCloseTo(expected[i] ?? 0, 12);
  });
  it('goes down in half a cosine', () => {
    const all = rates('cosine', 0.2, 10);
    expect(all.slice(0, 3)).toEqual([1 / 3, 2 / 3, 1]);
    expect(all[6]).toBeCloseTo(0.5, 12);
    for (let i = 3; i < 10; i++) expect(all[i]).toBeLessThan(all[i - 1] ?? 0);
    expect(all[9]).toBeGreaterThan(0);
  });
});

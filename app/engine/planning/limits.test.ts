import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { databaseMemory, defaultLimits, duckDbSize, leastDisk, leastMemory, parseSize, spillRoom } from './limits.ts';

describe('limits', () => {
  it('leave memory to the system', () => {
    const gb = 1e9;
    const machine = (memory: number) => defaultLimits({ memory, freeDisk: 500 * gb, usedDisk: 0 }).memory / gb;
    expect(machine(64 * gb)).toBeCloseTo(38.4);
    expect(machine(4 * gb)).toBeCloseTo(2);
    expect(machine(1 * gb)).toBeCloseTo(0.4);
  });

  it('never go below the least, and grow with the machine', () => {
    const size = fc.double({ min: 0, max: 1e13, noNaN: true });
    fc.assert(
      fc.property(size, size, size, (memory, freeDisk, more) => {
        const limits = defaultLimits({ memory, freeDisk, usedDisk: 0 });
        const larger = defaultLimits({ memory: memory + more, freeDisk: freeDisk + more, usedDisk: 0 });
        expect(limits.memory).toBeGreaterThanOrEqual(leastMemory);
        expect(limits.disk).toBeGreaterThanOrEqual(leastDisk);
        expect(larger.memory).toBeGreaterThanOrEqual(limits.memory);
        expect(larger.disk).toBeGreaterThanOrEqual(limits.disk);
      }),
    );
  });

  it.each([
    ['4GB', 4e9],
    ['800 mb', 8e8],
    ['1.5 GiB', 1.5 * 2 ** 30],
    ['2000000000', 2e9],
  ])('reads %s', (text, bytes) => expect(parseSize(text, leastMemory, 'memory')).toBe(bytes));

  it.each(['', 'much', '4 XB', '-1GB', '1GB2'])('refuses “%s”', (text) => expect(() => parseSize(text, 0, 'memory')).toThrow(/not a size/));

  it('refuses too little and says how much is needed', () => {
    expect(() => parseSize('10MB', leastMemory, 'the memory of queries')).toThrow(expect.objectContaining({ code: 'size-too-small', remedy: expect.stringContaining('100.0 MB') as unknown }));
  });

  it('are written as DuckDB reads them', () => {
    expect(duckDbSize(2.5e9)).toBe('2500MB');
    expect(spillRoom(100e9)).toBe(99e9);
    expect(spillRoom(0)).toBe(100_000_000);
  });

  it('leaves the memory that the database does not count out of what it is told, from 1 GB up', () => {
    expect([5e8, 1e9, 1.5e9, 2e9, 8e9].map(databaseMemory)).toEqual([5e8, 1e9, 1.3e9, 1.6e9, 6.4e9]);
  });
});

import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyLog, logEnd, openLog, sealRecord } from './log.ts';
import { chunkBytes, headerBytes, sealBytes, tagBytes, unsealBytes } from './stream.ts';

const key = randomBytes(32);
const sizes = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(chunkBytes - 1, chunkBytes, chunkBytes + 1, 2 * chunkBytes, 2 * chunkBytes + 5));
const content = sizes.map((size) => randomBytes(size));
const refused = expect.objectContaining({ code: 'sealed-damaged' });

describe('sealed files', () => {
  it('give back what was put in', () => {
    fc.assert(fc.property(content, (bytes) => void expect(unsealBytes(key, sealBytes(key, bytes), 'a')).toEqual(bytes)), { numRuns: 60 });
  });

  it('are refused with any bit turned', () => {
    fc.assert(
      fc.property(content, fc.nat(), (bytes, at) => {
        const sealed = sealBytes(key, bytes);
        sealed[at % sealed.length] = (sealed[at % sealed.length] ?? 0) ^ (1 << (at % 8));
        expect(() => unsealBytes(key, sealed, 'a')).toThrow(refused);
      }),
      { numRuns: 100 },
    );
  });

  it('are refused when cut short anywhere, also between chunks', () => {
    fc.assert(
      fc.property(content, fc.nat(), (bytes, at) => {
        const sealed = sealBytes(key, bytes);
        expect(() => unsealBytes(key, sealed.subarray(0, at % sealed.length), 'a')).toThrow(refused);
      }),
      { numRuns: 100 },
    );
    const three = sealBytes(key, randomBytes(3 * chunkBytes));
    for (const chunks of [1, 2]) expect(() => unsealBytes(key, three.subarray(0, headerBytes + chunks * (chunkBytes + tagBytes)), 'a')).toThrow(refused);
  });

  it('are refused with chunks swapped, doubled or of another file', () => {
    const whole = chunkBytes + tagBytes;
    const chunk = (sealed: Buffer, n: number): Buffer => sealed.subarray(headerBytes + n * whole, headerBytes + (n + 1) * whole);
    const one = sealBytes(key, randomBytes(3 * chunkBytes));
    const other = sealBytes(key, randomBytes(3 * chunkBytes));
    const made = (...chunks: Buffer[]): Buffer => Buffer.concat([one.subarray(0, headerBytes), ...chunks]);
    expect(unsealBytes(key, made(chunk(one, 0), chunk(one, 1), chunk(one, 2)), 'a')).toHaveLength(3 * chunkBytes);
    for (const bad of [made(chunk(one, 1), chunk(one, 0), chunk(one, 2)), made(chunk(one, 0), chunk(one, 0), chunk(one, 1), chunk(one, 2)), made(chunk(one, 0), chunk(other, 1), chunk(one, 2)), made(chunk(one, 0), chunk(one, 2))]) {
      expect(() => unsealBytes(key, bad, 'a')).toThrow(refused);
    }
  });

  it('are refused under another key, and equal content looks different each time', () => {
    const bytes = Buffer.from('the same content');
    expect(() => unsealBytes(randomBytes(32), sealBytes(key, bytes), 'a')).toThrow(refused);
    expect(sealBytes(key, bytes).equals(sealBytes(key, bytes))).toBe(false);
  });
});

describe('sealed logs', () => {
  const log = (records: readonly Uint8Array[]): { header: Buffer; records: Buffer[]; whole: Buffer } => {
    const header = emptyLog();
    const sealed = records.map((record, number) => sealRecord(key, header, number, record));
    return { header, records: sealed, whole: Buffer.concat([header, ...sealed]) };
  };

  it('give back their records, and drop one that is torn at the end', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 8 }), fc.nat(), (records, cut) => {
        const { whole, records: sealed } = log(records);
        expect(openLog(key, whole, 'a').map((one) => [...one])).toEqual(records.map((one) => [...one]));
        const last = sealed.at(-1)?.length ?? 0;
        const torn = whole.subarray(0, whole.length - 1 - (cut % last));
        expect(openLog(key, torn, 'a')).toHaveLength(records.length - 1);
        expect(logEnd(torn)).toEqual({ records: records.length - 1, bytes: whole.length - last });
      }),
      { numRuns: 60 },
    );
  });

  it('are refused with records swapped, doubled, left out of the middle or changed', () => {
    const { header, records } = log([Buffer.from('one'), Buffer.from('two'), Buffer.from('three')]);
    const [a = header, b = header, c = header] = records;
    for (const bad of [[b, a, c], [a, a, b], [a, c]]) expect(() => openLog(key, Buffer.concat([header, ...bad]), 'a')).toThrow(refused);
    const changed = Buffer.concat([header, a, b, c]);
    changed[headerBytes + 20] = (changed[headerBytes + 20] ?? 0) ^ 1;
    expect(() => openLog(key, changed, 'a')).toThrow(refused);
    expect(() => openLog(randomBytes(32), Buffer.concat([header, a, b, c]), 'a')).toThrow(refused);
  });
});

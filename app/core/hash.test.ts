import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, portableSha256Hex, sha256Hex, stableHash } from './hash.ts';

describe('stableHash', () => {
  it('does not see the order of keys, and sees everything else', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (record, other) => {
        const turned = Object.fromEntries(Object.entries(record).reverse());
        expect(stableHash(turned)).toBe(stableHash(record));
        expect(stableHash({ a: record, b: other }) === stableHash({ a: other, b: record })).toBe(canonicalJson(record) === canonicalJson(other));
      }),
    );
  });

  it('is the published SHA-256', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('is the same by the platform and in portable code, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(sha256Hex(text)).toBe(portableSha256Hex(text));
      }),
    );
    expect(sha256Hex('\ud800')).toBe(portableSha256Hex('\ud800'));
  });

  it('tells numbers that JSON cannot write from text', () => {
    expect(stableHash(Number.NaN)).not.toBe(stableHash('NaN'));
    expect(stableHash(Infinity)).not.toBe(stableHash(-Infinity));
    expect(stableHash(-0)).toBe(stableHash(0));
    expect(stableHash(10n)).not.toBe(stableHash(10));
  });
});

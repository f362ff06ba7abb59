import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { encodeFrame, FrameDecoder, maxFrameBytes, type Frame } from './frames.ts';

const connection = fc.integer({ min: 0, max: 0xffffffff });
const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), connection, text: fc.string({ unit: 'grapheme', maxLength: 200 }) }),
  fc.record({ type: fc.constant('binary' as const), connection, bytes: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ type: fc.constant('open' as const), connection }),
  fc.record({ type: fc.constant('close' as const), connection }),
);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.byteLength;
  }
  return out;
}

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 200 }), (frames, cuts) => {
        const stream = joined(frames.map(encodeFrame));
        const decoder = new FrameDecoder();
        const out: Frame[] = [];
        let at = 0;
        for (const size of cuts) {
          out.push(...decoder.push(stream.slice(at, at + size)));
          at = Math.min(stream.byteLength, at + size);
        }
        out.push(...decoder.push(stream.slice(at)));
        expect(out).toEqual(frames);
        expect(decoder.pending).toBe(0);
      }),
    );
  });

  it('do not share memory with the chunk they came in', () => {
    const chunk = encodeFrame({ type: 'binary', connection: 1, bytes: new Uint8Array([1, 2, 3]) });
    const [out] = new FrameDecoder().push(chunk);
    chunk.fill(0);
    expect(out).toEqual({ type: 'binary', connection: 1, bytes: new Uint8Array([1, 2, 3]) });
  });

  it('that are cut short are seen as pending', () => {
    const decoder = new FrameDecoder();
    expect(decoder.push(encodeFrame({ type: 'open', connection: 1 }).slice(0, 7))).toEqual([]);
    expect(decoder.pending).toBe(7);
  });

  it.each([
    ['length', new Uint8Array([0xff, 0xff, 0xff, 0xff])],
    ['short length', new Uint8Array([1, 0, 0, 0, 2])],
    ['type', new Uint8Array([5, 0, 0, 0, 9, 0, 0, 0, 0])],
    ['text', new Uint8Array([6, 0, 0, 0, 0, 0, 0, 0, 0, 0xff])],
  ])('with a damaged %s are refused', (_, bytes) => {
    expect(() => new FrameDecoder().push(bytes)).toThrow(/damaged/);
  });

  it('larger than the limit are refused when written', () => {
    const bytes = { byteLength: maxFrameBytes } as Uint8Array;
    expect(() => encodeFrame({ type: 'binary', connection: 1, bytes })).toThrow(/larger/);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import reference from './images.reference.json' with { type: 'json' };
import { decodeJpeg } from './jpeg.ts';
import { decodePng } from './png.ts';
import { decodeImage, readImage } from './read-image.ts';
import { resize, upright } from './resize.ts';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)));

/** Mean of each block of 10 × 10 pixels, as scripts/reference/images.go gives it. */
function blockMeans(width: number, height: number, data: Uint8Array): number[] {
  const means: number[] = [];
  for (let y = 0; y + 10 <= height; y += 10) {
    for (let x = 0; x + 10 <= width; x += 10) {
      for (let k = 0; k < 3; k++) {
        let sum = 0;
        for (let i = 0; i < 100; i++) sum += data[3 * ((y + Math.floor(i / 10)) * width + x + (i % 10)) + k] ?? 0;
        means.push(sum / 100);
      }
    }
  }
  return means;
}

describe("pixels as Go's decoders find them (scripts/reference/images.go)", () => {
  for (const [name, { width, height, blocks, row, pixels }] of Object.entries(reference)) {
    it(name, () => {
      const found = name.endsWith('png') ? decodePng(fixture(name)) : decodeJpeg(fixture(name));
      expect([found.width, found.height]).toEqual([width, height]);
      for (const [i, mean] of blockMeans(width, height, found.data).entries()) expect(Math.abs(mean - (blocks[i] ?? Number.NaN))).toBeLessThan(1.1);
      for (const [i, value] of pixels.entries()) expect(Math.abs((found.data[3 * row * width + i] ?? Number.NaN) - value)).toBeLessThanOrEqual(2);
    });
  }
  it('a JPEG decoded at a quarter is the whole one made smaller', () => {
    const small = decodeImage(fixture('baseline-440.jpeg'), 12, 8);
    const whole = resize(decodeJpeg(fixture('baseline-440.jpeg')), 12, 8);
    const difference = small.data.reduce((sum, value, i) => sum + Math.abs(value - (whole.data[i] ?? 0)), 0) / small.data.length;
    expect(difference).toBeLessThan(4);
  });
});

describe('resize', () => {
  const grey = (width: number, values: number[]) => ({ width, height: values.length / width, data: Uint8Array.from(values.flatMap((value) => [value, value, value])) });
  const first = ({ data }: { data: Uint8Array }) => Array.from(data).filter((_, i) => i % 3 === 0);
  // By hand: a triangle of half-width 2 over four values, weights 1 3 3 1 cut at the edges.
  it('averages where it makes smaller', () => expect(first(resize(grey(4, [0, 70, 140, 210]), 2, 1))).toEqual([50, 160]));
  it('interpolates where it makes larger', () => expect(first(resize(grey(2, [0, 100]), 4, 1))).toEqual([0, 25, 75, 100]));
  it('turns images upright', () => {
    const image = grey(2, [1, 2, 3, 4, 5, 6]);
    const turned = Object.fromEntries([2, 3, 4, 5, 6, 7, 8].map((orientation) => [orientation, first(upright(image, orientation))]));
    expect(turned).toEqual({ 2: [2, 1, 4, 3, 6, 5], 3: [6, 5, 4, 3, 2, 1], 4: [5, 6, 3, 4, 1, 2], 5: [1, 3, 5, 2, 4, 6], 6: [5, 3, 1, 6, 4, 2], 7: [6, 4, 2, 5, 3, 1], 8: [2, 4, 6, 1, 3, 5] });
    expect(upright(image, 6)).toMatchObject({ width: 3, height: 2 });
  });
});

describe('what is no readable image', () => {
  const reason = (file: Uint8Array): string => {
    try {
      decodeImage(file, 4, 4);
    } catch (error) {
      return (error as Error).message;
    }
    return 'read';
  };
  const png = fixture('rgba-8.png');
  it('says why', () => {
    expect(reason(new Uint8Array())).toContain('empty');
    expect(reason(new TextEncoder().encode('GIF89a'))).toContain('neither PNG nor JPEG');
    expect(reason(png.subarray(0, 60))).toMatch(/damaged|too early/);
    expect(reason(fixture('grey.jpeg').subarray(0, 20))).toContain('damaged');
    expect(reason(png.with(24, 3))).toContain('unknown kind');
    expect(reason(png.with(16, 255).with(20, 255))).toContain('million pixels');
  });
  it('does not unpack more than the pixels need', () => {
    const bomb = deflateSync(new Uint8Array(50_000_000));
    const at = png.findIndex((_, i) => String.fromCharCode(...png.subarray(i, i + 4)) === 'IDAT');
    const file = new Uint8Array(at + 4 + bomb.length + 4);
    file.set(png.subarray(0, at + 4));
    new DataView(file.buffer).setUint32(at - 4, bomb.length);
    file.set(bomb, at + 4);
    expect(reason(file)).toContain('damaged');
  });
  it('reads files', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'images-'));
    await writeFile(path.join(folder, 'a.jpg'), fixture('grey.jpeg'));
    expect((await readImage(path.join(folder, 'a.jpg'), 5, 3)).data).toHaveLength(45);
    await expect(readImage(path.join(folder, 'b.jpg'), 5, 3)).rejects.toMatchObject({ code: 'image-unreadable' });
    await rm(folder, { recursive: true });
  });
});

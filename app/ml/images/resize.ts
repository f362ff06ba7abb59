import type { Pixels } from './pixels.ts';

interface Weights {
  readonly first: number;
  readonly values: Float32Array;
}

/** For each place of the result which places it takes and how much: a triangle as wide as the step, so that making smaller averages. */
function weightsOf(from: number, to: number): Weights[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach));
    const last = Math.min(from, Math.ceil(centre + reach));
    const values = Float32Array.from({ length: last - first }, (_unused, k) => Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / reach));
    const total = values.reduce((sum, value) => sum + value, 0);
    return { first, values: values.map((value) => value / total) };
  });
}

/** The image in another size, by bilinear interpolation that averages where it makes smaller (as Pillow's BILINEAR). */
export function resize({ width, height, data }: Pixels, toWidth: number, toHeight: number): Pixels {
  if (width === toWidth && height === toHeight) return { width, height, data };
  const across = weightsOf(width, toWidth);
  const down = weightsOf(height, toHeight);
  const narrow = new Float32Array(height * toWidth * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (const { first, values } of across) {
      let [red, green, blue] = [0, 0, 0];
      for (let k = 0, at = 3 * (y * width + first); k < values.length; k++, at += 3) {
        const weight = values[k] as number;
        red += weight * (data[at] as number);
        green += weight * (data[at + 1] as number);
        blue += weight * (data[at + 2] as number);
      }
      narrow[to++] = red;
      narrow[to++] = green;
      narrow[to++] = blue;
    }
  }
  const out = new Uint8Array(toWidth * toHeight * 3);
  const row = toWidth * 3;
  for (const [y, { first, values }] of down.entries()) {
    for (let i = 0; i < row; i++) {
      let sum = 0;
      for (let k = 0; k < values.length; k++) sum += (values[k] as number) * (narrow[(first + k) * row + i] as number);
      out[y * row + i] = Math.round(sum);
    }
  }
  return { width: toWidth, height: toHeight, data: out };
}

/** Turns an image upright by its EXIF orientation 1…8. */
export function upright({ width, height, data }: Pixels, orientation: number): Pixels {
  if (orientation <= 1) return { width, height, data };
  const swaps = orientation >= 5;
  const [w, h] = swaps ? [height, width] : [width, height];
  const out = new Uint8Array(data.length);
  // Of each pixel of the result: whether its row, its column come from the other end.
  const flipX = [2, 3, 7, 8].includes(orientation);
  const flipY = [3, 4, 6, 7].includes(orientation);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [u, v] = swaps ? [y, x] : [x, y];
      const from = 3 * ((flipY ? height - 1 - v : v) * width + (flipX ? width - 1 - u : u));
      out.set(data.subarray(from, from + 3), 3 * (y * w + x));
    }
  }
  return { width: w, height: h, data: out };
}

import { greyWeights, toInput } from './network.ts';
import type { CnnParams } from './params.ts';

export interface Augmentation {
  readonly flip: boolean;
  /** Largest move, as a share of the size. */
  readonly shift: number;
  /** Largest turn, in degrees. */
  readonly rotate: number;
}

/** Where each place of the network's input comes from: columns and rows of the image, by a turn about the centre, a mirror and a move. */
interface Movement {
  readonly cos: number;
  readonly sin: number;
  readonly mirror: number;
  readonly x: number;
  readonly y: number;
}

export function randomMovement({ flip, shift, rotate }: Augmentation, size: number, next: () => number): Movement {
  const angle = ((2 * next() - 1) * rotate * Math.PI) / 180;
  const mirror = flip && next() < 0.5 ? -1 : 1;
  return { cos: Math.cos(angle), sin: Math.sin(angle), mirror, x: (2 * next() - 1) * shift * size, y: (2 * next() - 1) * shift * size };
}

/**
 * Writes an image (size × size pixels, each red · 65,536 + green · 256 + blue) to `out` as planes of the network's input. Moved places are read
 * between pixels (bilinear); beyond the edge the nearest pixel repeats.
 */
export function putImage(pixels: Float32Array, size: number, colour: CnnParams['colour'], out: Float32Array, at: number, movement: Movement | null): void {
  const plane = size * size;
  const write = (place: number, red: number, green: number, blue: number): void => {
    if (colour === 'grey') {
      out[at + place] = toInput(greyWeights[0] * red + greyWeights[1] * green + greyWeights[2] * blue);
      return;
    }
    out[at + place] = toInput(red);
    out[at + plane + place] = toInput(green);
    out[at + 2 * plane + place] = toInput(blue);
  };
  if (movement === null) {
    for (let place = 0; place < plane; place++) {
      const pixel = pixels[place] as number;
      write(place, pixel >> 16, (pixel >> 8) & 255, pixel & 255);
    }
    return;
  }
  const { cos, sin, mirror, x: moveX, y: moveY } = movement;
  const centre = (size - 1) / 2;
  const last = size - 1;
  for (let y = 0, place = 0; y < size; y++) {
    for (let x = 0; x < size; x++, place++) {
      const [u, v] = [mirror * (x - centre), y - centre];
      const fromX = Math.min(last, Math.max(0, cos * u + sin * v + centre + moveX));
      const fromY = Math.min(last, Math.max(0, cos * v - sin * u + centre + moveY));
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, bottom] = [Math.min(last, left + 1), Math.min(last, top + 1)];
      const [p, q] = [fromX - left, fromY - top];
      const [a, b, c, d] = [pixels[top * size + left] as number, pixels[top * size + right] as number, pixels[bottom * size + left] as number, pixels[bottom * size + right] as number];
      const mix = (by: number): number => (1 - q) * ((1 - p) * ((a >> by) & 255) + p * ((b >> by) & 255)) + q * ((1 - p) * ((c >> by) & 255) + p * ((d >> by) & 255));
      write(place, mix(16), mix(8), mix(0));
    }
  }
}

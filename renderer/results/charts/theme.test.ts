import { describe, expect, it } from 'vitest';
import { neutralColour, palettes } from './theme.ts';

type Triple = readonly [number, number, number];

/** sRGB text → linear light. */
function linear(hex: string): Triple {
  const value = Number.parseInt(hex.slice(1), 16);
  const channel = (shift: number): number => {
    const c = ((value >> shift) & 255) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [channel(16), channel(8), channel(0)];
}

const times = (m: readonly Triple[], [x, y, z]: Triple): Triple => m.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Triple;

/** Oklab (Ottosson 2020). */
function oklab(rgb: Triple): Triple {
  const lms = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], rgb.map((c) => Math.max(0, c)) as unknown as Triple);
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], lms.map(Math.cbrt) as unknown as Triple);
}

/** Machado, Oliveira and Fernandes (2009), full severity, on linear light. */
const sights: Readonly<Record<string, readonly Triple[]>> = {
  full: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

const difference = (a: string, b: string, sight: readonly Triple[]): number => {
  const [x, y] = [oklab(times(sight, linear(a))), oklab(times(sight, linear(b)))];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
};

const luminance = (hex: string): number => times([[0.2126, 0.7152, 0.0722], [0, 0, 0], [0, 0, 0]], linear(hex))[0];
const contrast = (a: string, b: string): number => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);

describe.each(['light', 'dark'] as const)('the %s palette', (name) => {
  const colours = [...palettes[name], neutralColour({ dark: name === 'dark' })];
  const surface = name === 'light' ? '#ffffff' : '#1f2329';

  it.each(Object.keys(sights))('keeps its colours apart with %s sight', (sight) => {
    const matrix = sights[sight] ?? [];
    for (const [i, a] of colours.entries()) {
      for (const b of colours.slice(i + 1)) expect(difference(a, b, matrix), `${a} and ${b}`).toBeGreaterThan(least(sight));
    }
  });

  it('stands out from the surface', () => {
    for (const colour of colours) expect(contrast(colour, surface), colour).toBeGreaterThan(2.4);
  });
});

/** Oklab distance; 0.02 is just noticeable side by side. */
function least(sight: string): number {
  return sight === 'full' ? 0.09 : 0.06;
}

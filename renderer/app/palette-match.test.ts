import { describe, expect, it } from 'vitest';
import { paletteScore } from './palette-match.ts';

describe('the palette', () => {
  it('finds by words of the name and by other tools’ names', () => {
    expect(paletteScore('add Join transform/join', 'join')).toBe(1);
    expect(paletteScore('add Join transform/join', 'VLOOKUP', ['VLOOKUP', 'merge'])).toBeGreaterThan(0);
    expect(paletteScore('add Group By transform/group-by', 'by gr')).toBeGreaterThan(0);
    expect(paletteScore('add Window transform/window', 'multi-row', ['multi-row formula'])).toBeGreaterThan(0);
  });

  it('leaves out what only has the letters somewhere', () => {
    expect(paletteScore('add Neural Network train/neural-network', 'lookup', ['deep learning', 'loss curve', 'up'])).toBe(0);
    expect(paletteScore('add Join transform/join', 'join cars')).toBe(0);
  });

  it('puts a whole word before a beginning, and that before a keyword', () => {
    const whole = paletteScore('add Join transform/join', 'join');
    const beginning = paletteScore('add Join transform/join', 'jo');
    const keyword = paletteScore('add Join transform/join', 'merge', ['merge']);
    expect(whole).toBeGreaterThan(beginning);
    expect(beginning).toBeGreaterThan(keyword);
  });
});

import { describe, expect, it } from 'vitest';
import { isOnScreen, parseBounds } from './screens.ts';

const left = { x: 0, y: 0, width: 1920, height: 1080 };
const right = { x: 1920, y: 0, width: 1280, height: 1024 };
const at = (x: number, y: number) => ({ x, y, width: 700, height: 500 });

describe('the place of a window', () => {
  it('is kept on a screen that is there, also across two', () => {
    expect(isOnScreen(at(100, 100), [left])).toBe(true);
    expect(isOnScreen(at(1700, 100), [left, right])).toBe(true);
    expect(isOnScreen(at(2200, 100), [left, right])).toBe(true);
  });

  it('is given up where the screen is gone, or where nobody could get hold of it', () => {
    expect(isOnScreen(at(2200, 100), [left])).toBe(false);
    expect(isOnScreen(at(1900, 100), [left])).toBe(false);
    expect(isOnScreen(at(100, 1075), [left])).toBe(false);
    expect(isOnScreen(at(100, -400), [left])).toBe(false);
  });

  it('is only taken from a page where it is one', () => {
    expect(parseBounds(at(-1200, 40))).toEqual(at(-1200, 40));
    for (const wrong of [null, 'here', { x: 1, y: 2 }, { ...at(0, 0), width: 3 }, { ...at(0, 0), x: Number.NaN }, { ...at(0, 0), height: '500' }]) expect(parseBounds(wrong)).toBeNull();
  });
});

import { expect, it } from 'vitest';
import { trendPlaces } from './trend.tsx';

it('places values from the lowest at the bottom to the highest at the top; one alone in the middle', () => {
  expect(trendPlaces([1, 3, 2])).toEqual([{ x: 0, y: 1 }, { x: 0.5, y: 0 }, { x: 1, y: 0.5 }]);
  expect(trendPlaces([5])).toEqual([{ x: 0.5, y: 0.5 }]);
  expect(trendPlaces([2, 2])).toEqual([{ x: 0, y: 0.5 }, { x: 1, y: 0.5 }]);
});

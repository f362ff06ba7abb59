import { describe, expect, it } from 'vitest';
import { chooseRows } from './trial-folds.ts';

describe('chooseRows', () => {
  const classes = Float64Array.from({ length: 1000 }, (_, row) => (row % 10 === 0 ? 1 : 0));

  it('keeps the shares of classes, and smaller shares within larger ones', () => {
    const [small, large] = [chooseRows(classes, 1000, 0.1, 7), chooseRows(classes, 1000, 0.3, 7)];
    expect(small.filter((row) => classes[row] === 1)).toHaveLength(10);
    expect(large.filter((row) => classes[row] === 1)).toHaveLength(30);
    expect(large).toHaveLength(300);
    expect(small.every((row) => large.includes(row))).toBe(true);
    expect([...large]).toEqual([...large].toSorted((a, b) => a - b));
  });

  it('keeps two rows of a rare class, and draws others with another seed', () => {
    const rare = classes.map((_cls, row) => (row < 3 ? 1 : 0));
    expect(chooseRows(rare, 1000, 0.01, 1).filter((row) => rare[row] === 1)).toHaveLength(2);
    expect(chooseRows(null, 1000, 0.1, 1)).not.toEqual(chooseRows(null, 1000, 0.1, 2));
  });
});

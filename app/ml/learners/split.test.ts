import fc from 'fast-check';
import { expect, it } from 'vitest';
import { uniform } from './random.ts';
import { splitRows } from './split.ts';

it('splitRows keeps every row once, a training row of each class, and the share', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 300 }), fc.double({ min: 0, max: 0.5, noNaN: true }), fc.integer(), (classes, fraction, seed) => {
      const target = Float64Array.from(classes);
      const { training, validation } = splitRows({ task: 'classification', rows: classes.length, target, classes: 4 }, fraction, uniform(seed));
      expect([...training, ...validation].sort((a, b) => a - b)).toEqual(classes.map((_, row) => row));
      expect(new Set(Array.from(training, (row) => target[row]))).toEqual(new Set(classes));
      expect(validation.length).toBeLessThanOrEqual(Math.ceil(classes.length * fraction));
      if (fraction * classes.length < 5) expect(validation).toHaveLength(0);
    }),
  );
});

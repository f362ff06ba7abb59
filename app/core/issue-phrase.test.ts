import { expect, it } from 'vitest';
import { z } from 'zod';
import { toDiagnostic } from './errors.ts';
import { issueAt } from './issue-phrase.ts';

const shape = z.strictObject({ retries: z.int().min(0), to: z.array(z.string()).min(1), rules: z.array(z.object({ at: z.enum(['day', 'week']) })) });
const good = { retries: 1, to: ['a'], rules: [] };

it.each([
  [{ ...good, retries: -1 }, 'retries: it must be at least 0'],
  [{ ...good, retries: 'two' }, 'retries: it must be a number'],
  [{ ...good, to: [] }, 'to: it must have at least 1 entry'],
  [{ ...good, rules: [{ at: 'noon' }] }, 'rules.0.at: it must be one of day, week'],
  [{ ...good, more: 1 }, 'it must not have “more”'],
  [null, 'it must be a set of fields'],
])('says of %j where it is wrong, and what', (value, said) => {
  const { error } = shape.safeParse(value);
  expect(error && issueAt(error)).toBe(said);
});

it('says the same of what was thrown', () => {
  const thrown = (() => {
    try {
      return shape.parse({ ...good, retries: 1.5 });
    } catch (error) {
      return error;
    }
  })();
  expect(toDiagnostic(thrown).message).toBe('What was handed over is wrong at retries: it must be a whole number.');
});

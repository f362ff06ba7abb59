import { describe, expect, it } from 'vitest';
import { describeFixtures } from '#app/engine/testing.ts';
import { coveredBy, isNever } from './reach.ts';

describeFixtures(import.meta.url);

describe('what no row can reach', () => {
  it.each([
    ['age > 30', 'true'],
    ['age > 30', 'AGE  >  30'],
    ['age > 30', 'age > 18'],
    ['age > 18', 'age >= 18'],
    ['age = 18', 'age >= 18'],
    ['age <= 5', 'age < 6'],
    ['"first name" = 3', '"first name" <= 3.5'],
    ["city = 'Oslo'", "city='Oslo'"],
  ])('%s after %s', (later, earlier) => expect(coveredBy(later, earlier)).toBe(true));

  it.each([
    ['age > 18', 'age > 30'],
    ['age >= 18', 'age > 18'],
    ['age = 18', 'age > 18'],
    ['age < 10', 'age > 5'],
    ['age > 30', 'income > 18'],
    ["city = 'oslo'", "city = 'Oslo'"],
    ['age > 30', ''],
    ['age > 30 and member', 'age > 18'],
    ['age = 5', 'age = 6'],
  ])('%s is reached after %s', (later, earlier) => expect(coveredBy(later, earlier)).toBe(false));

  it('knows conditions that are never true', () => {
    expect([isNever(' FALSE '), isNever('1 = 0'), isNever('age > 3')]).toEqual([true, true, false]);
  });
});

import { md5 } from '@noble/hashes/legacy.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { TypeMismatch, type FunctionSpec, type Value } from './spec.ts';
import { floatTextSql, textOfValue } from './conversion.ts';

const separator = '\u001f';
const missing = '\u001e';

/**
 * Uniform in [0, 1): the top 52 bits of MD5's first eight bytes, read little-endian (as DuckDB's md5_number_upper does).
 * The text hashed is the seed and then each value as text, a missing value as U+001E, joined by U+001F.
 */
export function hashFraction(seed: Value, values: readonly string[]): number {
  const digest = md5(utf8ToBytes([String(seed), ...values].join(separator)));
  let number = 0n;
  for (let i = 7; i >= 0; i--) number = (number << 8n) | BigInt(digest[i] ?? 0);
  return Number(number >> 12n) / 2 ** 52;
}

export const hashFunctions: readonly FunctionSpec[] = [
  {
    name: 'hash_fraction',
    summary: 'A number from 0 up to but not including 1 that looks random, but is always the same for equal values and seed; for reproducible samples.',
    signature: 'hash_fraction(seed, value, …) → number',
    example: 'hash_fraction(42, customer_id) < 0.1',
    category: 'sampling',
    kind: 'function',
    nulls: 'own',
    resolve: (args) => {
      if (args.length < 2) throw new TypeMismatch('hash_fraction needs a seed and at least one value.');
      if (typeof args[0]?.constant !== 'number' || args[0].type !== 'integer') throw new TypeMismatch('hash_fraction needs a fixed whole number as its seed.', 0, 'Write a number such as 42.');
      return { type: 'float', params: args.map((arg) => arg.type) };
    },
    duckdb: ([, ...values], [, ...types], [seed]) => {
      const texts = values.map((value, i) => {
        // Negative zero equals zero, so it must hash as zero.
        const text = types[i] === 'float' ? floatTextSql(`${value} + 0e0`) : types[i] === 'binary' ? `lower(hex(${value}))` : types[i] === 'string' ? value : `(${value})::varchar`;
        return `coalesce(${text}, chr(30))`;
      });
      return `((md5_number_upper(concat('${String(seed)}', ${texts.map((text) => `chr(31), ${text}`).join(', ')})) >> 12)::double / 4503599627370496e0)`;
    },
    evaluate: ([seed = null, ...values], [, ...types]) =>
      hashFraction(
        seed,
        values.map((value, i) => (value === null ? missing : textOfValue(typeof value === 'number' ? value + 0 : value, types[i] ?? 'string'))),
      ),
  },
];

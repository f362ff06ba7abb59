import type { ColumnType } from '../types.ts';
import { canonicalIso } from './iso-text.ts';
import type { Value } from './spec.ts';

/** Thrown by the interpreter where a strict cast fails the query. */
export class ConversionFailure extends Error {}

/** A non-null value as text, as `cast(… as text)` writes it: 1.0, 1e+20, true, 2024-05-31. */
export function textOfValue(value: Value, type: ColumnType): string {
  return typeof value === 'number' && type === 'float' ? floatText(value) : String(value);
}

/** Shortest digits that read back equal; plain between 1e-4 and 1e16, else with an exponent of at least two digits. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const plain = value.toString();
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** Longer expressions are not written twice. */
const longestRepeated = 80;

/** A number of the database's as text. Its own cast tells the sign of what is no number, which depends on the processor: 0 × ∞ is “-nan” there. */
export function floatTextSql(sql: string): string {
  // Looking for the sign in every text takes as long as making it.
  return sql.length > longestRepeated ? `replace((${sql})::varchar, '-nan', 'nan')` : `(case when isnan(${sql}) then 'nan' else (${sql})::varchar end)`;
}

const yes = new Set(['true', 't', '1', 'yes', 'y']);
const no = new Set(['false', 'f', '0', 'no', 'n']);
const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const float64 = /^([+-])?(inf|infinity|nan)$/i;

/** Converts a non-null value. @throws ConversionFailure where the value cannot become the type. */
export function convert(value: Value, from: ColumnType, to: ColumnType): Value {
  if (from === to || value === null) return value;
  switch (to) {
    case 'string':
      return textOfValue(value, from);
    case 'boolean':
      return from === 'string' ? booleanOf(String(value)) : Number(value) !== 0;
    case 'integer':
      return integerOf(value, from);
    case 'float':
      return from === 'string' ? floatOf(String(value)) : Number(value);
    case 'date':
    case 'time':
    case 'timestamp':
      return temporalOf(String(value), from, to);
    case 'binary':
      return [...new TextEncoder().encode(String(value))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

function booleanOf(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (yes.has(word)) return true;
  if (no.has(word)) return false;
  throw new ConversionFailure(`“${text}” is neither true nor false.`);
}

function integerOf(value: Value, from: ColumnType): bigint {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return wholeOf(halfEven(value));
  const text = String(value).trim();
  if (from !== 'string' || !numberPattern.test(text)) throw new ConversionFailure(`“${text}” is not a whole number.`);
  const result = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : BigInt(Math.sign(Number(text)) * Math.round(Math.abs(Number(text))));
  if (result < -(2n ** 63n) || result >= 2n ** 63n) throw new ConversionFailure(`“${text}” does not fit into 64 bits.`);
  return result;
}

function wholeOf(value: number): bigint {
  if (!(value >= -(2 ** 63) && value < 2 ** 63)) throw new ConversionFailure(`${value} does not fit into 64 bits.`);
  return BigInt(value);
}

/** Numbers with a fraction become whole by rounding, halves to the even neighbour. */
function halfEven(value: number): number {
  const down = Math.floor(value);
  const over = value - down;
  return over > 0.5 || (over === 0.5 && down % 2 !== 0) ? down + 1 : down;
}

function floatOf(text: string): number {
  const trimmed = text.trim();
  const word = float64.exec(trimmed);
  if (word) return word[2]?.toLowerCase() === 'nan' ? NaN : word[1] === '-' ? -Infinity : Infinity;
  if (!numberPattern.test(trimmed)) throw new ConversionFailure(`“${text}” is not a number.`);
  return Number(trimmed);
}

function temporalOf(text: string, from: ColumnType, to: 'date' | 'time' | 'timestamp'): string {
  if (from === 'timestamp') return text.split(' ')[to === 'date' ? 0 : 1] ?? text;
  const canonical = canonicalIso(text, to);
  if (canonical === null) throw new ConversionFailure(`“${text}” is not a ${to}.`);
  return canonical;
}

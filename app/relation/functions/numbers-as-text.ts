import { convert, floatTextSql, ConversionFailure, textOfValue } from './conversion.ts';
import { roundTo } from './math.ts';
import { overloads, TypeMismatch, type Argument, type FunctionSpec, type Value } from './spec.ts';

function mark(name: string, args: readonly Argument[], index: number, allowed: readonly string[], words: string): void {
  const arg = args[index];
  if (arg !== undefined && !(typeof arg.constant === 'string' && allowed.includes(arg.constant))) throw new TypeMismatch(`${name} needs its ${words} as a fixed text: ${allowed.map((each) => `'${each}'`).join(', ')}.`, index);
}

const separators = [',', '.', ' ', "'", '’', '_', ''];

const grouped = (text: string, separator: string): string => {
  const [whole = '', fraction] = text.split('.');
  const parts = /\d/.test(whole) ? whole.replace(/\B(?=(\d{3})+(?!\d))/g, separator) : whole;
  return fraction === undefined ? parts : `${parts}.${fraction}`;
};

/**
 * A rounded number with fixed decimals. A number so large that rounding cannot move it may still lie halfway between two texts; the
 * database's printf then takes the even digit, toFixed the larger one.
 */
function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  const long = value.toFixed(20);
  const tie = /^50*$/.test(long.slice(decimals - 20));
  return tie && Number(text.at(-1)) % 2 === 1 ? long.slice(0, (decimals === 0 ? -1 : 0) + decimals - 20) : text;
}

function parsedNumber(text: string, decimal: string): Value {
  const plain = text.replace(/[\s\u00a0\u202f'’_]/g, '').replaceAll(decimal === ',' ? '.' : ',', '').replace(decimal, '.');
  try {
    return convert(plain, 'string', 'float');
  } catch (error) {
    if (error instanceof ConversionFailure) return null;
    throw error;
  }
}

export const numberTextFunctions: readonly FunctionSpec[] = [
  {
    name: 'format_number',
    summary: 'A number as text with a fixed number of decimals (0 to 15) and, if given, a sign between thousands. Halves are rounded away from zero (above 10¹³, where a number has few decimals left, to the even digit); from 10¹⁵ on the number is written as it is.',
    signature: "format_number(number, decimals, 'thousands'?) → text",
    example: "format_number(revenue, 2, ' ')",
    category: 'conversion',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      const resolution = overloads('format_number', [
        [['float', 'integer'], 'string'],
        [['float', 'integer', 'string'], 'string'],
      ])(args);
      const decimals = args[1]?.constant;
      if (!(typeof decimals === 'number' && decimals >= 0 && decimals <= 15)) throw new TypeMismatch('format_number needs its decimals as a fixed number from 0 to 15.', 1);
      mark('format_number', args, 2, separators, 'sign between thousands');
      return resolution;
    },
    duckdb: ([a], _types, [, decimals, separator]) => {
      const rounded = `round(${a}, ${Number(decimals)})`;
      const plain = `format('{:.${Number(decimals)}f}', ${rounded})`;
      const grouping = `replace(format('{:,.${Number(decimals)}f}', ${rounded}), ',', '${String(separator).replaceAll("'", "''")}')`;
      return `(case when abs(${a}) < 1e15 then ${typeof separator !== 'string' || separator === '' ? plain : grouping} else ${floatTextSql(String(a))} end)`;
    },
    evaluate: ([a, decimals, separator = '']) => {
      const value = Number(a);
      if (!(Math.abs(value) < 1e15)) return textOfValue(value, 'float');
      const rounded = roundTo(value, Number(decimals));
      return grouped(`${Object.is(rounded, -0) ? '-' : ''}${fixed(rounded, Number(decimals))}`, String(separator));
    },
  },
  {
    name: 'parse_number',
    summary: "A number from text as people write it: blanks, apostrophes and signs between thousands are passed over. The decimal mark is '.' unless ',' is given; missing where it is no number.",
    signature: "parse_number(text, 'decimal mark'?) → number",
    example: "parse_number('1.234,50', ',')",
    category: 'conversion',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      const resolution = overloads('parse_number', [
        [['string'], 'float'],
        [['string', 'string'], 'float'],
      ])(args);
      mark('parse_number', args, 1, ['.', ','], 'decimal mark');
      return resolution;
    },
    duckdb: ([a], _types, [, decimal]) => {
      const plain = `regexp_replace(${a}, '[\\s\\x{a0}\\x{202f}''’_]', '', 'g')`;
      return `try_cast(${decimal === ',' ? `regexp_replace(replace(${plain}, '.', ''), ',', '.')` : `replace(${plain}, ',', '')`} as double)`;
    },
    evaluate: ([a, decimal = '.']) => parsedNumber(String(a), String(decimal)),
  },
];

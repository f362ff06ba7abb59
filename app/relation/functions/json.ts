import type { ColumnType } from '../types.ts';
import { convert, ConversionFailure } from './conversion.ts';
import { checkPath, stepsOf, type JsonStep } from './json-path.ts';
import { overloads, type FunctionSpec, type Value } from './spec.ts';

/** JSON is kept as text. A text that is no JSON, and a path that leads nowhere, give a missing value instead of failing the run. */

interface Described {
  readonly name: string;
  readonly summary: string;
  readonly signature: string;
  readonly example: string;
}

/** A value in JSON; numbers keep the text they were written with, because 1.0 and 20-digit numbers must not change. */
type Json = null | boolean | string | NumberText | Json[] | { [name: string]: Json };
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function parsed(text: Value | undefined): Json | undefined {
  // The third argument is newer than the type declarations of the language.
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown => (typeof value === 'number' ? new NumberText(numberText(context?.source ?? String(value))) : value);
  try {
    return JSON.parse(String(text), reviver) as Json;
  } catch {
    return undefined;
  }
}

/** Whole numbers as they are, others as the shortest that reads back equal, with a point or an exponent. */
function numberText(source: string): string {
  if (/^-?\d+$/.test(source)) return source === '-0' ? '0' : source;
  const plain = Object.is(Number(source), -0) ? '-0' : String(Number(source)).replace('e+', 'e');
  return /[.e]/.test(plain) ? plain : `${plain}.0`;
}

function at(value: Json | undefined, steps: readonly JsonStep[]): Json | undefined {
  let current = value;
  for (const step of steps) {
    if (typeof step === 'number') current = Array.isArray(current) ? current.at(step) : undefined;
    else current = isObject(current) && Object.hasOwn(current, step) ? current[step] : undefined;
  }
  return current;
}

const isObject = (value: Json | undefined): value is { [name: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText);

function jsonText(value: Json): string {
  if (value instanceof NumberText) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (isObject(value)) return `{${Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`).join(',')}}`;
  return JSON.stringify(value);
}

function plainText(value: Json | undefined): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : jsonText(value);
}

function typeName(value: Json | undefined): string | null {
  if (value === undefined) return null;
  if (value === null) return 'null';
  if (value instanceof NumberText) return 'number';
  return Array.isArray(value) ? 'array' : typeof value === 'object' ? 'object' : typeof value === 'string' ? 'text' : 'boolean';
}

const pathSql = (steps: readonly JsonStep[]): string =>
  `'$${steps.map((step) => (typeof step === 'number' ? `[${step < 0 ? `#${step}` : step}]` : `."${step.replaceAll("'", "''")}"`)).join('')}'`;

/** A function of a JSON text and a path, which some can do without. */
function reading(
  described: Described,
  result: ColumnType,
  pathOptional: boolean,
  sql: (json: string, path: string) => string,
  evaluate: (value: Json | undefined) => Value,
): FunctionSpec {
  const resolve = overloads(described.name, [...(pathOptional ? [[['string'], result] as const] : []), [['string', 'string'], result]]);
  return {
    ...described,
    category: 'JSON',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      const resolution = resolve(args);
      if (args.length === 2) checkPath(described.name, args[1], 1);
      return resolution;
    },
    duckdb: ([json = ''], _types, constants) => `(case when json_valid(${json}) then ${sql(json, pathSql(stepsOf(constants[1])))} end)`,
    evaluate: ([json, path]) => evaluate(at(parsed(json), stepsOf(path))),
  };
}

function floatOrNull(text: string | null): Value {
  try {
    return text === null ? null : convert(text, 'string', 'float');
  } catch (error) {
    if (error instanceof ConversionFailure) return null;
    throw error;
  }
}

export const jsonFunctions: readonly FunctionSpec[] = [
  reading(
    {
      name: 'json_text',
      summary: 'A value inside a JSON text, as text: texts without quotes, lists and objects as JSON. Missing where there is nothing at the path, or no JSON.',
      signature: "json_text(json, 'path') → text",
      example: "json_text(payload, 'customer.address.city')",
    },
    'string',
    false,
    (json, path) => `json_extract_string(${json}, ${path})`,
    plainText,
  ),
  reading(
    {
      name: 'json_number',
      summary: 'A number inside a JSON text, also one written as text; missing where there is none. Places count from 0, and from the end below it.',
      signature: "json_number(json, 'path') → number",
      example: "json_number(payload, 'items[0].price')",
    },
    'float',
    false,
    (json, path) => `try_cast(json_extract_string(${json}, ${path}) as double)`,
    (value) => floatOrNull(plainText(value)),
  ),
  reading(
    {
      name: 'json_length',
      summary: 'Number of elements of a list or of members of an object in JSON; missing for anything else.',
      signature: "json_length(json, 'path'?) → whole number",
      example: "json_length(payload, 'items')",
    },
    'integer',
    true,
    (json, path) => `case json_type(${json}, ${path}) when 'ARRAY' then json_array_length(${json}, ${path})::bigint when 'OBJECT' then len(json_keys(${json}, ${path})) end`,
    (value) => (Array.isArray(value) ? BigInt(value.length) : isObject(value) ? BigInt(Object.keys(value).length) : null),
  ),
  reading(
    {
      name: 'json_keys',
      summary: 'The names of an object’s members as a JSON list of texts; missing for anything else.',
      signature: "json_keys(json, 'path'?) → text",
      example: 'json_keys(payload)',
    },
    'string',
    true,
    (json, path) => `case when json_type(${json}, ${path}) = 'OBJECT' then to_json(json_keys(${json}, ${path}))::varchar end`,
    (value) => (isObject(value) ? JSON.stringify(Object.keys(value)) : null),
  ),
  reading(
    {
      name: 'json_type',
      summary: "What is in a JSON text: 'object', 'array', 'text', 'number', 'boolean' or 'null'; missing where there is nothing at the path, or no JSON.",
      signature: "json_type(json, 'path'?) → text",
      example: "json_type(payload, 'items')",
    },
    'string',
    true,
    (json, path) => `case json_type(${json}, ${path}) when 'VARCHAR' then 'text' when 'BIGINT' then 'number' when 'UBIGINT' then 'number' when 'DOUBLE' then 'number' else lower(json_type(${json}, ${path})) end`,
    typeName,
  ),
  {
    name: 'is_json',
    summary: 'Whether a text is JSON.',
    signature: 'is_json(text) → true/false',
    example: 'is_json(payload)',
    category: 'JSON',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads('is_json', [[['string'], 'boolean']]),
    duckdb: ([a]) => `json_valid(${a})`,
    evaluate: ([a]) => parsed(a) !== undefined,
  },
];

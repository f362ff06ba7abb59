import { z } from 'zod';
import type { ParamHint } from '#app/sdk/node.ts';
import { texts } from '../text/texts.ts';

/** What the form needs of JSON Schema; hints put on with `.meta()` come along as further members. */
export interface JsonSchema extends Omit<ParamHint, 'types' | 'labels'> {
  readonly type?: string | readonly string[];
  readonly types?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly (string | number | boolean)[];
  readonly const?: string | number | boolean;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly maxItems?: number;
}

export type Control =
  | 'text'
  | 'textarea'
  | 'number'
  | 'slider'
  | 'switch'
  | 'select'
  | 'column'
  | 'columns'
  | 'expression'
  | 'file'
  | 'folder'
  | 'rows'
  | 'grid'
  | 'csv-dialect'
  | 'sql'
  | 'javascript'
  | 'python'
  | 'connection'
  | 'feature'
  | 'column-values'
  | 'list'
  | 'object'
  | 'choice'
  | 'json';

export interface FieldSpec {
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly control: Control;
  readonly schema: JsonSchema;
  readonly nullable: boolean;
  readonly advanced: boolean;
}

type AnyParams = Readonly<Record<string, unknown>>;
export type Path = readonly (string | number)[];

const schemas = new WeakMap<z.ZodType, JsonSchema>();
const translations = new WeakMap<z.ZodType, (schema: JsonSchema) => JsonSchema>();

/** Has the form of these params come out of `translation`; to be called before it is first asked for. */
export function translateForm(params: z.ZodType, translation: (schema: JsonSchema) => JsonSchema): void {
  translations.set(params, translation);
}

/** The params of a node type as JSON Schema, in the page's language; made once for each. */
export function paramsSchema(params: z.ZodType): JsonSchema {
  const known = schemas.get(params);
  if (known) return known;
  const english = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema;
  const schema = translations.get(params)?.(english) ?? english;
  schemas.set(params, schema);
  return schema;
}

/** `testSize` → "Test size". */
export function words(name: string): string {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[-_]/g, ' ').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** A schema without its null; hints around the union are kept. */
export function withoutNull(schema: JsonSchema): { readonly schema: JsonSchema; readonly nullable: boolean } {
  const options = schema.anyOf ?? schema.oneOf;
  if (!options) return { schema, nullable: false };
  const rest = options.filter((option) => option.type !== 'null');
  if (rest.length === options.length) return { schema, nullable: false };
  const { anyOf: _, oneOf: __, ...around } = schema;
  const [only] = rest;
  return { schema: rest.length === 1 && only ? { ...only, ...around } : { ...around, anyOf: rest }, nullable: true };
}

/** Name and variants of a union of objects told apart by one constant member (`{step: 'impute'} | {step: 'scale'}`). */
export function discriminated(schema: JsonSchema): { readonly key: string; readonly variants: ReadonlyMap<string, JsonSchema> } | null {
  const options = schema.oneOf ?? schema.anyOf;
  const [first] = options ?? [];
  if (!options || !first?.properties) return null;
  for (const key of Object.keys(first.properties)) {
    const values = options.map((option) => option.properties?.[key]?.const);
    if (values.every((value) => value !== undefined)) return { key, variants: new Map(options.map((option, index) => [String(values[index]), option])) };
  }
  return null;
}

/** The control that a param gets. */
export function controlOf(schema: JsonSchema): Control {
  switch (schema.control) {
    case 'recipe-steps':
      return 'rows';
    case 'dataset':
      return schema.enum ? 'select' : 'text';
    case 'hidden':
    case undefined:
      break;
    case 'slider':
      return schema.type === 'number' || schema.type === 'integer' ? 'slider' : 'number';
    default:
      return schema.control;
  }
  if (schema.enum) return 'select';
  if (discriminated(schema)) return 'choice';
  switch (schema.type) {
    case 'boolean':
      return 'switch';
    case 'number':
    case 'integer':
      return 'number';
    case 'string':
      return 'text';
    case 'array':
      return schema.items?.properties || (schema.items && discriminated(schema.items)) ? 'rows' : 'list';
    case 'object':
      return schema.properties ? 'object' : 'json';
    default:
      return 'json';
  }
}

/** The fields of an object, without hidden ones and those that others' values hide. */
export function fieldsOf(object: JsonSchema, values: AnyParams): FieldSpec[] {
  return Object.entries(object.properties ?? {}).flatMap(([name, property]) => {
    const { schema, nullable } = withoutNull(property);
    if (schema.control === 'hidden' || schema.const !== undefined) return [];
    const condition = schema.visibleWhen;
    if (condition) {
      const value = values[condition.param] ?? object.properties?.[condition.param]?.default;
      if (!condition.in.some((allowed) => allowed === value)) return [];
    }
    return [{ name, title: schema.title ?? words(name), description: schema.description, control: controlOf(schema), schema, nullable, advanced: schema.advanced ?? false }];
  });
}

/** A first value for a list's new entry: defaults where there are any, else the emptiest value of the type. */
export function emptyValue(schema: JsonSchema): unknown {
  const { schema: inner, nullable } = withoutNull(schema);
  if (inner.default !== undefined) return structuredClone(inner.default);
  if (inner.const !== undefined) return inner.const;
  if (nullable) return null;
  const options = discriminated(inner);
  if (options) return emptyValue([...options.variants.values()][0] ?? {});
  if (inner.enum) return inner.enum[0];
  switch (inner.type) {
    case 'string':
      return '';
    case 'number':
    case 'integer':
      return inner.minimum ?? 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'object':
      return Object.fromEntries(Object.entries(inner.properties ?? {}).map(([name, property]) => [name, emptyValue(property)]));
    default:
      return null;
  }
}

/** A copy of `value` with the member at `path` replaced. */
export function setAt(value: unknown, path: Path, next: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return next;
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === head ? setAt(item, rest, next) : item));
  const record = (typeof value === 'object' && value !== null ? value : {}) as AnyParams;
  return { ...record, [head]: setAt(record[head], rest, next) };
}

/** Why a number may not be, as a fragment after the field's name, or null. */
export function numberProblem(text: string, schema: JsonSchema): string | null {
  if (text.trim() === '') return texts.inspector.number.enter;
  const value = Number(text.replace(',', '.').replace('−', '-'));
  if (!Number.isFinite(value)) return texts.inspector.number.notNumber;
  if (schema.type === 'integer' && !Number.isInteger(value)) return texts.inspector.number.whole;
  const low = schema.minimum ?? schema.min;
  const high = schema.maximum ?? schema.max;
  if (low !== undefined && low > Number.MIN_SAFE_INTEGER && value < low) return texts.inspector.number.least(low);
  if (high !== undefined && high < Number.MAX_SAFE_INTEGER && value > high) return texts.inspector.number.most(high);
  if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum) return texts.inspector.number.greater(schema.exclusiveMinimum);
  if (schema.exclusiveMaximum !== undefined && value >= schema.exclusiveMaximum) return texts.inspector.number.less(schema.exclusiveMaximum);
  return null;
}

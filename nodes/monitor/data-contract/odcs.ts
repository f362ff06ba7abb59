import { z } from 'zod';
import type { ColumnType } from '#app/relation/types.ts';
import { expectationSchema, paramsSchema, type Expectation, type Params } from './node.ts';

/**
 * Contracts as files of the Open Data Contract Standard (bitol.io, v3): columns with their types, `required`, `unique`, limits and patterns, and
 * quality rules. What the standard has no word for is a rule of `type: custom` with `engine: penstock`, so that nothing is lost on the way back.
 */

const property = z.looseObject({
  name: z.string(),
  logicalType: z.string().optional(),
  physicalType: z.string().optional(),
  required: z.boolean().optional(),
  unique: z.boolean().optional(),
  logicalTypeOptions: z.looseObject({ minimum: z.number().optional(), maximum: z.number().optional(), pattern: z.string().optional() }).optional(),
  quality: z.array(z.unknown()).optional(),
});

export const contractFileSchema = z.looseObject({
  apiVersion: z.string().regex(/^v3\./, 'must be v3 of the standard'),
  kind: z.literal('DataContract'),
  schema: z.array(z.looseObject({ name: z.string(), properties: z.array(property).default([]), quality: z.array(z.unknown()).optional() })).min(1),
});
export type ContractFile = z.output<typeof contractFileSchema>;

const logical: Record<ColumnType, string> = { boolean: 'boolean', integer: 'integer', float: 'number', string: 'string', date: 'date', time: 'time', timestamp: 'timestamp', binary: 'string' };
const types: Readonly<Record<string, ColumnType>> = { boolean: 'boolean', integer: 'integer', number: 'float', string: 'string', date: 'date', time: 'time', timestamp: 'timestamp' };

const custom = z.looseObject({ type: z.literal('custom'), engine: z.literal('penstock'), implementation: z.unknown() });
const isPlain = (one: Expectation): boolean => one.severity === 'stop' && one.atMost === 0;

/** A contract as the standard has it. */
export function toContractFile(params: Params, about: { readonly id: string; readonly name: string }): object {
  const own = (one: Expectation): object => ({ type: 'custom', engine: 'penstock', severity: one.severity === 'stop' ? 'error' : 'warning', implementation: plain(one) });
  const named = new Set<Expectation>();
  const take = (column: string, kind: Expectation['kind']): Expectation | undefined => {
    const found = params.expectations.find((one) => !named.has(one) && one.kind === kind && isPlain(one) && (kind === 'unique' ? one.columns.length === 1 && one.columns[0] === column : one.column === column));
    if (found !== undefined) named.add(found);
    return found;
  };
  const properties = params.columns.map(({ name, type }) => {
    const required = take(name, 'not-missing') !== undefined;
    const unique = take(name, 'unique') !== undefined;
    const range = take(name, 'range');
    const pattern = take(name, 'pattern');
    const options = { ...(range?.min == null ? {} : { minimum: range.min }), ...(range?.max == null ? {} : { maximum: range.max }), ...(pattern === undefined ? {} : { pattern: pattern.pattern }) };
    return { name, logicalType: logical[type], physicalType: type, ...(required ? { required } : {}), ...(unique ? { unique } : {}), ...(Object.keys(options).length === 0 ? {} : { logicalTypeOptions: options }) };
  });
  const rest = params.expectations.filter((one) => !named.has(one)).map(own);
  return {
    apiVersion: 'v3.0.2',
    kind: 'DataContract',
    id: about.id,
    name: about.name,
    version: '1.0.0',
    status: 'active',
    schema: [{ name: 'table', logicalType: 'object', properties, ...(rest.length === 0 ? {} : { quality: rest }) }],
    customProperties: [{ property: 'penstockColumns', value: params.schema }, { property: 'penstockColumnsSeverity', value: params.schemaSeverity }],
  };
}

/** Params of a contract file; rules that are neither the standard's nor ours are named in `skipped`. */
export function fromContractFile(file: ContractFile): { readonly params: Params; readonly skipped: readonly string[] } {
  const [table] = file.schema;
  const skipped: string[] = [];
  const expectations: z.input<typeof expectationSchema>[] = [];
  for (const { name, required, unique, logicalTypeOptions: options, quality = [] } of table?.properties ?? []) {
    if (required === true) expectations.push({ kind: 'not-missing', column: name });
    if (unique === true) expectations.push({ kind: 'unique', columns: [name] });
    if (options?.minimum !== undefined || options?.maximum !== undefined) expectations.push({ kind: 'range', column: name, min: options.minimum ?? null, max: options.maximum ?? null });
    if (options?.pattern !== undefined) expectations.push({ kind: 'pattern', column: name, pattern: options.pattern });
    expectations.push(...ours(quality, name, skipped));
  }
  expectations.push(...ours(table?.quality ?? [], 'the table', skipped));
  const extras = z.array(z.looseObject({ property: z.string(), value: z.unknown() })).safeParse(file['customProperties']);
  const extra = (property: string): unknown => (extras.success ? extras.data.find((one) => one.property === property)?.value : undefined);
  return {
    params: paramsSchema.parse({
      columns: (table?.properties ?? []).map(({ name, logicalType = 'string', physicalType = '' }) => ({ name, type: physicalType in logical ? physicalType : (types[logicalType] ?? 'string') })),
      expectations,
      ...(['any', 'at-least', 'exactly'].includes(String(extra('penstockColumns'))) ? { schema: extra('penstockColumns') } : {}),
      ...(['stop', 'warn'].includes(String(extra('penstockColumnsSeverity'))) ? { schemaSeverity: extra('penstockColumnsSeverity') } : {}),
    }),
    skipped,
  };
}

function ours(rules: readonly unknown[], where: string, skipped: string[]): z.input<typeof expectationSchema>[] {
  return rules.flatMap((rule) => {
    const parsed = custom.safeParse(rule);
    const expectation = parsed.success ? expectationSchema.safeParse(parsed.data.implementation) : null;
    if (expectation?.success === true) return [expectation.data];
    skipped.push(`a quality rule of ${where}`);
    return [];
  });
}

/** Without the fields that say what they would say anyway. */
function plain(one: Expectation): object {
  const defaults = expectationSchema.parse({});
  return Object.fromEntries(Object.entries(one).filter(([key, value]) => key === 'kind' || JSON.stringify(value) !== JSON.stringify(defaults[key as keyof Expectation])));
}

import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { categories, type ConfigureContext, type ConfigureResult, type NodeDefinition, type ParamHint } from './node.ts';
import type { PortMeta } from './ports.ts';
import { columnTypeNames } from './reader-params.ts';
import type { ScriptRequest } from './scripts.ts';

/**
 * Nodes from others. Such a node is data: a description in JSON, which becomes a definition here (in the engine and in the page alike), and
 * code in a file beside it, which only ever runs in the sandbox of the Script node. No code of a pack is loaded to know what it offers.
 */

const identifier = z.string().regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/).max(40);
const sentence = z.string().min(1).max(300);
/** Names that a script reads as `params.NAME`. */
const paramName = z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/).refine((name) => !(name in Object.prototype), 'is a name of every object');

const base = { name: paramName, title: z.string().min(1).max(60), description: z.string().max(300).optional() };
const packParamSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...base, type: z.literal('number'), default: z.number(), min: z.number().optional(), max: z.number().optional() }),
  z.strictObject({ ...base, type: z.literal('text'), default: z.string().max(10_000) }),
  z.strictObject({ ...base, type: z.literal('boolean'), default: z.boolean() }),
  z.strictObject({ ...base, type: z.literal('choice'), default: z.string(), choices: z.array(z.strictObject({ value: z.string().max(100), title: z.string().min(1).max(100) })).min(1).max(100) }),
  z.strictObject({ ...base, type: z.literal('column') }),
]);
export type PackParam = z.output<typeof packParamSchema>;

const outputColumn = z.strictObject({ name: z.string().min(1).max(1000), type: z.enum(columnTypeNames) });

/** What a node of a pack says of itself (`node.json`). */
export const packNodeSchema = z
  .strictObject({
    id: identifier,
    category: z.enum(categories),
    version: z.int().min(1).max(100_000),
    title: z.string().min(1).max(60),
    summary: sentence,
    keywords: z.array(z.string().min(1).max(60)).max(50).default([]),
    /** Tables that it takes; the code reads them as `dfs`, the first as `df`. */
    inputs: z.array(z.strictObject({ name: paramName, title: z.string().min(1).max(60), summary: z.string().max(300).optional() })).max(4),
    params: z.array(packParamSchema).max(30).default([]),
    /**
     * Columns of the result. `input`: those of the first table, with `add` behind them (a column of the same name is replaced).
     * `declared`: only `add`. `run`: known once it has run.
     */
    output: z.strictObject({ columns: z.enum(['input', 'declared', 'run']), add: z.array(outputColumn).max(200).default([]) }),
    limits: z.strictObject({ seconds: z.int().min(1).max(3600).default(60), megabytes: z.int().min(64).max(16_384).default(1024), rows: z.int().min(1).max(10_000_000).default(1_000_000) }).prefault({}),
    /** The page's other language. */
    german: z.strictObject({ title: z.string().min(1).max(60), summary: sentence }).optional(),
  })
  .superRefine((node, context) => {
    const twice = (names: readonly string[]): string | undefined => names.find((name, i) => names.indexOf(name) < i);
    const repeated = twice(node.params.map(({ name }) => name)) ?? twice(node.inputs.map(({ name }) => name)) ?? twice(node.output.add.map(({ name }) => name.toLowerCase()));
    if (repeated !== undefined) context.addIssue({ code: 'custom', message: `“${repeated}” stands there twice` });
    if (node.output.columns === 'input' && node.inputs.length === 0) context.addIssue({ code: 'custom', message: 'a node without inputs has no columns to keep' });
    for (const param of node.params) {
      if (param.type === 'choice' && param.choices.every(({ value }) => value !== param.default)) context.addIssue({ code: 'custom', message: `the default of “${param.name}” is none of its choices` });
      if (param.type === 'column' && node.inputs.length === 0) context.addIssue({ code: 'custom', message: `“${param.name}” chooses a column, and there is no input` });
    }
  });
export type PackNode = z.output<typeof packNodeSchema>;

/** `transform/acme-text.trim`: the point is in no type that comes with Penstock, so that none of them can be replaced. */
export const packNodeType = (pack: string, node: Pick<PackNode, 'category' | 'id'>): string => `${node.category}/${pack}.${node.id}`;

/** The pack that a node type comes from; null for types that come with Penstock. */
export const packOfType = (type: string): string | null => /^[a-z]+\/([a-z0-9-]+)\.[a-z0-9-]+$/.exec(type)?.[1] ?? null;

/** The definition of a pack's node. */
export function packNodeDefinition(pack: string, node: PackNode): NodeDefinition {
  const first = node.inputs[0];
  return {
    type: packNodeType(pack, node),
    version: node.version,
    title: node.title,
    summary: node.summary,
    keywords: [...node.keywords, pack],
    inputs: node.inputs.map(({ name, title, summary }) => ({ name, title, kind: 'table', arity: 'one', ...(summary === undefined ? {} : { summary }) })),
    outputs: [{ name: 'table', title: 'Result', kind: 'table' }],
    params: paramsSchema(node.params, first?.name),
    configure: (context) => configured(node, context as ConfigureContext<Record<string, unknown>>),
  };
}

function paramsSchema(params: readonly PackParam[], from: string | undefined): z.ZodType {
  return z.object(Object.fromEntries(params.map((param) => [param.name, fieldOf(param, from)])));
}

function fieldOf(param: PackParam, from: string | undefined): z.ZodType {
  const words = { title: param.title, ...(param.description === undefined ? {} : { description: param.description }) };
  const hinted = (type: z.ZodType, hint: ParamHint): z.ZodType => type.meta({ ...words, ...hint });
  switch (param.type) {
    case 'number': {
      let type = z.number();
      if (param.min !== undefined) type = type.min(param.min);
      if (param.max !== undefined) type = type.max(param.max);
      return hinted(type.default(param.default), { control: 'number', ...(param.min === undefined ? {} : { min: param.min }), ...(param.max === undefined ? {} : { max: param.max }) });
    }
    case 'text':
      return hinted(z.string().max(100_000).default(param.default), { control: 'text' });
    case 'boolean':
      return hinted(z.boolean().default(param.default), { control: 'switch' });
    case 'choice':
      return hinted(z.enum(param.choices.map(({ value }) => value)).default(param.default), { control: 'select', labels: Object.fromEntries(param.choices.map(({ value, title }) => [value, title])) });
    case 'column':
      return hinted(z.string().default(''), { control: 'column', ...(from === undefined ? {} : { from }) });
  }
}

function configured(node: PackNode, { inputs, params }: ConfigureContext<Record<string, unknown>>): ConfigureResult {
  const table = firstTable(inputs);
  const diagnostics: Diagnostic[] = node.params.flatMap((param): Diagnostic[] => {
    if (param.type !== 'column' || table === null) return [];
    const name = String(params[param.name] ?? '');
    if (name === '') return [{ severity: 'error', code: 'param-missing', message: `No column is chosen for “${param.title}”.`, remedy: 'Choose one.', place: { param: [param.name] } }];
    return table.some((column) => column.name === name) ? [] : [{ severity: 'error', code: 'unknown-column', message: `There is no column “${name}”.`, remedy: 'Choose one of the input’s.', place: { param: [param.name], column: name } }];
  });
  return { outputs: { table: { kind: 'table', schema: outputSchema(node, table) } }, diagnostics };
}

function firstTable(inputs: Readonly<Record<string, readonly PortMeta[]>>): Schema | null {
  const first = Object.values(inputs)[0]?.[0];
  return first?.kind === 'table' ? first.schema : null;
}

/** Columns of the result, where they are known before a run. */
function outputSchema({ output }: PackNode, input: Schema | null): Schema | null {
  if (output.columns === 'run') return null;
  if (output.columns === 'declared') return output.add;
  if (input === null) return null;
  const added = new Map(output.add.map((column) => [column.name.toLowerCase(), column]));
  const kept = input.map((column) => added.get(column.name.toLowerCase()) ?? column);
  return [...kept, ...output.add.filter(({ name }) => input.every((column) => column.name.toLowerCase() !== name.toLowerCase()))];
}

/** What the sandbox is asked to run. */
export function packRequest(node: PackNode, code: string, tables: readonly { readonly relation: ScriptRequest['tables'][number]; readonly schema: Schema }[], params: Readonly<Record<string, unknown>>): ScriptRequest {
  const value = (given: unknown): string | number | boolean | null => (typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean' ? given : null);
  return {
    code,
    tables: tables.map(({ relation }) => relation),
    values: Object.fromEntries(node.params.map(({ name }) => [name, value(params[name])])),
    columns: outputSchema(node, tables[0]?.schema ?? null),
    limits: node.limits,
  };
}

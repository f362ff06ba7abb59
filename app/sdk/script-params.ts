import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { PortMeta, PortValue } from './ports.ts';
import { columnTypeLabels, columnTypeNames } from './reader-params.ts';
import type { Say } from './say.ts';
import type { ScriptRequest } from './scripts.ts';

/** What the nodes that run a person's code have in common. */

const valueTypes = ['number', 'text', 'boolean'] as const;

export const scriptFields = {
  values: z
    .array(
      z.object({
        name: z.string().max(200).default('').meta({ title: 'Name', control: 'text' }),
        type: z.enum(valueTypes).default('number').meta({ title: 'Type', control: 'select', labels: { number: 'Number', text: 'Text', boolean: 'True / false' } }),
        value: z.string().max(100_000).default('').meta({ title: 'Value', control: 'text' }),
      }),
    )
    .max(200)
    .default([])
    .meta({ title: 'Values', control: 'rows', description: 'What the code reads as params, so that it need not be changed.' }),
  columns: z
    .array(
      z.object({
        name: z.string().max(1000).default('').meta({ title: 'Column', control: 'text' }),
        type: z.enum(columnTypeNames).default('float').meta({ title: 'Type', control: 'select', labels: columnTypeLabels }),
      }),
    )
    .max(2000)
    .default([])
    .meta({ title: 'Columns of the result', control: 'rows', description: 'Declared, they are known before a run and checked after it. None: they are known once the node has run.' }),
  seconds: z.int().min(1).max(86_400).default(60).meta({ title: 'Time limit', control: 'number', unit: 's', min: 1, max: 86_400, advanced: true }),
  megabytes: z.int().min(64).max(65_536).default(2048).meta({ title: 'Memory limit', control: 'number', unit: 'MB', min: 64, max: 65_536, advanced: true }),
  rows: z.int().min(1).max(10_000_000).default(1_000_000).meta({ title: 'Limit of rows', description: 'Of each input and of the result.', control: 'number', min: 1, max: 10_000_000, step: 100_000, advanced: true }),
};

export interface ScriptFields {
  readonly code: string;
  readonly values: readonly { readonly name: string; readonly type: (typeof valueTypes)[number]; readonly value: string }[];
  readonly columns: readonly { readonly name: string; readonly type: (typeof columnTypeNames)[number] }[];
  readonly seconds: number;
  readonly megabytes: number;
  readonly rows: number;
}

/** The declared columns, or null where none are. */
const declared = ({ columns }: ScriptFields): Schema | null => (columns.length === 0 ? null : columns);

/** Output and diagnostics before a run. */
export function configureScript(params: ScriptFields, example: string): { outputs: Record<string, PortMeta>; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  if (params.code.trim() === '') diagnostics.push({ severity: 'error', code: 'param-missing', message: 'There is no code.', remedy: `Write some, such as ${example}`, place: { param: ['code'] } });
  params.values.forEach(({ name, type, value }, i) => {
    if (name.trim() === '') diagnostics.push({ severity: 'error', code: 'value-name', message: `Value ${i + 1} has no name.`, remedy: 'Give it a name; the code reads it as params.name.', place: { param: ['values', i, 'name'] } });
    else if (params.values.slice(0, i).some((other) => other.name === name)) diagnostics.push({ severity: 'error', code: 'duplicate-value', message: `There are two values called “${name}”.`, remedy: 'Rename one of them.', place: { param: ['values', i, 'name'] } });
    if (valueOf(type, value) === undefined) diagnostics.push({ severity: 'error', code: 'bad-value', message: `“${value}” is ${type === 'number' ? 'no number' : 'neither true nor false'}.`, remedy: 'Correct it, or choose another type.', place: { param: ['values', i, 'value'] } });
  });
  params.columns.forEach(({ name }, i) => {
    if (name.trim() === '') diagnostics.push({ severity: 'error', code: 'column-name', message: `Column ${i + 1} has no name.`, remedy: 'Give it the name that it has in the result.', place: { param: ['columns', i, 'name'] } });
    else if (params.columns.slice(0, i).some((other) => other.name.toLowerCase() === name.toLowerCase())) diagnostics.push({ severity: 'error', code: 'duplicate-column', message: `There are two columns “${name}”.`, remedy: 'Rename one of them; capital letters make no difference.', place: { param: ['columns', i, 'name'], column: name } });
  });
  if (params.columns.length === 0) {
    diagnostics.push({ severity: 'info', code: 'schema-after-run', message: 'The columns of the result are known once the script has run.', remedy: 'Run the node once, or declare the columns.', place: { param: ['columns'] } });
  }
  const isWhole = !diagnostics.some(({ severity }) => severity === 'error');
  return { outputs: { table: { kind: 'table', schema: isWhole ? declared(params) : null } }, diagnostics };
}

/** What the code reads: undefined for text that is no such value. An empty number is missing. */
function valueOf(type: (typeof valueTypes)[number], text: string): string | number | boolean | null | undefined {
  switch (type) {
    case 'text':
      return text;
    case 'number': {
      if (text.trim() === '') return null;
      const number = Number(text);
      return Number.isFinite(number) ? number : undefined;
    }
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text === '' ? null : undefined;
  }
}

/** A node run's request: every connected table in its order, and the values by name. */
export function scriptRequest(params: ScriptFields, inputs: Readonly<Record<string, readonly PortValue[]>>): ScriptRequest {
  const tables = (inputs['table'] ?? []).flatMap((value): Relation[] => (value.kind === 'table' ? [value.relation] : []));
  const { code, values, seconds, megabytes, rows } = params;
  return {
    code,
    tables,
    values: Object.fromEntries(values.map(({ name, type, value }) => [name, valueOf(type, value) ?? null])),
    columns: declared(params),
    limits: { seconds, megabytes, rows },
  };
}

/** The first line of code that says something, for the card. */
export function firstLine(code: string, comment: '//' | '#', say: Say): string {
  const lines = code.split('\n').map((line) => line.trim());
  const line = lines.find((one) => one !== '' && !one.startsWith(comment)) ?? '';
  return line === '' ? say`No code yet` : line.length <= 56 ? line : `${line.slice(0, 55)}…`;
}

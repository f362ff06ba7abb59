import { z } from 'zod';
import { formatCount } from '#app/core/units.ts';
import type { Column, ColumnType, Schema } from '#app/relation/types.ts';
import type { LearningTask, ModelSignature } from './ports.ts';
import { splitValues } from './search-space.ts';

/** What a person says of an ONNX file from elsewhere, and what becomes of it: columns in, classes or a number out. */

export const importParams = {
  target: z.string().default('').meta({ title: 'Target', control: 'column', from: 'table', placeholder: 'target', description: 'What the model predicts; names the columns of predictions.' }),
  inputs: z
    .array(
      z.object({
        input: z.string().default('').meta({ title: 'Input', control: 'text', placeholder: 'float_input', description: 'An input of the file.' }),
        columns: z.string().default('').meta({ title: 'Columns', control: 'text', placeholder: 'age, income', description: 'In the order in which the model was trained on them.' }),
      }),
    )
    .default([])
    .meta({ title: 'Inputs', control: 'rows', description: 'Which columns each input takes. None: by name, or for a single input all columns in their order.' }),
  predicts: z.enum(['auto', 'classes', 'number']).default('auto').meta({ title: 'Predicts', control: 'select', labels: { auto: 'As the file looks', classes: 'Classes', number: 'A number' } }),
  output: z.string().default('').meta({ title: 'Output', control: 'text', placeholder: 'found automatically', description: 'The output with probabilities, scores, or the number.' }),
  scores: z
    .enum(['probabilities', 'logits'])
    .default('probabilities')
    .meta({ title: 'The output holds', control: 'select', labels: { probabilities: 'Probabilities', logits: 'Scores (logits)' }, visibleWhen: { param: 'predicts', in: ['auto', 'classes'] }, description: 'Scores of any size become probabilities by softmax, one alone by the logistic function.' }),
  classes: z.string().default('').meta({ title: 'Classes', control: 'text', placeholder: 'no, yes', visibleWhen: { param: 'predicts', in: ['auto', 'classes'] }, description: 'In the order of the output. Empty: as the file says, else 0, 1, 2 …' }),
};
const paramsSchema = z.object(importParams);
export type ImportParams = z.output<typeof paramsSchema>;

export const tensorTypes = ['float', 'double', 'int64', 'int32', 'bool', 'string'] as const;
const tensorSchema = z.object({
  name: z.string(),
  type: z.enum(tensorTypes),
  /** 1: [rows]; 2: [rows, width]. */
  rank: z.union([z.literal(1), z.literal(2)]),
  /** Null: not said in the file. 1 for rank 1. */
  width: z.int().nullable(),
});
export type ImportedTensor = z.output<typeof tensorSchema>;

/** What the file says of itself. */
export const importedFileSchema = z.object({
  inputs: z.array(tensorSchema),
  /** `classes`: labels that the file has for it, in its order. */
  outputs: z.array(tensorSchema.extend({ classes: z.array(z.string()).nullable() })),
  producer: z.string(),
  operators: z.int(),
});
export type ImportedFile = z.output<typeof importedFileSchema>;
export type ImportedOutput = ImportedFile['outputs'][number];

export interface ImportPlan {
  readonly task: LearningTask;
  readonly inputs: readonly { readonly tensor: ImportedTensor; readonly columns: Schema }[];
  readonly output: ImportedOutput;
  /** `label`: the output is the number of the class itself, nothing is known of probabilities. */
  readonly holds: 'number' | 'probabilities' | 'logits' | 'label';
  /** In the order of the output; null where neither the file nor the person says, and it has no width. */
  readonly classes: readonly string[] | null;
  readonly targetName: string;
}

export interface ImportProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly param: readonly (string | number)[];
}

export type ImportPlanning = { readonly ok: true; readonly plan: ImportPlan } | { readonly ok: false; readonly problems: readonly ImportProblem[] };

/** Columns for every input and a meaning for the output, or what is missing for it. @param schema of the connected table; null where none is. */
export function planImport(file: ImportedFile, params: ImportParams, schema: Schema | null): ImportPlanning {
  const problems: ImportProblem[] = [];
  const problem = (code: string, message: string, remedy: string, ...param: (string | number)[]) => problems.push({ code, message, remedy, param });
  for (const [row, { input }] of params.inputs.entries()) {
    if (!file.inputs.some(({ name }) => name === input.trim())) problem('unknown-input', input.trim() === '' ? `Row ${row + 1} names no input of the file.` : `The file has no input “${input.trim()}”.`, `Its inputs are ${names(file.inputs)}.`, 'inputs', row, 'input');
  }
  const inputs = file.inputs.flatMap((tensor) => {
    const columns = columnsOf(tensor, file, params, schema, problem);
    return columns === null ? [] : [{ tensor, columns }];
  });
  const seen = new Map<string, string>();
  for (const { tensor, columns } of inputs) {
    for (const { name } of columns) {
      if (seen.has(name)) problem('repeated-column', `The column “${name}” is given to the model twice.`, 'Give each column to one place of one input.', 'inputs');
      seen.set(name, tensor.name);
    }
  }
  const output = outputOf(file, params, problem);
  if (output === null || problems.length > 0) return { ok: false, problems };
  const task: LearningTask = params.predicts === 'number' || (params.predicts === 'auto' && !looksLikeClasses(output)) ? 'regression' : 'classification';
  const targetName = params.target === '' ? 'target' : params.target;
  if (task === 'regression') {
    if (output.type === 'string' || (output.width !== null && output.width !== 1)) problem('output-shape', `The output “${output.name}” ${output.type === 'string' ? 'holds text' : `has ${output.width} values a row`}, but a number is one value a row.`, 'Choose another output, or say that the model predicts classes.', 'output');
    return problems.length > 0 ? { ok: false, problems } : { ok: true, plan: { task, inputs, output, holds: 'number', classes: null, targetName } };
  }
  const holds = output.type === 'int64' || output.type === 'int32' ? 'label' : params.scores;
  const given = splitValues(params.classes).map((label) => (typeof label === 'string' ? label : JSON.stringify(label)));
  const known = given.length > 0 ? given : (output.classes ?? file.outputs.find(({ classes }) => classes !== null)?.classes ?? null);
  const count = holds === 'label' || output.width === null ? null : Math.max(2, output.width);
  if (output.type === 'string') problem('output-text', `The output “${output.name}” gives labels as text, without probabilities.`, 'Choose the output with probabilities, or export the model with them.', 'output');
  if (holds === 'label' && known === null) problem('classes-missing', `The output “${output.name}” gives numbers of classes, but the file does not say which classes there are.`, 'List the classes; the model’s 0 is the first of them.', 'classes');
  if (known !== null && count !== null && known.length !== count) problem('classes-count', `There are ${formatCount(known.length)} classes, but the output “${output.name}” has ${output.width === 1 ? 'one value a row, which tells two classes apart' : `${formatCount(count)} values a row`}.`, 'List as many classes as there are values, in their order.', 'classes');
  if (known !== null && (known.length < 2 || new Set(known).size < known.length)) problem('classes-count', 'There must be at least two classes, all different.', 'List each class once.', 'classes');
  if (problems.length > 0) return { ok: false, problems };
  const classes = known ?? (count === null ? null : Array.from({ length: count }, (_unused, index) => String(index)));
  return { ok: true, plan: { task, inputs, output, holds, classes, targetName } };
}

type Problem = (code: string, message: string, remedy: string, ...param: (string | number)[]) => void;

const names = (tensors: readonly { readonly name: string }[]): string => tensors.map(({ name }) => `“${name}”`).join(', ');

function columnsOf(tensor: ImportedTensor, file: ImportedFile, params: ImportParams, schema: Schema | null, problem: Problem): Schema | null {
  const row = params.inputs.findIndex(({ input }) => input.trim() === tensor.name);
  const given = splitValues(params.inputs[row]?.columns ?? '').map((name) => (typeof name === 'string' ? name : JSON.stringify(name)));
  const typeOf = (name: string): Column => ({ name, type: schema?.find((column) => column.name === name)?.type ?? plainTypes[tensor.type] });
  if (given.length > 0) {
    if (tensor.width !== null && given.length !== tensor.width) {
      problem('columns-count', `The input “${tensor.name}” takes ${tensor.width === 1 ? 'one column' : `${formatCount(tensor.width)} columns`}, but ${formatCount(given.length)} are listed.`, 'List its columns in the order of training.', 'inputs', row, 'columns');
      return null;
    }
    for (const name of given) {
      const column = schema?.find((one) => one.name === name);
      if (schema !== null && column === undefined) problem('unknown-column', `The table has no column “${name}”.`, 'Choose among its columns, or connect another table.', 'inputs', row, 'columns');
      else if (column !== undefined && !fits(tensor, column.type)) problem('column-type', `The input “${tensor.name}” takes ${tensor.type === 'string' ? 'text' : 'numbers'}, but “${name}” is ${column.type === 'string' ? 'text' : `of type ${column.type}`}.`, 'Convert the column before this node, or choose another.', 'inputs', row, 'columns');
    }
    return given.map(typeOf);
  }
  const only = tensor.width ?? 1;
  if (only === 1 && (file.inputs.length > 1 || schema === null || schema.some(({ name }) => name === tensor.name))) return [typeOf(tensor.name)];
  const usable = (schema ?? []).filter((column) => column.name !== params.target && fits(tensor, column.type));
  if (file.inputs.length === 1 && schema !== null && tensor.width !== null && usable.length === tensor.width) return usable;
  if (file.inputs.length === 1 && schema === null && tensor.width !== null) return Array.from({ length: tensor.width }, (_unused, index) => ({ name: `x${index + 1}`, type: plainTypes[tensor.type] }));
  const takes = tensor.width === null ? 'an unknown number of columns' : tensor.width === 1 ? 'one column' : `${formatCount(tensor.width)} columns`;
  problem('columns-missing', `The input “${tensor.name}” takes ${takes}${schema === null ? '' : `, and the table has ${formatCount(usable.length)} that fit`}.`, 'List its columns in the order of training.', 'inputs');
  return null;
}

const plainTypes: Readonly<Record<ImportedTensor['type'], ColumnType>> = { float: 'float', double: 'float', int64: 'integer', int32: 'integer', bool: 'boolean', string: 'string' };
const fits = ({ type }: ImportedTensor, column: ColumnType): boolean => (type === 'string' ? column === 'string' : column === 'integer' || column === 'float' || column === 'boolean');

/** Probabilities before labels, and a label only where there is nothing else. */
function outputOf(file: ImportedFile, params: ImportParams, problem: Problem): ImportedOutput | null {
  if (params.output.trim() !== '') {
    const found = file.outputs.find(({ name }) => name === params.output.trim());
    if (found === undefined) problem('unknown-output', `The file has no output “${params.output.trim()}”.`, `Its outputs are ${names(file.outputs)}.`, 'output');
    return found ?? null;
  }
  const isFloat = ({ type }: ImportedOutput): boolean => type === 'float' || type === 'double';
  const found = file.outputs.find((one) => isFloat(one) && /prob/i.test(one.name)) ?? file.outputs.find((one) => isFloat(one) && one.classes !== null) ?? file.outputs.find(isFloat) ?? file.outputs[0];
  if (found === undefined) problem('no-output', 'The file gives nothing that is a row of numbers.', 'Export the model with its predictions as outputs.', 'path');
  return found ?? null;
}

function looksLikeClasses({ name, type, width, classes }: ImportedOutput): boolean {
  return classes !== null || type === 'int64' || type === 'int32' || type === 'string' || (width ?? 1) > 1 || /prob|logit/i.test(name);
}

/** As it will be, with classes in the order of the app (numbers by value, text by code unit); null while the classes are not known. */
export function importedSignature({ task, inputs, classes, targetName }: ImportPlan): ModelSignature | null {
  if (task === 'classification' && classes === null) return null;
  const columns = inputs.flatMap(({ columns: own }) => own);
  return {
    task,
    target: { name: targetName, type: task === 'regression' ? 'float' : classTypeOf(classes ?? []) },
    inputs: columns,
    ...(task === 'classification' ? { classes: sortedClasses(classes ?? []) } : {}),
    features: columns.map(({ name }) => name),
  };
}

const isWhole = (label: string): boolean => /^-?\d{1,15}$/.test(label);

function classTypeOf(classes: readonly string[]): ColumnType {
  if (classes.every(isWhole)) return 'integer';
  return classes.length === 2 && classes.includes('false') && classes.includes('true') ? 'boolean' : 'string';
}

export function sortedClasses(classes: readonly string[]): string[] {
  return classes.every(isWhole) ? classes.toSorted((a, b) => Number(a) - Number(b)) : classes.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

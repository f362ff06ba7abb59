import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { endsText, needsSearch, operations, operationTitles } from './operations.ts';

const operation = z.object({
  do: z.enum(operations).default('trim').meta({ title: 'Do', control: 'select', labels: operationTitles }),
  signs: z.enum(['punctuation', 'digits', 'letters', 'blanks']).default('punctuation').meta({ title: 'Signs', control: 'select', labels: { punctuation: 'Punctuation and symbols', digits: 'Digits', letters: 'Letters', blanks: 'Blanks' }, visibleWhen: { param: 'do', in: ['remove'] } }),
  search: z.string().default('').meta({ title: 'Search', control: 'text', placeholder: '-', visibleWhen: { param: 'do', in: operations.filter(needsSearch) }, description: 'A text; for patterns a regular expression (RE2); for parts the separator.' }),
  replacement: z.string().default('').meta({ title: 'Replace by', control: 'text', placeholder: 'nothing', visibleWhen: { param: 'do', in: ['replace', 'regex'] }, description: 'In patterns, \\1 is the first group.' }),
  group: z.int().min(0).max(9).default(0).meta({ title: 'Group', control: 'number', min: 0, max: 9, step: 1, visibleWhen: { param: 'do', in: ['extract'] }, description: '0 takes all that fits, 1 what stands in the first parentheses.' }),
  part: z.int().min(-1000).max(1000).default(1).meta({ title: 'Part', control: 'number', step: 1, visibleWhen: { param: 'do', in: ['part'] }, description: '1 is the first, -1 the last.' }),
  start: z.int().min(-100_000).max(100_000).default(1).meta({ title: 'From letter', control: 'number', step: 1, visibleWhen: { param: 'do', in: ['slice'] }, description: '1 is the first, -1 the last.' }),
  length: z.int().min(0).max(100_000).default(10).meta({ title: 'Letters', control: 'number', min: 0, step: 1, visibleWhen: { param: 'do', in: ['slice', 'pad'] } }),
  side: z.enum(['left', 'right']).default('left').meta({ title: 'Pad', control: 'select', labels: { left: 'On the left', right: 'On the right' }, visibleWhen: { param: 'do', in: ['pad'] } }),
  fill: z.string().default('0').meta({ title: 'With', control: 'text', visibleWhen: { param: 'do', in: ['pad'] } }),
  anyCase: z.boolean().default(false).meta({ title: 'Capitals or not', control: 'switch', visibleWhen: { param: 'do', in: ['regex', 'extract', 'contains', 'count'] } }),
});

const params = z.object({
  columns: z.array(z.string()).default([]).meta({ title: 'Columns', control: 'columns', from: 'table', types: ['string'] }),
  operations: z.array(operation).default([]).meta({ title: 'Operations', control: 'rows', description: 'Done from top to bottom, each to what the one above gave.' }),
  splits: z.boolean().default(false).meta({ title: 'Split into columns', control: 'switch' }),
  split: z.string().default('').meta({ title: 'Split at', control: 'text', placeholder: ',', visibleWhen: { param: 'splits', in: [true] }, description: 'After the operations: one new column for each part between these separators.' }),
  parts: z.int().min(2).max(50).default(2).meta({ title: 'Parts', control: 'number', min: 2, max: 50, step: 1, visibleWhen: { param: 'splits', in: [true] } }),
  rest: z.boolean().default(true).meta({ title: 'The last part takes the rest', control: 'switch', visibleWhen: { param: 'splits', in: [true] }, description: 'Off: what comes after the last part is left out.' }),
  suffix: z.string().default('').meta({ title: 'Suffix', control: 'text', placeholder: 'none: in place', description: 'The results go to new columns with this behind the name; without one they replace the columns.' }),
});

export type TextParams = z.output<typeof params>;
export type TextOperation = z.output<typeof operation>;

function problems({ columns, operations: list, splits, split }: TextParams): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  if (columns.length === 0) diagnostics.push(paramMissing(['columns'], 'There is no text column yet.', 'Choose one or more.'));
  if (list.length === 0 && !splits) diagnostics.push(paramMissing(['operations'], 'There is nothing to do yet.', 'Add an operation, or split into columns.'));
  if (splits && split === '') diagnostics.push(paramMissing(['split'], 'There is no separator to split at.', 'Type one, such as a comma.'));
  list.forEach((one, i) => {
    if (needsSearch(one.do) && one.search === '') diagnostics.push(paramMissing(['operations', i, 'search'], `Operation ${i + 1} has nothing to search for.`, 'Type a text or a pattern.'));
    if (one.do === 'pad' && one.fill === '') diagnostics.push(paramMissing(['operations', i, 'fill'], `Operation ${i + 1} has nothing to pad with.`, 'Type a sign, such as 0.'));
    if (endsText(one.do) && (i < list.length - 1 || splits)) {
      diagnostics.push({ severity: 'error', code: 'not-text', message: `Operation ${i + 1} (${operationTitles[one.do].toLowerCase()}) gives no text, so nothing can be done to it afterwards.`, remedy: 'Make it the last, or use a second Text node.', place: { param: ['operations', i, 'do'] } });
    }
  });
  return diagnostics;
}

export const definition = defineNode({
  type: 'transform/text',
  version: 1,
  title: 'Text',
  summary: 'Cleans and takes apart text: trims, changes case, replaces, extracts by patterns, splits into columns.',
  keywords: ['string manipulation', 'string', 'trim', 'strip', 'upper case', 'lower case', 'regex', 'regular expression', 'replace', 'extract', 'split', 'cell splitter', 'text to columns', 'data cleansing', 'accents', 'pad', 'substring', 'str'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The same rows with the texts that came out.' }],
  params,
  describe: ({ columns, operations: list, splits, split }, say) => {
    const what = columns.length === 0 ? '…' : columns.length <= 2 ? columns.join(', ') : say`${columns.length} columns`;
    const done = [...list.map((one) => say.within(operationTitles[one.do])), ...(splits ? [say`split at “${split}”`] : [])];
    return `${what}: ${done.length === 0 ? '…' : done.length <= 2 ? done.join(', ') : say`${done[0] ?? ''}, and ${done.length - 1} more`}`;
  },
  configure: ({ params: chosen }) => ({ diagnostics: problems(chosen) }),
});

import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { edgesIn, namesIn } from './lists.ts';

const params = z.object({
  columns: z.array(z.string()).default([]).meta({ title: 'Columns', control: 'columns', from: 'table', types: ['integer', 'float'] }),
  method: z
    .enum(['width', 'quantiles', 'edges', 'deviations'])
    .default('width')
    .meta({ title: 'Bins', control: 'select', labels: { width: 'Of equal width', quantiles: 'With equally many rows', edges: 'Between given numbers', deviations: 'Standard deviations from the mean' } }),
  count: z.int().min(2).max(100).default(5).meta({ title: 'Number of bins', control: 'number', min: 2, max: 100, step: 1, visibleWhen: { param: 'method', in: ['width', 'quantiles'] } }),
  edges: z.string().default('').meta({ title: 'Edges', control: 'text', placeholder: '18, 30, 65', visibleWhen: { param: 'method', in: ['edges'] }, description: 'Numbers between the bins, from small to large, with commas between.' }),
  outside: z
    .enum(['bins', 'missing'])
    .default('bins')
    .meta({ title: 'Below and above the edges', control: 'select', labels: { bins: 'Bins of their own', missing: 'Missing' }, visibleWhen: { param: 'method', in: ['edges'] } }),
  reach: z.int().min(1).max(6).default(2).meta({ title: 'Deviations to each side', control: 'number', min: 1, max: 6, step: 1, visibleWhen: { param: 'method', in: ['deviations'] } }),
  closed: z.enum(['left', 'right']).default('left').meta({ title: 'A number on an edge', control: 'select', labels: { left: 'Begins a bin: from 18 to below 30', right: 'Ends a bin: above 18 to 30' } }),
  labels: z
    .enum(['range', 'number', 'lower', 'names'])
    .default('range')
    .meta({ title: 'Label', control: 'select', labels: { range: 'Range, such as [18, 30)', number: 'Number of the bin, from 1', lower: 'Lower edge', names: 'Names' } }),
  names: z.string().default('').meta({ title: 'Names', control: 'text', placeholder: 'low, middle, high', visibleWhen: { param: 'labels', in: ['names'] }, description: 'One for each bin, with commas between.' }),
  decimals: z.int().min(0).max(12).default(2).meta({ title: 'Decimals in ranges', control: 'number', min: 0, max: 12, step: 1, advanced: true, visibleWhen: { param: 'labels', in: ['range'] } }),
  suffix: z.string().default('_bin').meta({ title: 'Suffix', control: 'text', placeholder: 'none: in place', description: 'The new column has the column’s name and this behind it; without one it replaces the column.' }),
});

export type BinParams = z.output<typeof params>;

/** How many bins come out, or null while the edges cannot be read. */
function binCount({ method, count, edges, outside, reach }: BinParams): number | null {
  if (method === 'deviations') return 2 * reach + 2;
  if (method !== 'edges') return count;
  const numbers = edgesIn(edges);
  if (typeof numbers === 'string') return null;
  return outside === 'bins' ? numbers.length + 1 : numbers.length - 1;
}

function edgeProblems({ method, edges, outside }: BinParams): Diagnostic[] {
  if (method !== 'edges') return [];
  if (edges.trim() === '') return [paramMissing(['edges'], 'There are no edges.', 'Type numbers with commas between, such as 18, 30, 65.')];
  const numbers = edgesIn(edges);
  const problem = typeof numbers === 'string' ? numbers : outside === 'missing' && numbers.length < 2 ? 'One edge alone leaves no bin where the numbers below and above it are missing.' : null;
  return problem === null ? [] : [{ severity: 'error', code: 'bad-edges', message: problem, remedy: 'Type numbers from small to large with commas between, such as 18, 30, 65.', place: { param: ['edges'] } }];
}

function nameProblems(params: BinParams): Diagnostic[] {
  if (params.labels !== 'names') return [];
  const [wanted, given] = [binCount(params), namesIn(params.names).length];
  if (given === 0) return [paramMissing(['names'], 'There are no names for the bins.', 'Type one for each bin with commas between, or choose another label.')];
  if (wanted === null || wanted === given) return [];
  return [{ severity: 'error', code: 'bad-names', message: `There are ${wanted} bins but ${given === 1 ? '1 name' : `${given} names`}.`, remedy: 'Give one name for each bin.', place: { param: ['names'] } }];
}

export const definition = defineNode({
  type: 'transform/bin',
  version: 1,
  title: 'Bin',
  summary: 'Puts numbers into bins: of equal width, with equally many rows, or between given edges.',
  keywords: ['binning', 'discretize', 'discretise', 'cut', 'qcut', 'bucket', 'tile', 'auto-binner', 'numeric binner', 'quantile', 'histogram', 'kbinsdiscretizer', 'range', 'group numbers'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The same rows with the bins; the order of the rows is not fixed.' }],
  params,
  describe: ({ columns, method, count, edges, reach }, say) => {
    const what = columns.length === 0 ? '…' : columns.length <= 2 ? columns.join(', ') : say`${columns.length} columns`;
    return `${what}: ${{ width: say`${count} bins of equal width`, quantiles: say`${count} quantiles`, edges: edges.trim() || '…', deviations: say`${reach} deviations to each side` }[method]}`;
  },
  configure: ({ params: chosen }) => ({
    diagnostics: [...(chosen.columns.length === 0 ? [paramMissing(['columns'], 'There is no column to put into bins.', 'Choose a column of numbers.')] : []), ...edgeProblems(chosen), ...nameProblems(chosen)],
  }),
});

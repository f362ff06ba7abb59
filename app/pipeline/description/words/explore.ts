import { number, strings, text } from '../params.ts';
import { code, columns, inSentence } from '../phrases.ts';
import type { StepWords } from '../step-words.ts';

const over = (params: Readonly<Record<string, unknown>>): string => (strings(params, 'columns').length === 0 ? 'all columns' : columns(strings(params, 'columns')));
const coloured = (params: Readonly<Record<string, unknown>>, name = 'colour'): string => (text(params, name) === '' ? '' : `, by ${code(text(params, name))}`);

export const exploreWords: Readonly<Record<string, StepWords>> = {
  'explore/table-view': () => 'shows the rows and passes them on unchanged',
  'explore/bar-chart': (params, line) => (text(params, 'category') === '' ? 'draws a bar for each category' : `draws bars: ${inSentence(line)}`),
  'explore/box-plot': (params) => `draws boxes of ${over(params)}${coloured(params, 'groupBy')}`,
  'explore/column-statistics': (params) => `counts and measures ${strings(params, 'columns').length === 0 ? 'every column' : over(params)}`,
  'explore/correlations': (params) => `says how strongly ${over(params)} go together, pair by pair`,
  'explore/data-quality-profile': (params) => `looks for what is wrong in ${over(params)}: missing, repeated, constant, odd and leaking values`,
  'explore/distributions': (params) => `draws the distribution of ${strings(params, 'columns').length === 0 ? 'the first columns' : over(params)}${coloured(params, 'groupBy')}`,
  'explore/feature-ranking': (params) => `ranks ${over(params)} by what each says about ${text(params, 'target') === '' ? 'a target' : code(text(params, 'target'))}`,
  'explore/heat-map': (_, line) => `draws a heat map: ${inSentence(line)}`,
  'explore/line-plot': (_, line) => `draws lines: ${inSentence(line)}`,
  'explore/outliers': (params, line) => `parts rows with unusual values in ${over(params)} from the others (${inSentence(line)})`,
  'explore/pca': (params, line) => `reduces ${strings(params, 'columns').length === 0 ? 'all number columns' : over(params)} to principal components (${inSentence(line)})`,
  'explore/scatter-plot': (params) => (text(params, 'x') === '' ? 'draws two columns against each other' : `draws ${code(text(params, 'y'))} against ${code(text(params, 'x'))}${coloured(params)}`),
  'explore/umap-tsne': (params, line) => `draws a map on which rows with similar values lie close together (${line}, seed ${number(params, 'seed')})`,
};

import { metricInSentence } from '#app/core/metric-names.ts';
import { formatCount } from '#app/core/units.ts';
import { describeSubflow } from '../subflow/node-type.ts';
import { code, columns, counted, listed, percent } from './phrases.ts';
import { say } from './sentence.ts';
import { stepPredicate } from './step-words.ts';
import type { IntroFacts, Tongue } from './tongue.ts';
import { placeOf } from './words/data.ts';
import { validation } from './words/evaluate.ts';
import { recipeWords } from './words/train.ts';

const portKinds: Readonly<Record<string, string>> = { table: 'a table', report: 'a report', evaluation: 'an evaluation', model: 'a model', learner: 'a learner', recipe: 'a recipe' };

const rows = (count: number): string => `${formatCount(count)} rows`;

function intro({ steps, sources, targets, learners, results, status }: IntroFacts): string {
  const parts = [
    sources === 0 ? 'reads nothing yet' : `reads ${counted(sources, 'source')}`,
    ...(learners === 0 ? [] : [`learns ${targets.length === 0 ? 'a target' : columns(targets)} with ${counted(learners, 'learner')}`]),
    `ends in ${counted(results, 'result')}`,
  ];
  const how = status === 'running' ? 'is still going on' : status === 'succeeded' || status === 'failed' ? status : `was ${status ?? ''}`;
  return `This pipeline of ${counted(steps, 'step')} ${listed(parts)}. ${status === null ? 'It was not run yet.' : `Rows and scores are those of its latest run, which ${how}.`}`;
}

/** `rocAuc` and `log_loss` as people write them; what stands after a colon is a name. */
function metricName(name: string): string {
  const [metric = '', ...rest] = name.replaceAll('`', '').split(':');
  return [metricInSentence(metric), ...rest].join(':');
}

export const english: Tongue = {
  and: 'and',
  andMore: (count) => ` and ${count} more`,
  sections: { in: 'What comes in', steps: 'What happens, step by step', learnt: 'What is learnt, and how well', out: 'What comes out', watch: 'What to watch' },
  empty: 'This pipeline is empty: it has no steps yet.',
  intro,

  columns,
  columnKinds: { boolean: 'Yes/no', integer: 'Whole numbers', float: 'Numbers', string: 'Text', date: 'Dates', time: 'Times', timestamp: 'Dates with time', binary: 'Binary' },
  columnsUnknown: 'Its columns are not known yet.',
  placeOf,
  reads: (place) => `reads ${place}`,
  rows,
  size: (count, width) => [count === null ? '' : rows(count), width === null ? '' : counted(width, 'column')].filter((one) => one !== '').join(' of '),
  table: (count, names) => `${count === null ? '' : `${rows(count)} of `}${columns(names)}`,
  gives: (kinds, type) => `gives ${kinds.length === 0 ? code(type) : listed(kinds.map((kind) => portKinds[kind] ?? kind))}`,

  stepPredicate,
  then: 'Then ',
  leadIn: (single, sources) => say(single ? 'From ' : 'With ', sources, ', '),
  branches: (followers) => say('Here it branches: to ', followers, '.'),
  inputRole: (title) => ` as the ${title.toLowerCase()}`,
  tableTitle: 'Table',
  rowsOfPort: (title, node) => [`the ${title.toLowerCase().replace(/ rows$/, '')} rows of `, node],
  rowsAt: (count, title) => `${rows(count)} at ${title}`,
  rowsBecome: (before, after) => (after < before ? ` (${formatCount(after)} of ${rows(before)} come out)` : ` (${rows(before)} become ${formatCount(after)})`),
  unknownType: (type) => `is of the type \`${type}\`, which this Penstock does not know`,
  isBypassed: 'is bypassed: what comes in goes through unchanged',
  subflow: (node, names) => `stands for ${describeSubflow(node)}${names.length === 0 ? '' : ` (${listed(names, 8)})`}`,
  comment: (text) => ` (its comment: “${text}”)`,

  metricName,
  inLatestRun: 'In the latest run:',
  noRunNoScores: 'It was not run yet, so there are no scores.',
  noScores: 'No step has given a score yet.',
  noTarget: 'has no target yet.',
  learns: (target, task) => `learns ${code(target)}${task === 'classification' ? ' (a class)' : task === 'regression' ? ' (a number)' : ''}`,
  sameAs: (node) => say('from the same columns, prepared in the same way as for ', node, '. '),
  fromColumns: (names) => `from ${counted(names.length, 'column')}: ${columns(names, 8)}`,
  fromOthers: (names) => (names.length === 0 ? 'from every other column' : `from the other ${counted(names.length, 'column')}: ${columns(names, 8)}`),
  preparedBy: (node, steps) => say('They are prepared by ', node, `, which ${recipeWords(steps) || 'leaves them as they are'}. `),
  preparedAsUsual: (steps) => `They are prepared as is usual for it: it ${recipeWords(steps)}. `,
  makesFeatures: (names) => `That makes ${counted(names.length, 'feature')}: ${columns(names, 8)}. `,
  noRows: 'It has no rows to learn from yet.',
  fittedIn: (node) => say('It is fitted where it is scored, in ', node, '.'),
  learnsFromAll: 'It learns from all rows that come in; no split sets any aside.',
  learnsFromPart: (node) => say('It learns from one part of ', node, '.'),
  of: ' of ',
  validatedBy: (params) => `, by ${validation(params)}`,

  nothingToWatch: 'Nothing stands out: no errors, no suspicions, no results that are out of date.',
  moreFindings: (count, severity) => `And ${counted(count, `more ${severity}`)}.`,
  failed: ' failed: ',
  saidInRun: ' said in the latest run: ',
  neverRun: 'It was never run, so rows and scores are not known.',
  outOfDate: (steps, first, reasons) => say(`The results of ${counted(steps, 'step')} are out of date, from `, first, ' on', reasons.length === 0 ? '' : `: ${reasons.join('; ')}`, '. Run the pipeline again.'),
  notRunYet: 'Not run yet: ',
  drops: (dropped, of) => `drops ${formatCount(dropped)} of ${rows(of)} (${percent(dropped / of)})`,
  hasGaps: (gaps, of) => `has missing values in ${counted(gaps.length, 'column')}: ${listed(gaps.map(([column, count]) => `${code(column)} (${formatCount(count)}, ${percent(count / of)})`))}`,
  bypassedNodes: 'Bypassed, so without effect: ',
};

import { choice, isOn, number, records, strings, text, type Params } from '../params.ts';
import { code, columns, counted, inSentence, listed, percent } from '../phrases.ts';
import type { StepWords } from '../step-words.ts';

const within = (names: readonly string[]): string => (names.length === 0 ? '' : ` within each ${columns(names)}`);

const measureWords: Readonly<Record<string, string>> = { count: 'the number of values', avg: 'the mean', sum: 'the sum', min: 'the smallest value', max: 'the greatest value', median: 'the median', stddev: 'the standard deviation', variance: 'the variance', count_distinct: 'the number of different values', mode: 'the most frequent value', first: 'the first value', string_agg: 'the joined texts' };

function measure(params: Params): string {
  const [fn, column] = [text(params, 'fn'), text(params, 'column')];
  if (column === '') return fn === 'count' ? 'the number of rows' : inSentence(fn.replaceAll('_', ' '));
  return `${fn === 'quantile' ? `the ${percent(number(params, 'fraction'))} quantile` : (measureWords[fn] ?? `the ${fn}`)} of ${code(column)}`;
}

const measures = (params: Params): string => listed(records(params, 'measures').map(measure), 5);

const ordered = (list: readonly Params[]): string =>
  listed(list.filter((key) => text(key, 'column') !== '').map((key) => `${code(text(key, 'column'))}${text(key, 'direction') === 'descending' || key['descending'] === true ? ', greatest first' : ''}`), 4);

const keyPairs = (params: Params): string =>
  listed(records(params, 'keys').map((key) => (text(key, 'left') === text(key, 'right') ? code(text(key, 'left')) : `${code(text(key, 'left'))} = ${code(text(key, 'right'))}`)), 4);

function selected(params: Params): string {
  const keep = text(params, 'mode') === 'keep';
  const by = text(params, 'by');
  const names = strings(params, 'columns');
  const what = by === 'kind' ? `all columns of the kind ${text(params, 'kind')}` : by === 'pattern' ? `the columns whose names fit ${code(text(params, 'pattern'))}` : names.length === 0 ? '' : `${names.length === 1 ? 'the column' : 'the columns'} ${columns(names, 8)}`;
  const parts = what === '' ? (keep ? ['keeps no column yet'] : []) : [keep ? `keeps only ${what}` : `leaves out ${what}`];
  const renamed = records(params, 'changes').filter((change) => text(change, 'name') !== '' && text(change, 'name') !== text(change, 'column'));
  if (renamed.length > 0) parts.push(`renames ${listed(renamed.map((change) => `${code(text(change, 'column'))} to ${code(text(change, 'name'))}`), 4)}`);
  const retyped = [...records(params, 'changes'), ...records(params, 'bulk')].filter((change) => text(change, 'type') !== '' && text(change, 'type') !== 'same');
  if (retyped.length > 0) parts.push(`changes the type of ${listed(retyped.map((change) => (text(change, 'column') === '' ? 'several columns' : `${code(text(change, 'column'))} to ${text(change, 'type')}`)), 4)}`);
  return parts.length === 0 ? 'passes all columns on' : listed(parts);
}

function partitioned(params: Params, line: string): string {
  const how = choice(params, 'method', { random: 'at random', stratified: `so that both parts have the same mix of ${code(text(params, 'column'))}`, grouped: `with all rows of one ${columns(strings(params, 'group'))} on one side`, time: `by ${code(text(params, 'time'))}: the past to train on, what comes after to test on` });
  const seed = text(params, 'method') === 'time' ? '' : ` (seed ${number(params, 'seed')})`;
  if (text(params, 'method') === 'time' && text(params, 'testFrom') !== '') return `splits the rows at ${text(params, 'testFrom')}, ${how}`;
  return `splits the rows into ${listed(line.split(', ').filter((part) => part.includes('%')))}, ${how}${seed}`;
}

const joinKinds = { inner: 'keeping only rows that have a match on both sides', left: 'keeping every row of the left table', right: 'keeping every row of the right table', full: 'keeping every row of both tables', semi: 'keeping the left rows that have a match', anti: 'keeping the left rows that have none', cross: 'every row with every row' };

export const transformWords: Readonly<Record<string, StepWords>> = {
  'transform/filter-rows': (params, line) => `${text(params, 'mode') === 'remove' ? 'removes' : 'keeps'} the rows where ${code(text(params, 'by') === 'expression' && text(params, 'expression') !== '' ? text(params, 'expression') : text(params, 'mode') === 'remove' ? line.replace(/^without /, '') : line)}`,
  'transform/formula': (params) => {
    const list = records(params, 'columns').filter((one) => text(one, 'name') !== '');
    return list.length === 0 ? 'computes nothing yet' : `computes ${listed(list.map((one) => `${code(text(one, 'name'))} as ${code(text(one, 'expression'), 80)}`), 4)}`;
  },
  'transform/rules': (params) => `gives each row a value of ${code(text(params, 'name'))} by the first of ${counted(records(params, 'rules').length, 'rule')} that applies`,
  'transform/select-columns': selected,
  'transform/sort': (params) => `puts the rows in the order of ${ordered(records(params, 'keys')) || 'a column that is still to be chosen'}`,
  'transform/group-by': (params) => (strings(params, 'keys').length === 0 ? `puts all rows together and computes ${measures(params)}` : `makes one row for each ${columns(strings(params, 'keys'))} with ${measures(params)}`),
  'transform/join': (params) => {
    const kind = choice(params, 'kind', joinKinds);
    if (text(params, 'kind') === 'cross') return `joins two tables, ${kind}`;
    return records(params, 'keys').length === 0 ? 'joins two tables by key columns that are still to be chosen' : `joins two tables on ${keyPairs(params)}, ${kind}`;
  },
  'transform/asof-join': (params) => {
    const limit = isOn(params, 'limited') ? `, at most ${number(params, 'tolerance')} ${text(params, 'unit')} away` : '';
    const keys = records(params, 'keys').length === 0 ? '' : ` with equal ${keyPairs(params)}`;
    return `gives each row the row of the second table${keys} that ${choice(params, 'direction', { backward: 'was last known', forward: 'comes next', nearest: 'is nearest' })} at its ${code(text(params, 'leftTime'))}${limit}`;
  },
  'transform/concatenate': (params) => `${choice(params, 'kind', { all: 'puts the rows of all tables under each other', distinct: 'puts the different rows of all tables under each other', intersect: 'keeps the rows that every table has', except: 'keeps the rows of the first table that are in no other' })}, columns matched by ${text(params, 'match')}`,
  'transform/impute': (_, line) => `fills missing values (${line})`,
  'transform/partition': partitioned,
  'transform/sample': (params, line) => `takes a sample of the rows (${line}${number(params, 'seed') === 0 || text(params, 'method') === 'first' || text(params, 'method') === 'every' ? '' : `, seed ${number(params, 'seed')}`})`,
  'transform/deduplicate': (params) => `keeps one of several rows that are equal in ${strings(params, 'columns').length === 0 ? 'every column' : columns(strings(params, 'columns'))}`,
  'transform/bin': (params, line) => (strings(params, 'columns').length === 0 ? 'puts numbers into bins' : `puts ${columns(strings(params, 'columns'))} into bins (${line.replace(/^.*?: /, '')})`),
  'transform/date-and-time': (params) => {
    const made = records(params, 'outputs').map((one) => code(text(one, 'name') || text(one, 'part') || text(one, 'unit')));
    return `reads ${code(text(params, 'column'))} as a date${made.length === 0 ? '' : ` and makes ${listed(made, 4)} of it`}`;
  },
  'transform/text': (params, line) => `cleans the text in ${columns(strings(params, 'columns')) || 'columns that are still to be chosen'} (${line.replace(/^.*?: /, '')})`,
  'transform/explode': (params) => `turns the ${text(params, 'mode') === 'rows' ? 'lists' : 'parts'} in ${code(text(params, 'column'))} into ${text(params, 'mode') === 'rows' ? 'rows, one for each element' : 'columns'}`,
  'transform/pivot': (params) => `turns the values of ${code(text(params, 'column'))} into columns with ${measures(params)}${strings(params, 'keys').length === 0 ? '' : `, one row for each ${columns(strings(params, 'keys'))}`}`,
  'transform/unpivot': (params) => `turns columns into rows: the name in ${code(text(params, 'nameColumn'))}, the value in ${code(text(params, 'valueColumn'))}`,
  'transform/transpose': () => 'turns the table on its side: rows become columns',
  'transform/window': (params, line) => {
    const order = ordered(records(params, 'orderBy'));
    return `adds columns that look at other rows (${line.replace(/ (per|by) .*$/, '')})${within(strings(params, 'partitionBy'))}${order === '' ? '' : `, in the order of ${order}`}`;
  },
  'transform/sql': (params) => `runs the query ${code(text(params, 'text'))} over its inputs, called \`t1\`, \`t2\` …`,
  'transform/script': (params) => `runs JavaScript of ${counted(text(params, 'code').split('\n').length, 'line')}`,
  'transform/python-script': (params) => `runs Python of ${counted(text(params, 'code').split('\n').length, 'line')}`,
};

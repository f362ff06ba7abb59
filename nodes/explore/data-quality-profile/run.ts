import { formatCount, formatNumber } from '#app/core/units.ts';
import { binned, contingencies, information, pearsonPairs } from '#app/ml/index.ts';
import type { Column, Relation, Schema } from '#app/relation/types.ts';
import { chosenOf, isNumber, quoteColumn, sqlOver } from '#app/sdk/analysis.ts';
import { chartTable } from '#app/sdk/chart-node.ts';
import type { NodeExecutor, RunContext } from '#app/sdk/node.ts';
import type { ReportBlock, TableValue } from '#app/sdk/ports.ts';
import { factsOf, namedShare, sampledValues, watchedValues, type TableFacts } from './facts.ts';
import { listedValues } from './listed-values.ts';
import { findingsOf, severities, sorted, type Finding } from './findings.ts';
import { findingsSchema, type DataQualityParams } from './node.ts';

/** Bins of numbers when it is asked what they say about the target. */
const bins = 20;
/** A straight line that explains this much of a number target. */
const sameLine = 0.99;
const shownFindings = 200;
const shownColumns = 500;
const drawn = 40;

export const executor: NodeExecutor<DataQualityParams> = {
  async run(context) {
    const { inputs, params, tables, progress, signal } = context;
    const input = chartTable(inputs);
    const columns = params.columns.length === 0 ? input.schema : input.schema.filter(({ name }) => params.columns.includes(name));
    const facts = await factsOf(tables, input.relation, columns, params.duplicates, (done, message) => {
      signal.throwIfAborted();
      progress(0.8 * done, message);
    });
    progress(0.8, 'Leakage');
    const leaks = facts.rows === 0 ? [] : await leakage(context, input, facts);
    const found = sorted([...findingsOf(facts, params), ...leaks]);
    const cells = found.map((one): (number | string)[] => [one.column, one.check, one.severity, one.count, one.share, one.finding, one.examples, one.advice]);
    const findings = await tables.fromColumns(findingsSchema.map((column, i) => ({ ...column, values: cells.map((row) => row[i] ?? null) })), 'findings');
    return { report: { kind: 'report', report: { title: 'Data quality', blocks: blocksOf(facts, found, columns) } }, findings };
  },
};

function blocksOf(facts: TableFacts, found: readonly Finding[], columns: readonly Column[]): ReportBlock[] {
  const { rows } = facts;
  const present = facts.columns.reduce((sum, one) => sum + one.present, 0);
  const cellCount = rows * columns.length;
  const troubled = new Set(found.filter(({ severity }) => severity !== 'low').map(({ column }) => column));
  const of = (severity: Finding['severity']): number => found.filter((one) => one.severity === severity).length;
  const blocks: ReportBlock[] = [
    {
      type: 'metrics',
      metrics: [
        { name: 'Rows', value: rows, format: 'count' },
        { name: 'Columns', value: columns.length, format: 'count' },
        { name: 'Missing values', value: cellCount === 0 ? 0 : 1 - present / cellCount, format: 'percent', help: 'Share of all values; lower is better.' },
        ...(facts.repeated === null ? [] : [{ name: 'Repeated rows', value: facts.repeated, format: 'count' as const, help: 'Rows that equal another row in every column.' }]),
        ...severities.map((severity) => ({ name: `${severity[0]?.toUpperCase() ?? ''}${severity.slice(1)} findings`, value: of(severity), format: 'count' as const })),
        { name: 'Columns in order', value: columns.filter(({ name }) => !troubled.has(name)).length, format: 'count', help: 'Columns without a high or medium finding.' },
      ],
    },
  ];
  blocks.push(
    found.length === 0
      ? { type: 'text', markdown: 'Nothing was found.' }
      : {
          type: 'table',
          title: 'Findings',
          columns: [{ name: 'column', type: 'string' }, { name: 'check', type: 'string' }, { name: 'severity', type: 'string' }, { name: 'finding', type: 'string' }, { name: 'examples', type: 'string' }, { name: 'what to do', type: 'string' }],
          rows: found.slice(0, shownFindings).map((one) => [one.column === '' ? '(whole table)' : one.column, one.check, one.severity, one.finding, one.examples, one.advice]),
        },
  );
  const gaps = facts.columns.filter((one) => one.present < rows).sort((a, b) => a.present - b.present);
  if (gaps.length > 0) {
    const top = gaps.slice(0, drawn);
    blocks.push({
      type: 'chart',
      chart: {
        title: 'Missing values',
        x: { title: '', scale: 'category' },
        y: { title: 'Share of the rows', percent: true, range: [0, 1] },
        series: [{ name: 'Missing', mark: 'bars', x: top.map(({ column }) => column.name), y: top.map((one) => 1 - one.present / rows) }],
        note: gaps.length > top.length ? `The ${top.length} emptiest of ${gaps.length} columns with missing values.` : `${columns.length - gaps.length} of ${columns.length} columns have none.`,
      },
    });
  }
  blocks.push({
    type: 'table',
    title: 'Columns',
    columns: [{ name: 'column', type: 'string' }, { name: 'type', type: 'string' }, { name: 'missing %', type: 'float' }, { name: 'distinct', type: 'string' }, { name: 'distinct %', type: 'float' }, { name: 'most frequent', type: 'string' }, { name: 'its share %', type: 'float' }, { name: 'outliers', type: 'integer' }, { name: 'findings', type: 'integer' }],
    rows: facts.columns.slice(0, shownColumns).map((one) => [
      one.column.name,
      one.column.type,
      rows === 0 ? null : round((100 * (rows - one.present)) / rows),
      one.column.type === 'binary' ? '' : `${one.distinct.error === 0 ? '' : 'about '}${formatCount(one.distinct.count)}`,
      one.present === 0 ? null : round(Math.min(100, (100 * one.distinct.count) / one.present)),
      one.top?.value ?? null,
      one.top === null || one.present === 0 ? null : round((100 * one.top.count) / one.present),
      one.outliers,
      found.filter(({ column }) => column === one.column.name).length,
    ]),
  });
  if (found.length > shownFindings || columns.length > shownColumns) blocks.push({ type: 'text', markdown: `The first ${shownFindings} findings and ${shownColumns} columns are shown; the table output has all ${formatCount(found.length)} findings.` });
  blocks.push({ type: 'text', markdown: howCounted(facts) });
  return blocks;
}

/** Which numbers are of all rows, and how far the others may be off. */
function howCounted({ columns }: TableFacts): string {
  const estimated = columns.filter(({ column, distinct }) => column.type !== 'binary' && distinct.error > 0);
  const error = Math.max(0, ...estimated.map(({ distinct }) => distinct.error));
  const sampled = columns.some(({ every }) => every > 1);
  return [
    'Rows and values are counted over all rows.',
    estimated.length > 0 ? `Numbers of different values marked “about” are estimated from all rows of a random part of the values: they are right to ± ${(100 * error).toFixed(1)} % in 95 of 100 cases.` : '',
    sampled ? `Quartile fences of columns with at least ${formatCount(2 * sampledValues)} values are those of a random sample of ${formatCount(sampledValues)} values or more, whose quartiles have ranks that are right to ± 0.12 percentage points in 95 of 100 cases; how many values lie beyond them is counted.` : '',
    columns.some(({ column, distinct }) => column.type === 'float' || distinct.count > listedValues) ? `The most frequent of decimals, and of more than about ${formatCount(listedValues)} different values, is looked for in up to ${formatCount(2 * watchedValues)} of them, and named where it has ${100 * namedShare} % of all values or more.` : '',
    `Spelling is compared in columns with at most about ${formatCount(listedValues)} different values. Repeated rows and copied columns are found by 64-bit hashes.`,
  ].filter((one) => one !== '').join(' ');
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Single columns that tell the target nearly for certain, and identifiers that a model would learn by heart. */
async function leakage({ params, tables, progress, report }: RunContext<DataQualityParams>, input: TableValue, facts: TableFacts): Promise<Finding[]> {
  const target = input.schema.find(({ name }) => name === params.target);
  if (target === undefined) return [];
  const usable = chosenOf(input.schema, facts.columns.map(({ column }) => column.name), ['integer', 'float', 'string', 'boolean']).filter(({ name }) => name !== target.name);
  const known = new Map(facts.columns.map((one) => [one.column.name, one]));
  const identifiers = usable.filter(({ name, type }) => { const own = known.get(name); return type !== 'float' && type !== 'boolean' && own !== undefined && own.distinct.error === 0 && facts.rows >= 10 && own.distinct.count >= 0.98 * own.present && own.distinct.count > 1; });
  const found = identifiers.map(({ name }): Finding => ({ column: name, check: 'identifier as feature', severity: 'medium', count: facts.rows, share: (known.get(name)?.distinct.count ?? 0) / Math.max(1, facts.rows), finding: 'Nearly every row has a value of its own: a model would learn rows by heart.', examples: '', advice: 'Select Columns leaves it out of the features.' }));
  const features = usable.filter((column) => !identifiers.includes(column) && (isNumber(column.type) || (known.get(column.name)?.distinct.count ?? 0) <= 1000));
  const targetFacts = known.get(target.name);
  if (features.length === 0) return found;
  if (!isNumber(target.type) && (targetFacts?.distinct.count ?? 0) > 1000) {
    report({ severity: 'warning', code: 'too-many-classes', message: `The target “${target.name}” has more than 1000 different values: it is not looked at what gives it away.`, remedy: 'Choose another target.', place: { param: ['target'], column: target.name } });
    return found;
  }
  // A number target with few values (0/1) is taken as classes.
  const classes = !isNumber(target.type) || (targetFacts?.distinct.error === 0 && targetFacts.distinct.count <= bins);
  const every = Math.max(1, Math.floor(facts.rows / sampledValues));
  const relation = sampleOf(input.relation, [target, ...features], every);
  const [goal, ...keys] = await binned(tables, relation, [{ column: target, numeric: !classes }, ...features.map((column) => ({ column, numeric: isNumber(column.type) }))], bins);
  if (goal === undefined) return found;
  const counted = await contingencies(tables, relation, [goal.key, ...keys.map(({ key }) => key)], keys.map((_, i) => [i + 1, 0]), (done) => progress(0.8 + 0.15 * done, 'Leakage'));
  const straight = classes ? [] : await pearsonPairs({ tables, relation, columns: [target, ...features], pairs: features.map((_, i) => [0, i + 1]) });
  features.forEach((column, i) => {
    const table = counted[i];
    if (table === undefined || table.rows < 10) return;
    const { mutual, entropyB } = information(table);
    // Miller and Madow: many small cells look informative by chance.
    const fair = mutual - ((table.a.size - 1) * (table.b.size - 1)) / (2 * table.rows);
    const share = entropyB > 0 ? Math.max(0, fair) / entropyB : 0;
    const r = isNumber(column.type) ? Math.abs(straight[i]?.value ?? 0) : 0;
    if (share < params.leakage && !(r >= sameLine)) return;
    const how = r >= sameLine ? `The correlation with “${target.name}” is ${formatNumber(straight[i]?.value ?? 0)}.` : `Alone it takes away ${(100 * share).toFixed(1)} % of what is uncertain about “${target.name}”.`;
    const of = every === 1 ? '' : ` (In a random sample of ${formatCount(table.rows)} rows.)`;
    found.push({ column: column.name, check: 'gives the target away', severity: share >= 0.98 || r >= 0.999 ? 'high' : 'medium', count: every === 1 ? table.rows : (known.get(column.name)?.present ?? 0), share: Math.min(1, Math.max(share, r >= sameLine ? r : 0)), finding: how + of, examples: '', advice: 'If it is not known when predicting, Select Columns must leave it out.' });
  });
  return found;
}

/** One of so many rows, by a hash of its place. */
function sampleOf(relation: Relation, columns: Schema, every: number): Relation {
  if (every === 1) return relation;
  const names = columns.map(({ name }) => quoteColumn(name)).join(', ');
  let place = 'place';
  while (columns.some(({ name }) => name.toLowerCase() === place)) place += ' ';
  return sqlOver(relation, `select ${names} from (select ${names}, row_number() over () as ${quoteColumn(place)} from t) where hash(${quoteColumn(place)}) % ${every} = 0`, columns);
}

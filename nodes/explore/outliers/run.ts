import { PenstockError } from '#app/core/errors.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import { chiSquareUpper, momentsOf, pseudoInverse } from '#app/ml/index.ts';
import { call, cast, col, filter, lit, named, project, when } from '#app/relation/build.ts';
import { freeName } from '#app/relation/index.ts';
import type { Column, Expr, Relation } from '#app/relation/types.ts';
import { ask, chosenOf, numberSql, quoteColumn, toNumber } from '#app/sdk/analysis.ts';
import { chartTable, numberTypes } from '#app/sdk/chart-node.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { NodeExecutor, RunContext } from '#app/sdk/node.ts';
import type { ReportBlock, TableValue } from '#app/sdk/ports.ts';
import { findLimits, type Limits } from './limits.ts';
import { reasonNames, type OutliersParams } from './node.ts';

const separator = '\u001f';
const missing = '\u001e';

/** Rows with what is needed to judge them, and how each column judges. */
interface Judged {
  readonly relation: Relation;
  /** Never null. */
  readonly out: Expr;
  readonly reason: Expr;
  readonly score: Expr;
  readonly blocks: readonly ReportBlock[];
}

export const executor: NodeExecutor<OutliersParams> = {
  async run(context) {
    const { inputs, params, tables, progress } = context;
    const input = chartTable(inputs);
    const columns = chosenOf(input.schema, params.columns, numberTypes);
    progress(0, 'Limits');
    const judged = params.method === 'mahalanobis' ? await together(context, input, columns) : await apart(context, input, columns);
    const plain = input.schema.map(({ name }) => named(name, col(name)));
    const names = reasonNames(input.schema);
    const inliers: TableValue = { kind: 'table', relation: project(filter(judged.relation, call('not', judged.out)), plain), schema: input.schema };
    const outliers: TableValue = {
      kind: 'table',
      relation: project(filter(judged.relation, judged.out), params.reasons ? [...plain, named(names.reason, judged.reason), named(names.score, judged.score)] : plain),
      schema: params.reasons ? [...input.schema, { name: names.reason, type: 'string' }, { name: names.score, type: 'float' }] : input.schema,
    };
    progress(0.7, 'Counting');
    const [rows, out] = [await tables.count(input.relation), await tables.count(outliers.relation)];
    const blocks: ReportBlock[] = [
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows', value: rows, format: 'count' },
          { name: 'Outliers', value: out, format: 'count', help: 'Rows that are out in at least one column, or in all together.' },
          { name: 'Share', value: rows === 0 ? 0 : out / rows, format: 'percent', help: 'A few percent are usual even in faultless data.' },
        ],
      },
      ...judged.blocks,
    ];
    if (rows > 0) blocks.push({ type: 'chart', chart: await tables.chart(input.relation, input.schema, boxes(columns)), query: boxes(columns), input: 'table' });
    return { inliers, outliers, report: { kind: 'report', report: { title: 'Outliers', blocks } } };
  },
};

const boxes = (columns: readonly Column[]) => chartQuery({ kind: 'box', columns: columns.slice(0, 12).map(({ name }) => name) });

/** The value as a float, missing where it is no finite number. */
const valueOf = ({ name, type }: Column): Expr => (type === 'integer' ? cast(col(name), 'float') : when([{ when: call('is_finite', col(name)), then: col(name) }]));

/** Each column by itself: below or above its limits. */
async function apart({ params, tables, report }: RunContext<OutliersParams>, input: TableValue, columns: readonly Column[]): Promise<Judged> {
  const group = [...new Set(params.group)];
  const key = group.length === 0 ? null : freeName('outlier_group', input.schema);
  const rows = key === null ? input.relation : withGroup(input, group, key);
  const limits = await findLimits(tables, rows, columns, key === null ? null : quoteColumn(key), params);
  const flat = columns.filter((_, i) => limits.length > 0 && limits.every((one) => one.columns[i] === null));
  if (flat.length > 0) {
    report({
      severity: 'info',
      code: 'no-limits',
      message: `No limits for ${flat.slice(0, 5).map(({ name }) => `“${name}”`).join(', ')}${flat.length > 5 ? ` and ${flat.length - 5} more` : ''}: fewer than ${params.minimum} values, or more than half of them are equal.`,
      remedy: 'Use standard deviations, or leave these columns out.',
      place: { param: ['columns'] },
    });
  }
  const { relation, low, high, centre, scale } = await withLimits(tables, input, rows, limits, columns, key);
  const isOut = (i: number, column: Column): Expr => call('coalesce', call('or', call('less_than', valueOf(column), low(i)), call('greater_than', valueOf(column), high(i))), lit(false));
  const judged = columns.flatMap((column, i) => (flat.includes(column) ? [] : [{ column, i }]));
  const out = judged.map(({ column, i }) => isOut(i, column)).reduce<Expr>((any, one) => call('or', any, one), lit(false));
  const side = (column: Column, i: number): Expr => when([{ when: isOut(i, column), then: when([{ when: call('less_than', valueOf(column), low(i)), then: lit(`${column.name} too low; `) }], lit(`${column.name} too high; `)) }], lit(''));
  const text = judged.length === 0 ? lit('') : call('concat', ...judged.map(({ column, i }) => side(column, i)), lit(''));
  const distance = (column: Column, i: number): Expr => call('divide', call('abs', call('subtract', valueOf(column), centre(i))), scale(i));
  const far = judged.map(({ column, i }) => when([{ when: isOut(i, column), then: distance(column, i) }], lit(0, 'float')));
  const blocks = await limitBlocks(tables, relation, limits, columns, isOut, group, params);
  return { relation, out, reason: call('left', text, call('subtract', call('length', text), lit(2))), score: far.length === 0 ? lit(0, 'float') : far.length === 1 ? (far[0] ?? lit(0, 'float')) : call('greatest', ...far), blocks };
}

interface Limited {
  readonly relation: Relation;
  readonly low: (i: number) => Expr;
  readonly high: (i: number) => Expr;
  readonly centre: (i: number) => Expr;
  readonly scale: (i: number) => Expr;
}

/** Rows with the text of their group; missing values are a group of their own. */
function withGroup(input: TableValue, group: readonly string[], key: string): Relation {
  const text = group.map((name) => call('coalesce', cast(col(name), 'string'), lit(missing)));
  const whole = text.length === 1 ? (text[0] ?? lit('')) : call('concat', ...text.flatMap((one, i) => (i === 0 ? [one] : [lit(separator), one])));
  return project(input.relation, [...input.schema.map(({ name }) => named(name, col(name))), named(key, whole)]);
}

/** Limits of the whole table are constants in formulas; those of groups are a small table that is joined. */
async function withLimits(tables: RunContext<OutliersParams>['tables'], input: TableValue, rows: Relation, limits: readonly Limits[], columns: readonly Column[], key: string | null): Promise<Limited> {
  if (key === null || limits.length === 0) {
    const constant = (i: number, what: 'low' | 'high' | 'centre' | 'scale'): Expr => lit(limits[0]?.columns[i]?.[what] ?? null, 'float');
    return { relation: rows, low: (i) => constant(i, 'low'), high: (i) => constant(i, 'high'), centre: (i) => constant(i, 'centre'), scale: (i) => constant(i, 'scale') };
  }
  const taken: Column[] = [...input.schema, { name: key, type: 'string' }];
  const fresh = (wanted: string): string => {
    const name = freeName(wanted, taken);
    taken.push({ name, type: 'float' });
    return name;
  };
  const names = columns.map((_, i) => ({ low: fresh(`outlier_low${i}`), high: fresh(`outlier_high${i}`), centre: fresh(`outlier_centre${i}`), scale: fresh(`outlier_scale${i}`) }));
  const table = await tables.fromColumns(
    [
      { name: key, type: 'string', values: limits.map((one) => one.group) },
      ...names.flatMap((name, i) => (['low', 'high', 'centre', 'scale'] as const).map((what) => ({ name: name[what], type: 'float' as const, values: limits.map((one) => one.columns[i]?.[what] ?? null) }))),
    ],
    'limits',
  );
  const relation: Relation = { op: 'join', kind: 'left', left: rows, right: table.relation, on: [{ left: key, right: key }], rightSuffix: '_limits' };
  return { relation, low: (i) => col(names[i]?.low ?? ''), high: (i) => col(names[i]?.high ?? ''), centre: (i) => col(names[i]?.centre ?? ''), scale: (i) => col(names[i]?.scale ?? '') };
}

async function limitBlocks(tables: RunContext<OutliersParams>['tables'], relation: Relation, limits: readonly Limits[], columns: readonly Column[], isOut: (i: number, column: Column) => Expr, group: readonly string[], params: OutliersParams): Promise<ReportBlock[]> {
  const measures = columns.map((column, i) => ({ name: `m${i}`, fn: 'sum' as const, arg: cast(isOut(i, column), 'integer') }));
  const { rows } = await tables.rows({ op: 'aggregate', input: relation, keys: [], measures });
  const counts = columns.map((_, i) => toNumber(rows[0]?.[i] ?? 0) || 0);
  const whole = group.length === 0;
  const blocks: ReportBlock[] = [
    {
      type: 'table',
      title: 'By column',
      columns: [{ name: 'column', type: 'string' }, { name: 'outliers', type: 'integer' }, ...(whole ? [{ name: 'below', type: 'float' as const }, { name: 'above', type: 'float' as const }] : [])],
      rows: columns.map((column, i) => [column.name, counts[i] ?? 0, ...(whole ? [limits[0]?.columns[i]?.low ?? null, limits[0]?.columns[i]?.high ?? null] : [])]),
    },
  ];
  if (!whole) {
    const shown = limits.toSorted((a, b) => b.rows - a.rows).slice(0, 50);
    blocks.push({
      type: 'table',
      title: `Limits by ${group.join(', ')}`,
      columns: [{ name: 'group', type: 'string' }, { name: 'rows', type: 'integer' }, ...columns.slice(0, 8).map(({ name }) => ({ name, type: 'string' as const }))],
      rows: shown.map((one) => [(one.group ?? '').replaceAll(separator, ', ').replaceAll(missing, '(missing)'), one.rows, ...columns.slice(0, 8).map((_, i) => { const own = one.columns[i]; return own === null || own === undefined ? 'no limits' : `${formatNumber(own.low)} to ${formatNumber(own.high)}`; })]),
    });
    if (shown.length < limits.length) blocks.push({ type: 'text', markdown: `The ${shown.length} biggest of ${formatCount(limits.length)} groups.` });
  }
  const words = { iqr: `${params.fence} interquartile ranges below the first or above the third quartile`, z: `more than ${params.limit} standard deviations from the mean`, 'robust-z': `more than ${params.limit} × 1.4826 median absolute deviations from the median`, mahalanobis: '' }[params.method];
  blocks.push({ type: 'text', markdown: `An outlier is ${words}${whole ? '' : ' of its group'}. Missing values are never outliers.` });
  return blocks;
}

/** All columns together: distance from the mean in the units of the covariance. */
async function together({ params, tables, report }: RunContext<OutliersParams>, input: TableValue, columns: readonly Column[]): Promise<Judged> {
  const moments = await momentsOf(tables, input.relation, columns, { standardise: true, missing: 'drop' });
  if (moments.rows <= columns.length) throw new PenstockError('too-few-rows', `${columns.length} columns need more than ${columns.length} complete rows; there are ${formatCount(moments.rows)}.`, { remedy: 'Choose fewer columns, or fill missing values first (Impute).', place: { param: ['columns'] } });
  const { inverse, rank } = pseudoInverse(moments.covariance);
  if (rank < columns.length) report({ severity: 'info', code: 'dependent-columns', message: `${columns.length} columns have only ${rank} independent directions; the distance is taken in these.`, remedy: 'Leave out columns that follow from others.', place: { param: ['columns'] } });
  if (moments.rows < moments.total) report({ severity: 'info', code: 'rows-left-out', message: `${formatCount(moments.total - moments.rows)} rows with a missing value have no distance and count as inliers.`, remedy: 'Fill missing values first (Impute).', place: { param: ['columns'] } });
  const limit = chiSquareAt(params.chance, rank);
  const taken: Column[] = [...input.schema];
  const z = columns.map((_, i) => {
    const name = freeName(`outlier_z${i}`, taken);
    taken.push({ name, type: 'float' });
    return name;
  });
  const distance = freeName('outlier_distance', taken);
  const plain = input.schema.map(({ name }) => named(name, col(name)));
  const standard = project(input.relation, [...plain, ...columns.map((column, i) => named(z[i] ?? '', moments.deviations[i] === 0 ? when([{ when: call('is_null', valueOf(column)), then: lit(null, 'float') }], lit(0, 'float')) : call('divide', call('subtract', valueOf(column), lit(moments.means[i] ?? 0, 'float')), lit(moments.deviations[i] ?? 1, 'float'))))]);
  // zᵀ S⁻¹ z, one term z_i · Σ_j S⁻¹_ij z_j for each column.
  const terms = z.map((name, i) => call('multiply', col(name), tree(z.map((other, j) => call('multiply', col(other), lit(inverse[i]?.[j] ?? 0, 'float'))))));
  const relation = project(standard, [...plain, ...z.map((name) => named(name, col(name))), named(distance, call('sqrt', call('greatest', tree(terms), lit(0, 'float'))))]);
  const complete = z.map((name): Expr => call('is_not_null', col(name))).reduce((all, one) => call('and', all, one));
  const out = call('and', complete, call('coalesce', call('greater_than', col(distance), lit(Math.sqrt(limit), 'float')), lit(false)));
  // The column that stands furthest out on its own: where to look first.
  const most = z.length === 1 ? call('abs', col(z[0] ?? '')) : call('greatest', ...z.map((name) => call('abs', col(name))));
  const furthest = when(z.map((name, i) => ({ when: call('equals', call('abs', col(name)), most), then: lit(`unusual together, most of all ${columns[i]?.name ?? ''}`) })), lit('unusual together'));
  const [summary = []] = await ask(tables, relation, `select max(${quoteColumn(distance)}), median(${quoteColumn(distance)}) from t where ${columns.map((column) => `(${numberSql(column)}) is not null`).join(' and ')}`, ['float', 'float']);
  return {
    relation,
    out,
    reason: furthest,
    score: col(distance),
    blocks: [
      {
        type: 'metrics',
        title: 'Mahalanobis distance',
        metrics: [
          { name: 'Limit', value: Math.sqrt(limit), format: 'number', help: `Normal data in ${rank} directions pass it with probability ${params.chance}.` },
          { name: 'Median', value: toNumber(summary[1]) || 0, format: 'number' },
          { name: 'Greatest', value: toNumber(summary[0]) || 0, format: 'number' },
        ],
      },
      { type: 'text', markdown: 'The distance of a row from the mean, in standard deviations along the directions in which the columns vary together: it finds rows whose values are each usual but not together. Very many or far outliers widen the covariance and hide themselves.' },
    ],
  };
}

/** A sum as a balanced tree: a chain of hundreds would be too deep. */
function tree(terms: readonly Expr[]): Expr {
  if (terms.length <= 1) return terms[0] ?? lit(0, 'float');
  const middle = terms.length >> 1;
  return call('add', tree(terms.slice(0, middle)), tree(terms.slice(middle)));
}

/** Where the upper tail of chi-square is `p`, by halving. */
function chiSquareAt(p: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (chiSquareUpper(high, freedom) > p) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2;
    if (chiSquareUpper(middle, freedom) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

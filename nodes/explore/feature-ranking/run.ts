import { PenstockError } from '#app/core/errors.ts';
import { formatNumber } from '#app/core/units.ts';
import { aboutDistinct, anovas, binned, chiSquare, contingencies, correct, giniSplit, information, kruskal, pearsonPairs, spearmanPairs, studentTwoSided, varianceSplit, type Binned, type Split } from '#app/ml/index.ts';
import type { Column } from '#app/relation/types.ts';
import { ask, chosenOf, isNumber, numberSql, quoteColumn, toNumber } from '#app/sdk/analysis.ts';
import { chartTable } from '#app/sdk/chart-node.ts';
import type { NodeExecutor, RunContext } from '#app/sdk/node.ts';
import type { TableValue } from '#app/sdk/ports.ts';

import { rankedTypes, rankingSchema, type FeatureRankingParams } from './node.ts';

/** Bars in the chart, rows in the report. */
const drawn = 30;

interface Score {
  readonly feature: Binned;
  readonly rows: number;
  readonly mutual: number;
  readonly share: number;
  readonly measure: string;
  readonly association: number;
  readonly test: string;
  readonly statistic: number;
  readonly p: number;
  readonly rankTest: string;
  readonly rankStatistic: number;
  readonly rankP: number;
  readonly split: Split | null;
}

const none = { statistic: Number.NaN, p: Number.NaN };

export const executor: NodeExecutor<FeatureRankingParams> = {
  async run(context) {
    const { inputs, params, tables, progress, report, signal } = context;
    const input = chartTable(inputs);
    const target = input.schema.find(({ name }) => name === params.target);
    if (target === undefined) throw new PenstockError('unknown-column', `There is no column “${params.target}” in the table.`, { remedy: 'Choose the target again.', place: { param: ['target'], column: params.target } });
    const classes = params.task === 'classes' || (params.task === 'auto' && !isNumber(target.type));
    const features = await usable(context, input, target, classes);
    progress(0.05, 'Bins');
    const [goal, ...keys] = await binned(tables, input.relation, [{ column: target, numeric: !classes }, ...features.map((column) => ({ column, numeric: isNumber(column.type) }))], params.bins);
    if (goal === undefined || keys.length === 0) {
      throw new PenstockError('too-few-columns', `Beside the target there is no column with at most ${params.values} different values.`, { remedy: 'Choose other columns, or raise the limit.', place: { param: ['values'] } });
    }
    progress(0.1, 'Counting');
    const expressions = [goal, ...keys].map(({ key }) => key);
    const counted = await contingencies(tables, input.relation, expressions, keys.map((_, i) => [i + 1, 0]), (done) => progress(0.1 + 0.2 * done));
    if (counted.every(({ b }) => b.size < 2)) {
      throw new PenstockError('target-constant', `The target “${target.name}” has fewer than two different values.`, { remedy: 'Choose another target, or other rows.', place: { param: ['target'], column: target.name } });
    }
    const scores: Score[] = [];
    const tests = await testsOf(context, input, target, classes, keys);
    for (const [i, feature] of keys.entries()) {
      signal.throwIfAborted();
      progress(0.4 + (0.5 * i) / keys.length, feature.column.name);
      const table = counted[i];
      if (table === undefined) continue;
      const { mutual, entropyB } = information(table);
      const exact = classes && !feature.numeric ? chiSquare(table) : null;
      const test = exact === null ? tests[i] : { measure: 'Cramér’s V', association: exact.cramer, test: 'Chi-square', statistic: exact.statistic, p: exact.p };
      const ranks = await rankTest(context, input, target, classes, feature);
      const ordered = feature.numeric ? Array.from({ length: feature.edges.length + 1 }, (_, k) => String(k)) : null;
      const split = classes ? giniSplit(table, ordered) : await variances(context, input, target, feature, ordered);
      scores.push({ feature, rows: table.rows, mutual: table.rows === 0 ? Number.NaN : mutual, share: entropyB > 0 ? mutual / entropyB : Number.NaN, measure: test?.measure ?? '', association: test?.association ?? Number.NaN, test: test?.test ?? '', statistic: test?.statistic ?? Number.NaN, p: test?.p ?? Number.NaN, ...ranks, split });
    }
    const corrected = correct(scores.map(({ p }) => p), params.correction);
    const ranked = scores.map((score, i) => ({ ...score, corrected: corrected[i] ?? Number.NaN })).sort((a, b) => better(b, params.by) - better(a, params.by) || b.mutual - a.mutual);
    report({
      severity: 'info',
      code: 'selection-leak',
      message: 'The ranking has seen the target in every row of this table.',
      remedy: 'If features are chosen by it, split first (Partition) and rank only the training rows; otherwise the test score is too good.',
      place: { param: ['target'] },
    });
    const cells = ranked.map((one, i): (number | string)[] => [i + 1, one.feature.column.name, one.feature.column.type, one.rows, one.mutual, one.share, one.measure, one.association, one.test, one.statistic, one.p, one.corrected, one.rankTest, one.rankStatistic, one.rankP, one.split?.gain ?? Number.NaN, splitText(one.feature, one.split)]);
    const ranking = await tables.fromColumns(rankingSchema.map((column, i) => ({ ...column, values: cells.map((row) => row[i] ?? null) })), 'ranking');
    const top = ranked.slice(0, drawn);
    const bars = { mutual_information: 'Mutual information (nats)', association: 'Association', p_value: '−log₁₀ p', rank_p_value: '−log₁₀ p', split_gain: 'Share of impurity taken away' }[params.by];
    return {
      report: {
        kind: 'report',
        report: {
          title: `Features for ${target.name}`,
          blocks: [
            {
              type: 'metrics',
              metrics: [
                { name: 'Features', value: ranked.length, format: 'count' },
                { name: 'Likely related', value: ranked.filter((one) => one.corrected < 0.05).length, format: 'count', help: 'Corrected p-value below 0.05. With many rows that says little: look at the strength.' },
                { name: 'Best information share', value: Math.max(0, ...ranked.map(({ share }) => (Number.isNaN(share) ? 0 : share))), format: 'percent', help: 'Share of the target’s uncertainty that the best single feature takes away; close to 100 % is suspicious.' },
              ],
            },
            {
              type: 'chart',
              chart: {
                title: `What each feature says about ${target.name}`,
                x: { title: '', scale: 'category' },
                y: { title: bars },
                series: [{ name: bars, mark: 'bars', x: top.map(({ feature }) => feature.column.name), y: top.map((one) => { const height = better(one, params.by); return Number.isFinite(height) ? height : null; }) }],
                ...(top.length < ranked.length ? { note: `The best ${top.length} of ${ranked.length} features.` } : {}),
              },
            },
            {
              type: 'table',
              title: 'Ranking',
              columns: [{ name: 'feature', type: 'string' }, { name: 'mutual information', type: 'float' }, { name: 'association', type: 'float' }, { name: 'measure', type: 'string' }, { name: 'test', type: 'string' }, { name: 'p corrected', type: 'float' }, { name: 'split gain', type: 'float' }, { name: 'best split', type: 'string' }],
              rows: ranked.slice(0, 100).map((one) => [one.feature.column.name, finite(one.mutual), finite(one.association), one.measure, one.test, finite(one.corrected), one.split?.gain ?? null, splitText(one.feature, one.split)]),
            },
            { type: 'text', markdown: `Each feature is looked at by itself. Numbers are cut into ${params.bins} equally filled bins for mutual information and splits. A feature that only helps together with others ranks low here.` },
          ],
        },
      },
      ranking,
    };
  },
};

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** What the ranking goes by, bigger is better; p-values below the smallest float count as 1e-308. */
function better(score: Score, by: FeatureRankingParams['by']): number {
  const value = by === 'mutual_information' ? score.mutual : by === 'association' ? Math.abs(score.association) : by === 'split_gain' ? (score.split?.gain ?? Number.NaN) : -Math.log10(Math.max(1e-308, by === 'p_value' ? score.p : score.rankP));
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value + 0;
}

function splitText(feature: Binned, split: Split | null): string {
  if (split === null) return '';
  if (!feature.numeric) return `${feature.column.name} = ${split.at}`;
  return `${feature.column.name} ≤ ${formatNumber(feature.edges[Number(split.at)] ?? Number.NaN)}`;
}

async function usable({ params, tables, report }: RunContext<FeatureRankingParams>, input: TableValue, target: Column, classes: boolean): Promise<Column[]> {
  const columns = chosenOf(input.schema, params.columns, rankedTypes).filter(({ name }) => name !== target.name);
  const counted = [...columns.filter(({ type }) => type === 'string'), ...(classes ? [target] : [])];
  const counts = await aboutDistinct(tables, input.relation, counted);
  const many = new Set(counted.filter((_, i) => (counts[i] ?? 0) > params.values * 1.1).map(({ name }) => name));
  if (many.has(target.name)) throw new PenstockError('too-many-classes', `The target “${target.name}” has more than ${params.values} different values.`, { remedy: 'Take it as a number, group rare values, or raise the limit.', place: { param: ['task'], column: target.name } });
  if (many.size > 0) report({ severity: 'info', code: 'columns-left-out', message: `Left out, because of more than ${params.values} different values: ${[...many].slice(0, 5).map((name) => `“${name}”`).join(', ')}${many.size > 5 ? ` and ${many.size - 5} more` : ''}.`, remedy: 'Raise the limit, or group rare values first.', place: { param: ['values'] } });
  return columns.filter(({ name }) => !many.has(name));
}

type Test = Pick<Score, 'measure' | 'association' | 'test' | 'statistic' | 'p'>;

/** ANOVA F, or for two numbers the F of the regression line. */
async function testsOf({ tables }: RunContext<FeatureRankingParams>, input: TableValue, target: Column, classes: boolean, features: readonly Binned[]): Promise<(Test | undefined)[]> {
  const relation = input.relation;
  const numbers = features.flatMap((feature, i) => (feature.numeric ? [{ feature, i }] : []));
  const answers: (Test | undefined)[] = features.map(() => undefined);
  const ofGroups = ({ f, p, eta }: { f: number; p: number; eta: number }): Test => ({ measure: 'Correlation ratio', association: eta, test: 'ANOVA F', statistic: f, p });
  if (classes) {
    const key = isNumber(target.type) ? numberSql(target) : quoteColumn(target.name);
    const found = numbers.length === 0 ? [] : await anovas(tables, relation, key, numbers.map(({ feature }) => numberSql(feature.column)));
    numbers.forEach(({ i }, k) => { const one = found[k]; if (one !== undefined) answers[i] = ofGroups(one); });
    return answers;
  }
  const pairs = await pearsonPairs({ tables, relation, columns: [target, ...numbers.map(({ feature }) => feature.column)], pairs: numbers.map((_, k) => [0, k + 1]) });
  numbers.forEach(({ i }, k) => {
    const { value, rows } = pairs[k] ?? { value: Number.NaN, rows: 0 };
    const t = value * Math.sqrt((rows - 2) / Math.max(0, 1 - value * value));
    answers[i] = { measure: 'Pearson', association: value, test: 'F of the line', statistic: t * t, p: rows > 2 ? studentTwoSided(t, rows - 2) : Number.NaN };
  });
  for (const [i, feature] of features.entries()) {
    if (feature.numeric) continue;
    const [one] = await anovas(tables, relation, feature.key, [numberSql(target)]);
    if (one !== undefined) answers[i] = ofGroups(one);
  }
  return answers;
}

async function rankTest({ tables }: RunContext<FeatureRankingParams>, input: TableValue, target: Column, classes: boolean, feature: Binned): Promise<Pick<Score, 'rankTest' | 'rankStatistic' | 'rankP'>> {
  if (classes && !feature.numeric) return { rankTest: '', rankStatistic: none.statistic, rankP: none.p };
  if (!classes && feature.numeric) {
    const { answers } = await spearmanPairs({ tables, relation: input.relation, columns: [target, feature.column], pairs: [[0, 1]] });
    const { value, rows } = answers[0] ?? { value: Number.NaN, rows: 0 };
    return { rankTest: 'Spearman', rankStatistic: value, rankP: rows > 2 ? studentTwoSided(value * Math.sqrt((rows - 2) / Math.max(0, 1 - value * value)), rows - 2) : Number.NaN };
  }
  const goal = isNumber(target.type) ? numberSql(target) : quoteColumn(target.name);
  const { statistic, p } = classes ? await kruskal(tables, input.relation, goal, numberSql(feature.column)) : await kruskal(tables, input.relation, feature.key, numberSql(target));
  return { rankTest: 'Kruskal–Wallis', rankStatistic: statistic, rankP: p };
}

async function variances({ tables }: RunContext<FeatureRankingParams>, input: TableValue, target: Column, feature: Binned, ordered: readonly string[] | null): Promise<Split | null> {
  const text = `select k, count(*), avg(y), var_pop(y) from (select (${feature.key})::varchar as k, ${numberSql(target)} as y from t) where k is not null and y is not null group by k`;
  const parts = await ask(tables, input.relation, text, ['string', 'integer', 'float', 'float']);
  return varianceSplit(parts.map(([key, rows, mean, variance]) => ({ key: String(key), rows: toNumber(rows), mean: toNumber(mean), variance: toNumber(variance) })), ordered);
}

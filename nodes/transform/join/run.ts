import type { Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { NodeExecutor, ReportContext } from '#app/sdk/node.ts';
import type { Report, ReportBlock } from '#app/sdk/ports.ts';
import { examples, keyCounts, totalNames, totals, type KeyColumn, type Totals } from './match-query.ts';
import type { JoinParams } from './node.ts';

type Cell = null | boolean | number | string;

/** Keys shown of each kind. */
const shown = 8;

/** A result this many times as long as the longer input is worth a warning: mostly a key is not what it was taken for. */
const explosion = 2;

export const executor: NodeExecutor<JoinParams> = {
  async reports(context) {
    const { inputs, params, tables, report } = context;
    const left = table(context, 'left');
    const right = table(context, 'right');
    if (params.kind === 'cross') {
      const [leftRows, rightRows] = [await tables.count(left), await tables.count(right)];
      return { report: { kind: 'report', report: crossReport(leftRows, rightRows) } };
    }
    const keys = params.keys.filter((pair) => pair.left !== '' && pair.right !== '');
    if (keys.length === 0) throw new Error(`join: no keys (${Object.keys(inputs).join(', ')})`);
    const { counts, columns } = keyCounts(left, right, keys);
    const [row] = (await tables.rows(totals(counts, keys.length), 1)).rows;
    const found = Object.fromEntries(totalNames.map((name, i) => [name, Number(row?.[i] ?? 0)])) as unknown as Totals;
    const result = resultRows(params.kind, found);
    for (const diagnostic of warnings(params.kind, found, result)) report(diagnostic);
    const interesting = found.leftDuplicated + found.rightDuplicated + (found.leftRows - found.leftMatched) + (found.rightRows - found.rightMatched) > 0;
    const heaviest = interesting ? (await tables.rows(examples(counts, keys.length, shown))).rows : [];
    return { report: { kind: 'report', report: matchReport(params.kind, found, result, columns, heaviest) } };
  },
};

function table({ inputs }: ReportContext<JoinParams>, port: string) {
  const value = inputs[port]?.[0];
  if (value?.kind !== 'table') throw new Error(`join: no table at ${port}`);
  return value.relation;
}

function resultRows(kind: JoinParams['kind'], { pairs, leftRows, rightRows, leftMatched, rightMatched }: Totals): number {
  switch (kind) {
    case 'left':
      return pairs + leftRows - leftMatched;
    case 'right':
      return pairs + rightRows - rightMatched;
    case 'full':
      return pairs + leftRows - leftMatched + rightRows - rightMatched;
    case 'semi':
      return leftMatched;
    case 'anti':
      return leftRows - leftMatched;
    default:
      return pairs;
  }
}

function warnings(kind: JoinParams['kind'], found: Totals, result: number): Diagnostic[] {
  const list: Diagnostic[] = [];
  const larger = Math.max(found.leftRows, found.rightRows);
  if (found.leftRows > 0 && found.rightRows > 0 && found.pairs === 0) {
    list.push({
      severity: 'warning',
      code: 'join-no-match',
      message: 'No row of the left table has a match in the right table.',
      remedy: 'Compare the examples in the match report: other columns, capital letters or spaces may be the reason.',
      place: { param: ['keys'] },
    });
  }
  if (kind !== 'semi' && kind !== 'anti' && result > explosion * larger) {
    list.push({
      severity: 'warning',
      code: 'join-explosion',
      message: `The join makes ${formatCount(result)} rows, ${times(result, larger)} as many as the larger table has: ${formatCount(found.bothDuplicated)} ${found.bothDuplicated === 1 ? 'key is' : 'keys are'} repeated on both sides.`,
      remedy: 'Add a key column that tells the rows apart, or group or deduplicate one table by the key first; the match report names the keys.',
      place: { param: ['keys'] },
    });
  }
  return list;
}

const times = (a: number, b: number): string => `${(a / Math.max(1, b)).toLocaleString('en', { maximumSignificantDigits: 3, useGrouping: false })}×`;

function matchReport(kind: JoinParams['kind'], found: Totals, result: number, keys: readonly KeyColumn[], heaviest: readonly (readonly Cell[])[]): Report {
  const leftOnly = found.leftRows - found.leftMatched;
  const rightOnly = found.rightRows - found.rightMatched;
  const larger = Math.max(found.leftRows, found.rightRows);
  const blocks: ReportBlock[] = [
    {
      type: 'metrics',
      metrics: [
        { name: 'Left rows matched', value: found.leftRows === 0 ? 0 : found.leftMatched / found.leftRows, format: 'percent', help: 'Share of the left rows whose key is in the right table.' },
        { name: 'Right rows matched', value: found.rightRows === 0 ? 0 : found.rightMatched / found.rightRows, format: 'percent', help: 'Share of the right rows whose key is in the left table.' },
        { name: 'Left only', value: leftOnly, format: 'count', help: 'Left rows without a match.' },
        { name: 'Right only', value: rightOnly, format: 'count', help: 'Right rows without a match.' },
        { name: 'Rows in the result', value: result, format: 'count', help: `What this ${kind} join gives.` },
        { name: 'Growth', value: larger === 0 ? 0 : result / larger, format: 'number', help: 'Rows of the result for each row of the larger table; above 1, keys are repeated.' },
      ],
    },
    {
      type: 'chart',
      chart: {
        title: 'Where the rows are',
        x: { title: '', scale: 'category' },
        y: { title: 'Rows' },
        series: [
          { name: 'Left table', mark: 'bars', x: ['Only left', 'In both', 'Only right'], y: [leftOnly, found.leftMatched, null] },
          { name: 'Right table', mark: 'bars', x: ['Only left', 'In both', 'Only right'], y: [null, found.rightMatched, rightOnly] },
        ],
      },
    },
    {
      type: 'table',
      title: 'Keys',
      columns: [
        { name: 'table', type: 'string' },
        { name: 'rows', type: 'integer' },
        { name: 'different keys', type: 'integer' },
        { name: 'in the other table', type: 'integer' },
        { name: 'repeated keys', type: 'integer' },
        { name: 'most rows of one key', type: 'integer' },
        { name: 'rows with a missing key', type: 'integer' },
      ],
      rows: [
        ['left', found.leftRows, found.leftKeys, found.keys, found.leftDuplicated, found.leftMost, found.leftMissing],
        ['right', found.rightRows, found.rightKeys, found.keys, found.rightDuplicated, found.rightMost, found.rightMissing],
      ],
    },
  ];
  const examplesOf = (which: string, title: string, counts: readonly { name: string; at: number }[]): void => {
    const rows = heaviest.filter(([name]) => name === which);
    if (rows.length === 0) return;
    blocks.push({
      type: 'table',
      title,
      columns: [...keys.map((key) => ({ name: key.title, type: 'string' as const })), ...counts.map(({ name }) => ({ name, type: 'integer' as const }))],
      rows: rows.map((row) => [...row.slice(1, 1 + keys.length), ...counts.map(({ at }) => row[1 + keys.length + at] ?? null)]),
    });
  };
  examplesOf('pairs', 'Repeated keys that make the most rows', [
    { name: 'left rows', at: 0 },
    { name: 'right rows', at: 1 },
    { name: 'rows together', at: 2 },
  ]);
  examplesOf('left', 'Left keys without a match', [{ name: 'left rows', at: 0 }]);
  examplesOf('right', 'Right keys without a match', [{ name: 'right rows', at: 1 }]);
  for (const { message, remedy } of warnings(kind, found, result)) blocks.push({ type: 'text', markdown: `**${message}** ${remedy ?? ''}` });
  return { title: 'Match report', blocks };
}

function crossReport(leftRows: number, rightRows: number): Report {
  return {
    title: 'Match report',
    blocks: [
      {
        type: 'metrics',
        metrics: [
          { name: 'Left rows', value: leftRows, format: 'count' },
          { name: 'Right rows', value: rightRows, format: 'count' },
          { name: 'Rows in the result', value: leftRows * rightRows, format: 'count', help: 'A cross join puts every left row beside every right row.' },
        ],
      },
    ],
  };
}

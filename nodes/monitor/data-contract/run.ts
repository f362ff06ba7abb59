import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { Expr } from '#app/relation/types.ts';
import { chartTable } from '#app/sdk/chart-node.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Report, TableValue } from '#app/sdk/ports.ts';
import { contractQuery, readFindings } from './compile.ts';
import { judge, judgeSchema, type Verdict } from './judge.ts';
import type { Params } from './node.ts';

/** Earlier runs that a number of rows is compared with. */
const comparedRuns = 10;
const namedInFailure = 3;

export const executor: NodeExecutor<Params> = {
  // What is recent now is not tomorrow: asked again when a twenty-fourth of the shortest age has passed. A number of rows is compared
  // again when the table is another, which its key says.
  fingerprint({ expectations }) {
    const hours = expectations.flatMap((one) => (one.kind === 'fresh' ? [one.hours] : []));
    if (hours.length === 0) return Promise.resolve({});
    const step = Math.max(60_000, (Math.min(...hours) * 3_600_000) / 24);
    return Promise.resolve({ 'the time': String(Math.floor(Date.now() / step)) });
  },
  async run({ inputs, params, tables, expressions, earlier, report, metric }) {
    const table = chartTable(inputs);
    const other = inputs['reference']?.[0];
    const schemaVerdicts = judgeSchema(params, table.schema);
    const broken = schemaVerdicts.filter(({ kept, severity }) => !kept && severity === 'stop');
    // Expectations of columns that are not there cannot be asked.
    if (broken.length > 0) throw failure(schemaVerdicts);
    const conditions = new Map<number, Expr>();
    for (const [index, one] of params.expectations.entries()) if (one.kind === 'condition') conditions.set(index, await expressions.parse(one.condition, table.schema, ['expectations', index, 'condition']));
    const query = contractQuery(table.relation, table.schema, other?.kind === 'table' ? other.relation : null, params.expectations, conditions);
    const { rows: answer, schema } = await tables.rows(query, 1);
    const { rows, findings } = readFindings(params.expectations, schema, answer[0] ?? []);
    const before = earlier('rows', comparedRuns);
    const now = Date.now();
    const verdicts = [...schemaVerdicts, ...params.expectations.flatMap((one, index) => (findings[index] === undefined ? [] : [judge(one, findings[index], rows, before, now)]))];
    metric('rows', rows);
    metric('expectations broken', verdicts.filter(({ kept }) => !kept).length);
    for (const one of verdicts.filter(({ kept, severity }) => !kept && severity === 'warn')) {
      report({ severity: 'warning', code: 'contract-warning', message: sentence(one), ...(one.column === null ? {} : { place: { column: one.column } }) });
    }
    if (verdicts.some(({ kept, severity }) => !kept && severity === 'stop')) throw failure(verdicts);
    return { table: { kind: 'table', relation: table.relation, schema: table.schema } satisfies TableValue, report: { kind: 'report', report: reportOf(verdicts, rows) } };
  },
};

function sentence({ expectation, found, expected, examples }: Verdict): string {
  return `${expectation}: ${found}${examples === '' ? '' : `, such as ${examples}`}; expected ${expected}.`;
}

/** Names the first expectations that stop, and how many there are. */
function failure(verdicts: readonly Verdict[]): PenstockError {
  const stops = verdicts.filter(({ kept, severity }) => !kept && severity === 'stop');
  const [first] = stops;
  const named = stops.slice(0, namedInFailure).map(sentence).join(' ');
  const more = stops.length > namedInFailure ? ` And ${formatCount(stops.length - namedInFailure)} more.` : '';
  return new PenstockError('contract-broken', `The data break their contract. ${named}${more}`, {
    remedy: 'Mend the data where they come from; if they are right, change the expectation or let it warn.',
    place: first?.column == null ? {} : { column: first.column },
  });
}

function reportOf(verdicts: readonly Verdict[], rows: number): Report {
  const broken = verdicts.filter(({ kept }) => !kept);
  return {
    title: 'Data contract',
    blocks: [
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows', value: rows, format: 'count' },
          { name: 'Expectations', value: verdicts.length, format: 'count' },
          { name: 'Broken', value: broken.length, format: 'count', help: 'Those that only warn; one that stops leaves no report.' },
        ],
      },
      verdicts.length === 0
        ? { type: 'text', markdown: 'The contract expects nothing yet.' }
        : {
            type: 'table',
            title: 'Expectations',
            columns: ['expectation', 'kept', 'if broken', 'found', 'expected', 'examples'].map((name) => ({ name, type: 'string' as const })),
            rows: [...broken, ...verdicts.filter(({ kept }) => kept)].map((one) => [one.expectation, one.kept ? 'yes' : 'no', one.severity, one.found, one.expected, one.examples]),
          },
    ],
  };
}

import type { Expr, Relation, Schema } from '#app/relation/types.ts';
import { quoteColumn, quoteText, sqlNumber } from '#app/sdk/analysis.ts';
import type { Expectation } from './node.ts';

/** Rows shown of those that break an expectation. */
export const shownExamples = 3;

/** What one query found out about an expectation. */
export interface Finding {
  /** Rows that break it; null where it is about the table as a whole. */
  readonly broken: number | null;
  /** The newest value in ms, for freshness. */
  readonly newest: number | null;
  readonly examples: readonly { readonly row: number; readonly value: string | null }[];
}

/**
 * All expectations in one query over the table: a column each for how many rows break it and the first of them. The inner query numbers
 * rows and counts equal keys; conditions of the expression language are columns of a projection below it.
 */
export function contractQuery(table: Relation, schema: Schema, reference: Relation | null, expectations: readonly Expectation[], conditions: ReadonlyMap<number, Expr>): Relation {
  const input: Relation =
    conditions.size === 0
      ? table
      : { op: 'project', input: table, columns: [...schema.map(({ name }) => ({ name, expr: { op: 'col', name } as const })), ...[...conditions].map(([index, expr]) => ({ name: conditionName(index), expr }))] };
  const inner = expectations.flatMap((one, index) => {
    if (one.kind === 'unique') {
      const keys = one.columns.map(quoteColumn);
      return [`case when ${keys.map((key) => `${key} is null`).join(' and ')} then false else count(*) over (partition by ${keys.join(', ')}) > 1 end as u${index}`];
    }
    return one.kind === 'reference' ? [`${quoteColumn(one.column)}::varchar in (select ${quoteColumn(one.other)}::varchar from other) as f${index}`] : [];
  });
  const needsRows = expectations.some((one) => breaks(one, 0) !== null);
  const outer = ['count(*) as rows', ...expectations.flatMap((one, index) => measures(one, index))];
  const text = `select ${outer.join(',\n')}\nfrom (select *${needsRows ? ', row_number() over () as __row' : ''}${inner.length === 0 ? '' : `, ${inner.join(', ')}`} from t)`;
  return {
    op: 'sql',
    inputs: [{ name: 't', relation: input }, ...(reference === null ? [] : [{ name: 'other', relation: reference }])],
    text,
    schema: [{ name: 'rows', type: 'integer' }, ...expectations.flatMap((one, index): Schema => (one.kind === 'fresh' ? [{ name: `n${index}`, type: 'float' }] : breaks(one, index) === null ? [] : [{ name: `b${index}`, type: 'integer' }, { name: `e${index}`, type: 'string' }]))],
  };
}

const conditionName = (index: number): string => `__condition_${index}`;

function measures(one: Expectation, index: number): string[] {
  if (one.kind === 'fresh') return [`epoch_ms(max(${quoteColumn(one.column)})::timestamp)::double as n${index}`];
  const broken = breaks(one, index);
  if (broken === null) return [];
  const value = one.kind === 'unique' ? `concat_ws(', ', ${one.columns.map((column) => `${quoteColumn(column)}::varchar`).join(', ')})` : one.kind === 'condition' ? "''" : `${quoteColumn(one.column)}::varchar`;
  return [`count(*) filter (where ${broken}) as b${index}`, `to_json(arg_min({'row': __row, 'value': ${value}}, __row, ${shownExamples}) filter (where ${broken}))::varchar as e${index}`];
}

/** When a row breaks it, as SQL; null where it is about the table. What is missing breaks only `not-missing`. */
function breaks(one: Expectation, index: number): string | null {
  const column = quoteColumn(one.column);
  switch (one.kind) {
    case 'not-missing':
      return `${column} is null`;
    case 'unique':
      return `u${index}`;
    case 'range': {
      const sides = [...(one.min === null ? [] : [`${column}::double < ${sqlNumber(one.min)}`]), ...(one.max === null ? [] : [`${column}::double > ${sqlNumber(one.max)}`])];
      return sides.length === 0 ? null : `coalesce(${sides.join(' or ')}, false)`;
    }
    case 'set':
      return `coalesce(${column}::varchar not in (${one.values.map(quoteText).join(', ')}), false)`;
    case 'pattern':
      return `coalesce(not regexp_full_match(${column}::varchar, ${quoteText(one.pattern)}), false)`;
    case 'condition':
      return `coalesce(not ${quoteColumn(conditionName(index))}, false)`;
    case 'reference':
      return `coalesce(not f${index}, ${column} is not null)`;
    default:
      return null;
  }
}

/** Reads the one row that the query gives. */
export function readFindings(expectations: readonly Expectation[], schema: Schema, row: readonly (null | boolean | number | string)[]): { readonly rows: number; readonly findings: readonly Finding[] } {
  const cell = (name: string): null | boolean | number | string => row[schema.findIndex((column) => column.name === name)] ?? null;
  return {
    rows: Number(cell('rows') ?? 0),
    findings: expectations.map((_one, index): Finding => {
      const broken = cell(`b${index}`);
      const newest = cell(`n${index}`);
      const examples = cell(`e${index}`);
      return {
        broken: broken === null ? null : Number(broken),
        newest: newest === null ? null : Number(newest),
        examples: typeof examples === 'string' ? (JSON.parse(examples) as { row: number; value: string | null }[]) : [],
      };
    }),
  };
}

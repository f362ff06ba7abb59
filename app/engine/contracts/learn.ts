import { PenstockError } from '#app/core/errors.ts';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import type { Column, Relation } from '#app/relation/types.ts';
import { quoteColumn, sqlOver } from '#app/sdk/analysis.ts';
import { paramsSchema, type Expectation, expectationSchema, type Params } from '#nodes/monitor/data-contract/node.ts';
import type { Engine } from '../engine.ts';
import { assertContract } from './contract-file.ts';

/** Different values of a text that are still listed. */
const mostValues = 20;
/** Room that a range gets on either side, as a share of what was seen. */
const room = 0.1;

/**
 * A contract that the table at a node's input keeps: its columns, those without a missing value, keys, ranges with some room, and few values.
 * What a later table may well have otherwise (ranges, values, the number of rows) only warns.
 * @throws PenstockError `not-a-contract`, `input-missing`, those of reading the table.
 */
export async function learnContract(engine: Engine, document: PipelineDocument, node: PipelineNode, signal: AbortSignal): Promise<Params> {
  assertContract(node);
  const edge = document.edges.find(({ to }) => to.node === node.id && to.port === 'table');
  if (edge === undefined) throw new PenstockError('input-missing', 'Nothing is connected to the contract.', { remedy: 'Connect the table that it is to be learnt from.', place: { nodeId: node.id } });
  const { relation, schema } = await engine.data.table({ document, nodeId: edge.from.node, port: edge.from.port, filter: '' }, signal);
  const facts = await factsOf(engine, relation, schema, signal);
  const expectations: Partial<Expectation>[] = [];
  for (const [index, column] of schema.entries()) {
    const { present, distinct, min, max } = facts.columns[index] ?? { present: 0, distinct: 0, min: null, max: null };
    if (facts.rows > 0 && present === facts.rows) expectations.push({ kind: 'not-missing', column: column.name });
    if (facts.rows > 10 && distinct === facts.rows && (column.type === 'integer' || column.type === 'string') && /(^|_|\b)(id|key|code|nr|number|uuid)(\b|_|$)|Id$/i.test(column.name)) expectations.push({ kind: 'unique', columns: [column.name] });
    else if ((column.type === 'integer' || column.type === 'float') && min !== null && max !== null) {
      const span = (max - min) * room;
      expectations.push({ kind: 'range', column: column.name, min: min >= 0 ? Math.max(0, rounded(min - span)) : rounded(min - span), max: rounded(max + span), severity: 'warn' });
    } else if (column.type === 'string' && distinct > 0 && distinct <= mostValues && facts.rows >= 5 * distinct) {
      const { rows } = await engine.database.rows(sqlOver(relation, `select distinct ${quoteColumn(column.name)} as value from t where ${quoteColumn(column.name)} is not null order by 1`, [{ name: 'value', type: 'string' }]), mostValues, signal);
      expectations.push({ kind: 'set', column: column.name, values: rows.map(([value]) => String(value)), severity: 'warn' });
    }
  }
  if (facts.rows > 0) expectations.push({ kind: 'rows', min: Math.floor(facts.rows / 2), severity: 'warn' });
  return paramsSchema.parse({ columns: schema.map(({ name, type }) => ({ name, type })), expectations: expectations.map((one) => expectationSchema.parse(one)) });
}

const rounded = (value: number): number => Number(value.toPrecision(3));

interface ColumnFacts {
  readonly present: number;
  readonly distinct: number;
  readonly min: number | null;
  readonly max: number | null;
}

async function factsOf(engine: Engine, relation: Relation, schema: readonly Column[], signal: AbortSignal): Promise<{ rows: number; columns: ColumnFacts[] }> {
  const measures = schema.flatMap(({ name, type }, index) => {
    const column = quoteColumn(name);
    const isNumber = type === 'integer' || type === 'float';
    return [`count(${column}) as p${index}`, `count(distinct ${column}) as d${index}`, `${isNumber ? `min(${column})::double` : 'null::double'} as l${index}`, `${isNumber ? `max(${column})::double` : 'null::double'} as h${index}`];
  });
  const query = sqlOver(relation, `select count(*) as rows${measures.map((one) => `, ${one}`).join('')} from t`, [{ name: 'rows', type: 'integer' }, ...schema.flatMap((_column, index): Column[] => [{ name: `p${index}`, type: 'integer' }, { name: `d${index}`, type: 'integer' }, { name: `l${index}`, type: 'float' }, { name: `h${index}`, type: 'float' }])]);
  const [row = []] = (await engine.database.rows(query, 1, signal)).rows;
  const at = (index: number): number | null => (typeof row[index] === 'number' ? row[index] : null);
  return { rows: at(0) ?? 0, columns: schema.map((_column, index) => ({ present: at(1 + 4 * index) ?? 0, distinct: at(2 + 4 * index) ?? 0, min: at(3 + 4 * index), max: at(4 + 4 * index) })) };
}

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createAnswers, createParser, schemaOf, toDuckDb } from '#app/relation/index.ts';
import { scanParquet } from '#app/relation/build.ts';
import type { Relation } from '#app/relation/types.ts';
import { withParses } from '#app/pipeline/with-parses.ts';
import { loadCatalogue } from '#app/engine/catalogue.ts';
import { bestOf } from './measure.ts';

/** The steps of the chain, as a person would set them in the nodes. */
const steps: readonly { readonly type: string; readonly params: Record<string, unknown> }[] = [
  { type: 'transform/filter-rows', params: { expression: 'horsepower is not null and weight > 1200' } },
  { type: 'transform/formula', params: { columns: [{ name: 'power_to_weight', expression: 'horsepower / weight * 1000' }] } },
  { type: 'transform/formula', params: { columns: [{ name: 'litres', expression: 'round(displacement * 0.0163871, 1)' }] } },
  { type: 'transform/formula', params: { columns: [{ name: 'origin', expression: 'upper(trim(origin))' }] } },
  { type: 'transform/filter-rows', params: { expression: "origin in ('USA', 'EUROPE', 'JAPAN') and litres < 7" } },
  { type: 'transform/select-columns', params: { columns: ['displacement'] } },
  { type: 'transform/formula', params: { columns: [{ name: 'decade', expression: 'model_year // 10 * 10' }] } },
  {
    type: 'transform/group-by',
    params: {
      keys: ['origin', 'decade'],
      measures: [
        { fn: 'count', column: '', name: 'cars' },
        { fn: 'avg', column: 'mpg', name: 'mpg' },
        { fn: 'avg', column: 'power_to_weight', name: 'power' },
        { fn: 'max', column: 'litres', name: 'litres' },
      ],
    },
  },
  { type: 'transform/formula', params: { columns: [{ name: 'km_per_litre', expression: 'mpg * 0.425144' }] } },
  { type: 'transform/sort', params: { keys: [{ column: 'origin' }, { column: 'decade' }] } },
];

/** The same question as a person who knows DuckDB would write it. */
const byHand = (file: string): string => `
  select origin, decade, count(*) as cars, avg(mpg) as mpg, avg(power_to_weight) as power, max(litres) as litres, avg(mpg) * 0.425144 as km_per_litre
  from (
    select upper(trim(origin)) as origin, model_year // 10 * 10 as decade, mpg,
           horsepower / weight * 1000 as power_to_weight, round(displacement * 0.0163871, 1) as litres
    from read_parquet('${file}')
    where horsepower is not null and weight > 1200
  )
  where origin in ('USA', 'EUROPE', 'JAPAN') and litres < 7
  group by origin, decade
  order by origin, decade`;

async function chainSql(file: string, run: (sql: string) => Promise<unknown[][]>): Promise<string> {
  const catalogue = loadCatalogue();
  const trees = new Map<string, unknown>();
  const environment = {
    answers: new Map<string, unknown>(),
    answer: async () => null,
    trees,
    parseExpression: async (text: string): Promise<unknown> => {
      const [[json] = []] = await run(`select json_serialize_sql('select ${text.replaceAll("'", "''")}')`);
      return JSON.parse(String(json));
    },
  };
  let relation: Relation = scanParquet(
    [file],
    [
      { name: 'origin', type: 'string' },
      { name: 'model_year', type: 'integer' },
      { name: 'displacement', type: 'float' },
      { name: 'horsepower', type: 'float' },
      { name: 'weight', type: 'float' },
      { name: 'mpg', type: 'float' },
    ],
    'cars',
  );
  for (const step of steps) {
    const type = catalogue.get(step.type);
    if (type?.relation === undefined) throw new Error(`no relation for ${step.type}`);
    const params = type.definition.params.parse(step.params);
    const input = relation;
    const result = await withParses(environment, () => type.relation?.({ table: [input] }, params, null, { parse: createParser(trees), resolvePath: (name) => name, ...createAnswers(environment.answers) }));
    relation = result as Relation;
    schemaOf(relation);
  }
  return toDuckDb(relation);
}

/** Best wall times in ms of the ten-node chain against the hand-written query, on `rows` rows in Parquet; both give equal rows. */
export async function measureFusedChain(rows: number, rounds: number): Promise<{ chain: number; hand: number }> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const run = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRows() as unknown[][];
  try {
    const file = path.join(scratch, 'cars.parquet');
    await run(`copy (
      select ['USA', ' Europe', 'Japan ', 'Mars'][1 + (hash(i) % 4)::int] as origin, 1960 + (hash(i + 1) % 50)::bigint as model_year,
             60 + (hash(i + 2) % 4000) / 10.0::double as displacement, case when hash(i + 3) % 20 = 0 then null else 40 + (hash(i + 3) % 200)::double end as horsepower,
             1000 + (hash(i + 4) % 40000) / 10.0::double as weight, 8 + (hash(i + 5) % 400) / 10.0::double as mpg
      from range(${rows}) t(i)) to '${file}' (format parquet)`);
    const chain = await chainSql(file, run);
    const hand = byHand(file);
    const [ours, theirs] = [await run(chain), await run(hand)];
    const text = (value: unknown): string => JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? Number(item) : typeof item === 'number' ? Number(item.toPrecision(9)) : item));
    if (text(ours) !== text(theirs)) throw new Error(`The chain and the query by hand differ:\n${text(ours).slice(0, 400)}\n${text(theirs).slice(0, 400)}`);
    return await bestOf(rounds, { chain: () => run(chain), hand: () => run(hand) });
  } finally {
    connection.closeSync();
    await rm(scratch, { recursive: true, force: true });
  }
}


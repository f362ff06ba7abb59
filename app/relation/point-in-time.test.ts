import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toDuckDb } from './emitters/duckdb/index.ts';
import { interpret } from './interpreter/interpret.ts';
import { latestFeatures, pointInTime } from './point-in-time.ts';
import { schemaOf } from './schema.ts';
import { createTable, queryRows } from './testing/duckdb.ts';
import type { Value } from './functions/spec.ts';
import type { FeatureTable, Relation, Schema } from './types.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { disabled_optimizers: 'join_filter_pushdown,late_materialization' });
  connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

/** Times around the hour that Central Europe skips in spring and the one that it has twice in autumn, close together so that ties, corrections and ends of lives meet. */
const bases = [Date.UTC(2024, 2, 31, 0, 0, 0), Date.UTC(2024, 9, 27, 0, 0, 0), Date.UTC(1999, 11, 31, 23, 59, 50)];
const base = fc.constantFrom(...bases);
const second = fc.nat({ max: 40 });
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
/** The same moment as a person elsewhere writes it. */
function written(ms: number, offsetMinutes: number): string {
  const local = iso(ms + offsetMinutes * 60_000).replace(' ', 'T');
  const sign = offsetMinutes < 0 ? '-' : '+';
  const size = Math.abs(offsetMinutes);
  return `${local}${sign}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
}

interface FeatureRow {
  readonly country: string | null;
  readonly shop: number | null;
  readonly event: number | null;
  readonly created: number | null;
  readonly x: number | null;
  readonly label: string | null;
}
interface SpineRow {
  readonly id: number;
  readonly country: string | null;
  readonly shop: number | null;
  readonly at: number | null;
}
interface World {
  readonly rows: readonly FeatureRow[];
  readonly spine: readonly SpineRow[];
  readonly about: FeatureTable;
}

const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 12 });
const key = { country: orNull(fc.constantFrom('NO', '')), shop: orNull(fc.nat({ max: 1 })) };

const world: fc.Arbitrary<World> = base.chain((start) => {
  const moment = orNull(second.map((s) => start + s * 1000));
  const row: fc.Arbitrary<FeatureRow> = fc.record({ ...key, event: moment, created: orNull(fc.nat({ max: 60 }).map((s) => start + s * 1000)), x: orNull(fc.nat({ max: 3 })), label: orNull(fc.constantFrom('a', 'b', 'é')) });
  return fc.record({
    // Whole rows come twice, and corrections of rows have their key and event time again.
    rows: fc.tuple(fc.array(row, { maxLength: 16 }), fc.array(fc.tuple(fc.nat(), orNull(fc.nat({ max: 60 })), orNull(fc.nat({ max: 3 }))), { maxLength: 6 })).map(([rows, again]) => [
      ...rows,
      ...again.flatMap(([which, later, x]) => {
        const one = rows[which % Math.max(1, rows.length)];
        return one === undefined ? [] : [later === null ? one : { ...one, created: start + later * 1000, x }];
      }),
    ]),
    spine: fc.array(fc.record({ ...key, at: moment }), { maxLength: 8 }).map((rows) => rows.map((one, id) => ({ id, ...one }))),
    about: fc.record({
      view: fc.constant('shops'),
      keys: fc.constantFrom(['country', 'shop'], ['shop'], ['shop', 'country']),
      time: fc.constant('event'),
      created: fc.constantFrom('created', null),
      delay: fc.constantFrom(0, 0, 3, 10),
      ttl: fc.constantFrom(null, 0, 1, 5, 20),
    }),
  });
});

const featureSchema: Schema = [
  { name: 'country', type: 'string' },
  { name: 'shop', type: 'integer' },
  { name: 'event', type: 'timestamp' },
  { name: 'created', type: 'timestamp' },
  { name: 'x', type: 'integer' },
  { name: 'label', type: 'string' },
];
const spineSchema: Schema = [
  { name: 'id', type: 'integer' },
  { name: 'country', type: 'string' },
  { name: 'shop', type: 'integer' },
  { name: 'at', type: 'timestamp' },
];
const scan = (name: string, schema: Schema): Relation => ({ op: 'scan', source: { kind: 'named', name }, schema, label: name });
const time = (ms: number | null): string | null => (ms === null ? null : iso(ms));
const whole = (n: number | null): bigint | null => (n === null ? null : BigInt(n));
const featureValues = (rows: readonly FeatureRow[]): Value[][] => rows.map((row) => [row.country, whole(row.shop), time(row.event), time(row.created), whole(row.x), row.label]);
const spineValues = (rows: readonly SpineRow[]): Value[][] => rows.map((row) => [BigInt(row.id), row.country, whole(row.shop), time(row.at)]);

const wanted = [
  { column: 'x', as: 'x' },
  { column: 'label', as: 'shop_label' },
];
const joined = ({ about }: Pick<World, 'about'>): Relation => pointInTime(scan('spine', spineSchema), scan('features', featureSchema), about, about.keys.map((name) => ({ feature: name, spine: name })), 'at', wanted);

const text = (row: readonly Value[]): string => row.map((value) => String(value)).join('|');

async function inDuckDb(relation: Relation, rows: Value[][], spine: Value[][]): Promise<string[]> {
  await createTable(connection, 'features', featureSchema, rows);
  await createTable(connection, 'spine', spineSchema, spine);
  return (await queryRows(connection, toDuckDb(relation), schemaOf(relation))).map(text).sort();
}

/** Greater value first; a missing one below all. */
function compare(a: number | string | null, b: number | string | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

/** What is meant, said row by row and nothing else: every feature row is looked at for every row of the spine. */
function byHand({ rows, spine, about }: World): string[] {
  return spine.map((one) => {
    const { at } = one;
    const mine = rows.filter((row) => about.keys.every((name) => (name === 'country' ? row.country !== null && row.country === one.country : row.shop !== null && row.shop === one.shop)));
    const known = mine.filter((row) => at !== null && row.event !== null && row.event + about.delay * 1000 <= at && (about.created === null || (row.created !== null && row.created <= at)));
    const order = (a: FeatureRow, b: FeatureRow): number =>
      compare(b.event, a.event) ||
      (about.created === null ? 0 : compare(b.created, a.created)) ||
      // Exact equals: by the other columns in their order. `country` is one of them where it is no key, `created` where it is not declared.
      (about.keys.includes('country') ? 0 : compare(b.country, a.country)) ||
      (about.created === null ? compare(b.created, a.created) : 0) ||
      compare(b.x, a.x) ||
      compare(b.label, a.label);
    const [best] = known.toSorted(order);
    const isAlive = best !== undefined && (about.ttl === null || (at ?? 0) <= (best.event ?? 0) + about.ttl * 1000);
    return text([...(spineValues([one])[0] ?? []), ...(isAlive ? [whole(best.x), best.label] : [null, null])]);
  }).sort();
}

describe('features as they were known at a time', () => {
  it('are what looking at every row by hand gives, in DuckDB and in the interpreter', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(world, async (one) => {
        const expected = byHand(one);
        found += expected.filter((row) => !row.endsWith('|null|null')).length;
        const [rows, spine] = [featureValues(one.rows), spineValues(one.spine)];
        const tables = new Map([
          ['features', rows],
          ['spine', spine],
        ]);
        expect(interpret(joined(one), tables).map(text).sort()).toEqual(expected);
        expect(await inDuckDb(joined(one), rows, spine)).toEqual(expected);
      }),
      { numRuns: 250 },
    );
    // The worlds are dense enough that there is something to find.
    expect(found).toBeGreaterThan(40);
  }, 120_000);

  it('never see the future: whatever happens to rows that are later than the spine, the answer is the same', async () => {
    const anything = fc.record({ ...key, x: orNull(fc.nat({ max: 9 })), label: orNull(fc.constantFrom('a', 'z')), late: fc.nat({ max: 1000 }), by: fc.constantFrom('event', 'created', 'both') });
    await fc.assert(
      fc.asyncProperty(world, fc.array(anything, { minLength: 1, maxLength: 12 }), async (one, further) => {
        const times = one.spine.flatMap(({ at }) => (at === null ? [] : [at]));
        const last = Math.max(bases[0] ?? 0, ...times);
        const isPast = (row: FeatureRow): boolean => row.event !== null && row.event + one.about.delay * 1000 <= last && (one.about.created === null || (row.created !== null && row.created <= last));
        const past = one.rows.filter(isPast);
        // Later rows of all kinds: that happened later, or that were only written later (where that is declared).
        const future = further.map(({ late, by, ...rest }): FeatureRow => {
          const after = last + 1000 + late * 1000;
          const lateEvent = by !== 'created' || one.about.created === null;
          return { ...rest, event: lateEvent ? after : last - late * 10, created: by === 'event' ? last : after };
        });
        const answerOver = async (rows: readonly FeatureRow[]): Promise<string[]> => inDuckDb(joined(one), featureValues(rows), spineValues(one.spine));
        const answer = await answerOver(one.rows);
        expect(await answerOver(past)).toEqual(answer);
        expect(await answerOver([...future, ...past])).toEqual(answer);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('do not depend on the order of rows', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (one) => {
        const forth = await inDuckDb(joined(one), featureValues(one.rows), spineValues(one.spine));
        expect(await inDuckDb(joined(one), featureValues(one.rows).toReversed(), spineValues(one.spine).toReversed())).toEqual(forth);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('are the same moment in whatever zone a time was written, and whatever zone the machine is in', async () => {
    const offset = fc.constantFrom(-210, 0, 60, 120, 345, 840);
    const machine = process.env['TZ'];
    try {
      await fc.assert(
        fc.asyncProperty(world, fc.array(offset, { minLength: 1 }), fc.constantFrom('UTC', 'Europe/Vienna', 'America/St_Johns', 'Asia/Kathmandu'), async (one, offsets, zone) => {
          process.env['TZ'] = zone;
          let place = 0;
          const said = (ms: number | null): string => (ms === null ? 'null' : `'${written(ms, offsets[place++ % offsets.length] ?? 0)}'`);
          await createTable(connection, 'features', featureSchema, featureValues(one.rows));
          await connection.run("alter table features alter event type timestamptz; alter table features alter created type timestamptz; delete from features");
          for (const row of one.rows) await connection.run(`insert into features values (${row.country === null ? 'null' : `'${row.country}'`}, ${row.shop}, ${said(row.event)}::timestamptz, ${said(row.created)}::timestamptz, ${row.x}, ${row.label === null ? 'null' : `'${row.label}'`})`);
          await createTable(connection, 'spine', spineSchema, spineValues(one.spine));
          const relation = joined(one);
          expect((await queryRows(connection, toDuckDb(relation), schemaOf(relation))).map(text).sort()).toEqual(byHand(one));
        }),
        { numRuns: 40 },
      );
    } finally {
      if (machine === undefined) delete process.env['TZ'];
      else process.env['TZ'] = machine;
    }
  }, 60_000);

  it('of the latest row of each key are those of a spine with each key at that time, without a time to live', async () => {
    await fc.assert(
      fc.asyncProperty(world, second, async (one, s) => {
        const at = (bases[0] ?? 0) + s * 1000;
        const immortal = { ...one.about, ttl: null };
        const relation = latestFeatures(scan('features', featureSchema), immortal, wanted, { at: iso(at) });
        const rows = await inDuckDb(relation, featureValues(one.rows), []);
        const keysOf = (row: FeatureRow): (string | number | null)[] => immortal.keys.map((name) => (name === 'country' ? row.country : row.shop));
        const keys = new Map(one.rows.map((row) => [JSON.stringify(keysOf(row)), row]));
        const expected = [...keys.values()].flatMap((row, id) => {
          const known = one.rows.some((other) => JSON.stringify(keysOf(other)) === JSON.stringify(keysOf(row)) && other.event !== null && other.event + immortal.delay * 1000 <= at && (immortal.created === null || (other.created !== null && other.created <= at)));
          if (!known || keysOf(row).includes(null)) return [];
          const [answer = ''] = byHand({ rows: one.rows, spine: [{ id, country: row.country, shop: row.shop, at }], about: immortal });
          return [[...keysOf(row), ...answer.split('|').slice(4)].join('|')];
        });
        expect(rows).toEqual(expected.sort());
      }),
      { numRuns: 120 },
    );
  }, 60_000);

  it('of a day are a day’s first moment, and a spine of days is joined to times', async () => {
    const days: Schema = [
      { name: 'id', type: 'integer' },
      { name: 'shop', type: 'integer' },
      { name: 'day', type: 'date' },
    ];
    await createTable(connection, 'days', days, [[1n, 1n, '2024-03-31'], [2n, 1n, '2024-04-01']]);
    await createTable(connection, 'features', featureSchema, [['NO', 1n, '2024-03-31 00:00:01', null, 7n, 'a']]);
    const about: FeatureTable = { view: 'shops', keys: ['shop'], time: 'event', created: null, delay: 0, ttl: null };
    const relation = pointInTime(scan('days', days), scan('features', featureSchema), about, [{ feature: 'shop', spine: 'shop' }], 'day', [{ column: 'x', as: 'x' }]);
    expect((await queryRows(connection, toDuckDb(relation), schemaOf(relation))).map(text).sort()).toEqual(['1|1|2024-03-31|null', '2|1|2024-04-01|7']);
  });
});

import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { OnlineFeatures } from '#app/store/index.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';
import { listViews, profileView, showView, someKeys } from './show.ts';

const column = (name: string, type: string) => ({ name, type });
const day = (n: number): string => new Date(Date.UTC(2024, 0, 1 + n)).toISOString().slice(0, 10);

/** Two shops, ten days of sales each; shop 1's third day is corrected a week later. */
const sales = [
  ...[1, 2].flatMap((shop) => Array.from({ length: 10 }, (_, n) => [shop, `${day(n)} 00:00:00`, `${day(n)} 12:00:00`, shop * 100 + n, shop === 1 ? 'north' : 'south'])),
  [1, `${day(2)} 00:00:00`, `${day(9)} 12:00:00`, 999, 'north'],
];

interface Changes {
  readonly view?: Record<string, unknown>;
  readonly rows?: readonly (readonly (string | number | null)[])[];
  readonly set?: Record<string, unknown>;
}

function pipeline(opened: TestEngine, { view = {}, rows = sales, set = {} }: Changes = {}): PipelineDocument {
  const visits = Array.from({ length: 40 }, (_, i) => [i, (i % 2) + 1, `${day(i % 10)} 18:00:00`, i % 3 === 0 ? 'yes' : 'no']);
  return fixtureDocument(
    {
      nodes: [
        { id: 'sales', type: 'test/values', params: { columns: [column('shop', 'integer'), column('day', 'timestamp'), column('written', 'timestamp'), column('sold', 'integer'), column('region', 'string')], rows } },
        { id: 'view', type: 'monitor/feature-view', params: { name: 'shops', keys: ['shop'], time: 'day', created: 'written', owner: 'sales team', description: 'Sales by shop and day.', expires: true, ttl: 3, ttlUnit: 'days', notes: [{ feature: 'sold', text: 'Pieces sold.' }], ...view } },
        { id: 'visits', type: 'test/values', params: { columns: [column('id', 'integer'), column('shop', 'integer'), column('at', 'timestamp'), column('bought', 'string')], rows: visits } },
        { id: 'set', type: 'data/feature-set', params: { features: [{ feature: 'shops:sold', as: 'sold_last' }, { feature: 'shops:region' }], time: 'at', ...set } },
        { id: 'twice', type: 'transform/formula', params: { columns: [{ name: 'doubled', expression: 'sold_last * 2' }] } },
        { id: 'fit', type: 'train/decision-tree', params: { target: 'bought', features: ['region', 'doubled', 'sold_last'] } },
        { id: 'keep', type: 'deploy/register-model', params: { name: 'buyers' } },
      ],
      edges: [
        ['sales.table', 'view.table'],
        ['view.table', 'set.views'],
        ['visits.table', 'set.spine'],
        ['set.table', 'twice.table'],
        ['twice.table', 'fit.table'],
        ['fit.model', 'keep.model'],
      ],
    },
    opened.engine.catalogue,
  );
}

describe('the feature store', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(() => opened.close());

  it('knows the columns of a set before anything runs', async () => {
    const { nodes, diagnostics } = await opened.engine.configure(pipeline(opened));
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(nodes.get('set')?.configuration.outputs['table']).toEqual({ kind: 'table', schema: [column('id', 'integer'), column('shop', 'integer'), column('at', 'timestamp'), column('bought', 'string'), column('sold_last', 'integer'), column('region', 'string')] });
  });

  it('makes, uses and registers in one run, and remembers which model takes what', async () => {
    const run = await opened.run(pipeline(opened));
    expect(Object.values(run.nodes).flatMap((node) => node.diagnostics.filter(({ severity }) => severity === 'error'))).toEqual([]);
    expect(run.status).toBe('succeeded');
    // The views came over the wire: that this very run put them into the store makes nothing stale.
    const { freshness } = await opened.engine.configure(pipeline(opened));
    expect(Object.values(freshness).map(({ state }) => state)).toEqual(Object.keys(freshness).map(() => 'fresh'));
    const { rows } = await opened.table(pipeline(opened), 'set', 'table');
    const of = (id: number) => rows.find((row) => row[0] === id)?.[4];
    // The third day is corrected on the tenth: whoever asks before does not know.
    expect(of(2)).toBe(102);
    expect(of(5)).toBe(205);

    const { facts } = opened.engine.store.models.resolve('buyers');
    expect(facts.features).toEqual([{ view: 'shops', version: 1, key: ['shop'], columns: ['region', 'sold'], as: { sold: 'sold_last' }, computed: ['sold'] }]);
    const [view] = listViews(opened.engine);
    expect(view).toMatchObject({ name: 'shops', owner: 'sales team', version: 1, versions: 1, models: 1, online: 2, freshness: { state: 'stale' }, current: { rows: 21, entities: 2, status: 'current' } });
    const detail = showView(opened.engine, 'shops');
    expect(detail.uses).toMatchObject([{ model: 'buyers', modelVersion: 1, version: 1, columns: ['region', 'sold'], computed: ['sold'] }]);
    expect(detail.notes).toEqual({ sold: 'Pieces sold.' });
    expect(detail.lineage.find((one) => one.column === 'sold')?.from).toMatchObject([{ label: 'values', column: 'sold', via: 'value' }]);
    expect(opened.engine.store.audit.list({ subject: 'feature-view:shops@1', limit: 5 }).map(({ action }) => action)).toEqual(['features.materialised']);
  });

  it('makes a new version only where the definition is another', async () => {
    await opened.run(pipeline(opened), ['view']);
    expect(showView(opened.engine, 'shops')).toMatchObject({ version: 1, history: [{ status: 'current' }, { status: 'superseded' }] });
    await opened.run(pipeline(opened, { view: { owner: 'another team' } }), ['view']);
    expect(showView(opened.engine, 'shops')).toMatchObject({ version: 1, owner: 'another team' });
    await opened.run(pipeline(opened, { view: { ttl: 5 } }), ['view']);
    const detail = showView(opened.engine, 'shops');
    expect(detail.allVersions.map(({ version, changes }) => [version, changes])).toEqual([
      [2, ['Another time to live.']],
      [1, []],
    ]);
    // A model that was made with version 1 still finds it.
    const online = new OnlineFeatures(opened.projectDir);
    expect(online.views().map(({ view, version }) => `${view}@${version}`)).toEqual(['shops@1', 'shops@2']);
    online.close();
  });

  it('keeps rows back that fail a test, and says so', async () => {
    const tests = [
      { check: 'range', column: 'sold', min: 0, max: 1000 },
      { check: 'one-of', column: 'region', values: 'north, south' },
      { check: 'unique' },
    ];
    const good = sales.slice(0, 20);
    await opened.run(pipeline(opened, { view: { ttl: 5, tests }, rows: good }), ['view']);
    const before = opened.engine.store.features.current('shops', null);
    const bad = [...good, [1, `${day(10)} 00:00:00`, `${day(10)} 12:00:00`, -5, 'north']];
    const stopped = await opened.run(pipeline(opened, { view: { ttl: 5, tests }, rows: bad }), ['set']);
    expect(stopped.status).toBe('failed');
    expect(stopped.nodes['view']?.diagnostics).toMatchObject([{ code: 'feature-tests', message: expect.stringContaining('“sold” is between 0 and 1000 in 95.23 % of the rows; 100 % are wanted.'), place: { nodeId: 'view', param: ['tests', 0] } }]);
    expect(opened.engine.store.features.current('shops', null)?.id).toBe(before?.id);
    expect(showView(opened.engine, 'shops').latest).toMatchObject({ status: 'held', rows: 21 });

    const going = await opened.run(pipeline(opened, { view: { ttl: 5, tests, whenFailing: 'keep-last' }, rows: bad }), ['set']);
    expect(going.status).toBe('succeeded');
    expect(going.nodes['view']?.diagnostics).toMatchObject([{ code: 'feature-tests', severity: 'warning' }]);
    const { rows } = await opened.table(pipeline(opened, { view: { ttl: 5, tests, whenFailing: 'keep-last' }, rows: bad }), 'view', 'table');
    expect(rows).toHaveLength(20);
  });

  it('is found by name from another pipeline, whose result is stale when the rows are others', async () => {
    const other = (): PipelineDocument => ({
      ...fixtureDocument({ nodes: [{ id: 'set', type: 'data/feature-set', params: { features: [{ feature: 'shops:*' }] } }], edges: [] }, opened.engine.catalogue),
      id: 'other',
    });
    await opened.run(pipeline(opened, { view: { ttl: 5 }, rows: sales }), ['view']);
    const { rows, schema } = await opened.table(other(), 'set', 'table');
    expect(schema.map(({ name }) => name)).toEqual(['shop', 'sold', 'region']);
    expect(rows.toSorted()).toEqual([[1, 109, 'north'], [2, 209, 'south']]);
    const key = async () => (await opened.engine.analyse(other())).nodes.get('set')?.key;
    const before = await key();
    await opened.run(pipeline(opened, { view: { ttl: 5 }, rows: sales }), ['view']);
    expect(await key()).toBe(before);
    await opened.run(pipeline(opened, { view: { ttl: 5 }, rows: [...sales, [3, `${day(1)} 00:00:00`, `${day(1)} 00:00:00`, 1, 'east']] }), ['view']);
    expect(await key()).not.toBe(before);
    expect((await opened.table(other(), 'set', 'table')).rows).toHaveLength(3);
  });

  it('looks features up by key, now and at a time', async () => {
    const { engine } = opened;
    expect(await engine.features.get('shops', null, { shop: '1' }, `${day(4)} 13:00`)).toMatchObject({ isFound: true, isExpired: false, values: { sold: 104, region: 'north' }, ageMs: 13 * 3_600_000 });
    expect(await engine.features.get('shops', null, { shop: 1 }, day(4))).toMatchObject({ values: { sold: 103 } });
    expect(await engine.features.get('shops', null, { shop: 1 }, day(40))).toMatchObject({ isFound: true, isExpired: true, values: { sold: null } });
    expect(await engine.features.get('shops', null, { shop: 1 }, '2020-01-01')).toMatchObject({ isFound: false });
    expect(await engine.features.get('shops', null, { shop: 1 }, null)).toMatchObject({ isFound: true, isExpired: true });
    expect(await engine.features.get('shops', null, { shop: 77 }, null)).toMatchObject({ isFound: false, values: { sold: null } });
    const fails = async (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (error: unknown) => (error instanceof PenstockError ? error.code : error));
    expect(await fails(engine.features.get('shops', null, {}, null))).toBe('features-key');
    expect(await fails(engine.features.get('shops', null, { shop: 'one' }, day(3)))).toBe('features-key');
    expect(await fails(engine.features.get('shops', null, { shop: 1 }, 'yesterday'))).toBe('features-time');
    expect(await fails(engine.features.get('shop', null, { shop: 1 }, null))).toBe('unknown-view');
    expect(await someKeys(engine, 'shops', 1, new AbortController().signal)).toEqual([{ shop: 1 }]);
    expect((await profileView(engine, 'shops', null, new AbortController().signal)).map(({ name }) => name)).toEqual(['shop', 'day', 'written', 'sold', 'region']);
  });

  it('keeps its rows when the disk is cleaned, and after a restart', async () => {
    await opened.engine.storage.clean({ all: true });
    opened = await opened.reopen();
    const known = opened.engine.features.find('shops', null);
    expect(known).not.toBeNull();
    const { rows } = await opened.engine.database.rows(opened.engine.features.table(opened.engine.features.known('shops', null)));
    expect(rows).toHaveLength(22);
    expect(await opened.engine.features.get('shops', 1, { shop: 2 }, day(4))).toMatchObject({ version: 1, isFound: true });
  });

  it('notices that features.db was deleted, says so in place of finding nothing, and makes it again from the kept rows', async () => {
    const { engine } = opened;
    const before = await engine.features.get('shops', null, { shop: 1 }, null);
    for (const name of ['features.db', 'features.db-wal', 'features.db-shm']) rmSync(path.join(opened.projectDir, name), { force: true });
    expect(showView(engine, 'shops')).toMatchObject({ isOnlineLost: true, online: null });
    await expect(engine.features.get('shops', null, { shop: 1 }, null)).rejects.toMatchObject({ code: 'features-lost', remedy: expect.stringContaining('penstock features online') });
    // What was known at a time comes from the kept rows.
    expect(await engine.features.get('shops', null, { shop: 1 }, day(4))).toMatchObject({ isFound: true });
    expect(await engine.features.restoreOnline('shops')).toEqual([1, 2]);
    expect(showView(engine, 'shops')).toMatchObject({ isOnlineLost: false, online: 3 });
    expect(await engine.features.get('shops', null, { shop: 1 }, null)).toMatchObject({ isFound: true, event: before.event, values: before.values });
    expect(await engine.features.restoreOnline('shops')).toEqual([]);
    expect(engine.store.audit.list({ subject: 'feature-view:shops', limit: 1 })).toMatchObject([{ action: 'features.restored', details: { versions: [1, 2] } }]);
  });

  it('says what is wrong with a set', async () => {
    const problem = async (set: Record<string, unknown>): Promise<unknown> => {
      const { diagnostics } = await opened.engine.configure(pipeline(opened, { set }));
      return diagnostics.find(({ severity, place }) => severity === 'error' && place?.nodeId === 'set');
    };
    expect(await problem({ features: [{ feature: 'shop:sold' }] })).toMatchObject({ code: 'unknown-view', message: expect.stringContaining('Did you mean “shops”?'), place: { param: ['features', 0, 'feature'] } });
    expect(await problem({ features: [{ feature: 'shops:soldd' }] })).toMatchObject({ code: 'unknown-feature' });
    expect(await problem({ features: [{ feature: 'shops@9:sold' }] })).toMatchObject({ code: 'unknown-view' });
    expect(await problem({ features: [{ feature: 'sold' }] })).toMatchObject({ code: 'feature-syntax' });
    expect(await problem({ features: [{ feature: 'shops:sold', as: 'at' }] })).toMatchObject({ code: 'feature-name', place: { param: ['features', 0, 'as'] } });
    expect(await problem({ features: [{ feature: 'shops:sold' }], keys: [{ entity: 'shop', column: 'bought' }] })).toMatchObject({ code: 'feature-key' });
    expect(await problem({ features: [{ feature: 'shops:sold' }], time: 'shop' })).toMatchObject({ code: 'asof-time' });
    expect(await problem({ features: [] })).toMatchObject({ code: 'param-missing' });
  });

  it('forgets a view on request', async () => {
    opened.engine.features.remove('shops');
    expect(listViews(opened.engine)).toEqual([]);
    const online = new OnlineFeatures(opened.projectDir);
    expect(online.views()).toEqual([]);
    online.close();
  });
});

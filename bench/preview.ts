import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { openTestEngine } from '#app/engine/testing.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { orderFiles } from './relational/data.ts';

/** The 95th percentile in ms of `times` calls. */
export async function p95(times: number, call: (turn: number) => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const from = performance.now();
    await call(turn);
    taken.push(performance.now() - from);
  }
  return taken.sort((a, b) => a - b)[Math.ceil(times * 0.95) - 1] ?? NaN;
}

export interface PreviewTimes {
  readonly page: number;
  readonly deepPage: number;
  readonly sort: number;
  readonly brush: number;
  readonly edit: number;
  readonly profile: number;
  readonly summarize: number;
}

/** What a person waits for while looking at a table of `rows` × 12 and editing a pipeline over it; p95 in ms, for summaries the best. */
export async function measurePreview(rows: number, rounds: number): Promise<PreviewTimes> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  const files = await orderFiles(path.join(os.tmpdir(), 'penstock-bench-data'), rows);
  const test = await openTestEngine();
  const signal = new AbortController().signal;
  const document = (factor: number): PipelineDocument => {
    const made = emptyDocument('orders', 'Orders');
    const add = (id: string, type: string, params: Record<string, unknown>, from: string): void => {
      made.nodes.push({ id, type, version: test.engine.catalogue.get(type)?.definition.version ?? 1, params });
      if (from !== '') made.edges.push({ id: `${from}-${id}`, from: { node: from, port: 'table' }, to: { node: id, port: 'table' } });
    };
    add('read', 'data/csv-reader', { path: files.orders }, '');
    add('clean', 'transform/filter-rows', { expression: 'quantity > 0 and price is not null' }, 'read');
    add('amount', 'transform/formula', { columns: [{ name: 'amount', expression: `quantity * price * ${factor}` }] }, 'clean');
    add('channel', 'transform/formula', { columns: [{ name: 'channel', expression: 'lower(trim(channel))' }] }, 'amount');
    add('big', 'transform/filter-rows', { expression: 'amount > 20' }, 'channel');
    return made;
  };
  try {
    const first = await test.run(document(1), ['read']);
    if (first.status !== 'succeeded') throw new Error(`the reader ${first.status}: ${JSON.stringify(first.nodes['read']?.diagnostics)}`);
    const { data, database } = test.engine;
    const read = document(1);
    const table = (filter = '') => data.table({ document: read, nodeId: 'read', port: 'table', filter }, signal);
    const page = async (offset: number, sort: { column: string; descending: boolean }[] = [], filter = ''): Promise<void> => {
      await database.arrowPage((await table(filter)).relation, { offset, limit: 100, sort }, signal);
    };
    await page(0);
    const columns = (await table()).schema.map(({ name }) => name);
    const value = await table();
    let profile = Infinity;
    let summarize = Infinity;
    const scanned = value.relation.op === 'scan' && value.relation.source.kind === 'parquet' ? (value.relation.source.paths[0] ?? '') : '';
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    for (let round = 0; round < Math.max(2, rounds / 10); round += 1) {
      let from = performance.now();
      await database.profile(value.relation, signal);
      profile = Math.min(profile, performance.now() - from);
      from = performance.now();
      await connection.runAndReadAll(`summarize select * from read_parquet('${scanned}')`);
      summarize = Math.min(summarize, performance.now() - from);
    }
    connection.closeSync();
    instance.closeSync();
    return {
      page: await p95(rounds, (turn) => page(turn * 100)),
      deepPage: await p95(rounds, (turn) => page(Math.floor((rows * (turn + 0.5)) / rounds))),
      sort: await p95(columns.length * 2, (turn) => page(0, [{ column: columns[turn % columns.length] ?? '', descending: turn >= columns.length }])),
      brush: await p95(rounds, async (turn) => {
        const narrowed = await table(`price between ${turn} and ${turn + 50}`);
        await Promise.all([database.count(narrowed.relation, signal), page(0, [], `price between ${turn} and ${turn + 50}`)]);
      }),
      edit: await p95(rounds, async (turn) => {
        const edited = document(1 + turn / 100);
        await test.engine.configure(edited, signal);
        const shown = await data.table({ document: edited, nodeId: 'big', port: 'table', filter: '' }, signal);
        await database.arrowPage(shown.relation, { offset: 0, limit: 100, sort: [] }, signal);
      }),
      profile,
      summarize,
    };
  } finally {
    await test.close();
    await rm(folder, { recursive: true, force: true });
  }
}

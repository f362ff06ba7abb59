import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { MonitorBatch } from '#app/sdk/monitoring.ts';
import type { NewAlarm } from './alarms.ts';
import { openStore, type Store } from './store.ts';

const folders: string[] = [];
const stores: Store[] = [];

afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function fresh(): Store {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-alarms-'));
  folders.push(folder);
  const store = openStore(folder);
  stores.push(store);
  return store;
}

const alarm = (over: Partial<NewAlarm> = {}): NewAlarm => ({ id: 'a1', monitor: 'p/drift', topic: 'drift', pipelineId: 'p', pipelinePath: 'pipelines/p.pipeline.json', pipelineTitle: 'P', nodeId: 'drift', runId: 'r1', input: 'current', column: 'age', slice: 'age > 70', title: 'Data drift', message: 'age has moved.', severity: 'warning', metrics: { ratio: 2 }, raisedAt: 1000, ...over });
const batch: MonitorBatch = { kind: 'data-drift', rows: 10, statistic: 'ratio', value: 1.5, threshold: 1, higherIsWorse: true, status: 'critical', words: 'w', metrics: { ratio: 1.5 }, columns: [], windows: [], calibration: '', input: 'current' };

describe('alarms in the store', () => {
  it('are one a monitor and topic while they are alive, and can come again afterwards', () => {
    const { alarms } = fresh();
    alarms.insert(alarm());
    expect(() => alarms.insert(alarm({ id: 'a2' }))).toThrow();
    expect(alarms.alive('p/drift', 'drift')?.id).toBe('a1');
    alarms.clear('a1', 'run:r2', 2000);
    expect(alarms.alive('p/drift', 'drift')).toBeNull();
    expect(alarms.insert(alarm({ id: 'a2', raisedAt: 3000 })).state).toBe('open');
    expect(alarms.list().map(({ id, state }) => `${id} ${state}`)).toEqual(['a2 open', 'a1 cleared']);
    expect(alarms.lastAt('p/drift', 'drift')).toBe(3000);
    expect(alarms.lastAt('p/drift', 'other')).toBeNull();
  });

  it('stay acknowledged when found again, unless they have become worse', () => {
    const { alarms } = fresh();
    alarms.insert(alarm());
    expect(alarms.acknowledge('a1', 'user:ada', 'the new shop', 1500)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'user:ada', note: 'the new shop' });
    expect(alarms.renew('a1', alarm({ runId: 'r2', column: 'income' }), 2000)).toMatchObject({ state: 'acknowledged', runId: 'r2', column: 'income', times: 2, lastAt: 2000, raisedAt: 1000 });
    expect(alarms.renew('a1', alarm({ severity: 'critical' }), 2500).state).toBe('open');
  });

  it('leave cleared ones as they are', () => {
    const { alarms } = fresh();
    alarms.insert(alarm());
    alarms.clear('a1', 'user:ada', 2000);
    expect(alarms.acknowledge('a1', 'user:bob', 'late', 3000)).toMatchObject({ state: 'cleared', acknowledgedBy: null, clearedBy: 'user:ada' });
  });
});

describe('batches of monitors', () => {
  it('come newest first, one a run, and only so many are kept', () => {
    const { alarms, together } = fresh();
    const about = { monitor: 'p/drift', pipelineId: 'p', pipelinePath: null, pipelineTitle: 'P', nodeId: 'drift', nodeTitle: 'Data Drift' };
    together(() => {
      for (let i = 0; i < 510; i++) alarms.saveBatch({ ...about, runId: `r${i}`, at: i, batch: { ...batch, rows: i } });
    });
    alarms.saveBatch({ ...about, runId: 'r509', at: 600, batch: { ...batch, rows: 7 } });
    alarms.saveBatch({ ...about, monitor: 'p/other', nodeId: 'other', runId: 'r1', at: 3, batch });
    expect(alarms.batches('p/drift', 1000)).toHaveLength(500);
    expect(alarms.batches('p/drift', 2).map(({ batch: { rows } }) => rows)).toEqual([7, 508]);
    expect(alarms.monitors().map(({ monitor, count, runId }) => [monitor, count, runId])).toEqual([['p/drift', 500, 'r509'], ['p/other', 1, 'r1']]);
  });
});

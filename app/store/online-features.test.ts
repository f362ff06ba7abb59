import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import { keyPart, OnlineFeatures, OnlineFeatureWriter, type OnlineRow } from './online-features.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-online-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hour = 3_600_000;
const about = {
  view: 'shops',
  version: 1,
  materialisation: 'm1',
  keys: [
    { name: 'country', type: 'string' as const },
    { name: 'shop', type: 'integer' as const },
  ],
  features: [
    { name: 'sold', type: 'integer' as const },
    { name: 'open', type: 'boolean' as const },
  ],
  ttl: 7200,
  at: 0,
};
const rows = (sold: number, count = 3): OnlineRow[] => Array.from({ length: count }, (_, i) => ({ key: ['NO', i], values: [sold, true], event: hour }));
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'nothing thrown';
  } catch (error) {
    return error instanceof PenstockError ? error.code : String(error);
  }
};

describe('online features', () => {
  it('are looked up by typed keys of several columns, with their age and time to live', async () => {
    const writer = new OnlineFeatureWriter(folder);
    expect(await writer.replace(about, [rows(5)])).toBe(3);
    const reader = new OnlineFeatures(folder);
    const key = { country: 'NO', shop: 1 };
    expect(reader.lookup('shops', 1, key, hour + 60_000)).toEqual({ values: { sold: 5, open: true }, event: hour, ageMs: 60_000, isExpired: false });
    expect(reader.lookup('shops', 1, { country: 'NO', shop: '1', other: 'passed over' }, hour)).not.toBeNull();
    // Two hours is still alive, a millisecond more is not.
    expect(reader.lookup('shops', 1, key, 3 * hour)?.isExpired).toBe(false);
    expect(reader.lookup('shops', 1, key, 3 * hour + 1)).toEqual({ values: { sold: null, open: null }, event: hour, ageMs: 2 * hour + 1, isExpired: true });
    expect(reader.lookup('shops', 1, { country: 'SE', shop: 1 })).toBeNull();
    expect(reader.lookup('shops', 1, { country: 'NO', shop: null })).toBeNull();
    expect(codeOf(() => reader.lookup('shops', 1, { country: 'NO' }))).toBe('features-key');
    expect(codeOf(() => reader.lookup('shops', 1, { country: 'NO', shop: 1.5 }))).toBe('features-key');
    expect(codeOf(() => reader.lookup('shops', 2, key))).toBe('features-unknown-view');
    reader.close();
    writer.close();
  });

  it('are replaced as a whole, and what a killed writer left does not count', async () => {
    const writer = new OnlineFeatureWriter(folder);
    await writer.replace(about, [rows(1)]);
    const reader = new OnlineFeatures(folder);
    const batches = async function* (): AsyncGenerator<OnlineRow[]> {
      yield rows(2, 2);
      // In the middle of it, a reader still sees all of the old rows.
      expect(reader.lookup('shops', 1, { country: 'NO', shop: 2 }, hour)?.values['sold']).toBe(1);
      throw new Error('killed');
    };
    await expect(writer.replace(about, batches())).rejects.toThrow('killed');
    expect([0, 1, 2].map((shop) => reader.lookup('shops', 1, { country: 'NO', shop }, hour)?.values['sold'])).toEqual([1, 1, 1]);
    await writer.replace({ ...about, materialisation: 'm2' }, [rows(3, 1)]);
    expect([0, 1].map((shop) => reader.lookup('shops', 1, { country: 'NO', shop }, hour)?.values['sold'])).toEqual([3, undefined]);
    expect(reader.views()).toMatchObject([{ view: 'shops', materialisation: 'm2', rows: 1 }]);
    await writer.replace({ ...about, version: 2 }, [rows(9)]);
    expect(reader.lookup('shops', 1, { country: 'NO', shop: 0 }, hour)?.values['sold']).toBe(3);
    writer.remove('shops');
    expect(reader.views()).toEqual([]);
    reader.close();
    writer.close();
  });

  it('of several views are replaced at once, and the later of two replacements of one version counts', async () => {
    const writer = new OnlineFeatureWriter(folder);
    await writer.replace(about, [rows(1)]);
    const batches = async function* (sold: number): AsyncGenerator<OnlineRow[]> {
      for (const row of rows(sold, 20)) {
        yield [row];
        await setImmediate();
      }
    };
    const ended: string[] = [];
    const replaced = async (view: string, materialisation: string, sold: number): Promise<void> => {
      await writer.replace({ ...about, view, materialisation }, batches(sold));
      ended.push(materialisation);
    };
    await Promise.all([replaced('shops', 'm2', 2), replaced('stores', 'm3', 3), replaced('malls', 'm4', 4), replaced('shops', 'm5', 5)]);
    const reader = new OnlineFeatures(folder);
    const sold = (view: string): unknown[] => Array.from({ length: 20 }, (_, shop) => reader.lookup(view, 1, { country: 'NO', shop }, hour)?.values['sold']);
    const last = ended.findLast((one) => one === 'm2' || one === 'm5');
    expect(reader.views()).toMatchObject([
      { view: 'malls', rows: 20 },
      { view: 'shops', materialisation: last, rows: 20 },
      { view: 'stores', rows: 20 },
    ]);
    expect(sold('shops')).toEqual(Array.from({ length: 20 }, () => (last === 'm2' ? 2 : 5)));
    expect(sold('stores')).toEqual(Array.from({ length: 20 }, () => 3));
    expect(sold('malls')).toEqual(Array.from({ length: 20 }, () => 4));
    reader.close();
    writer.close();
  });

  it('are never seen half replaced by another process', async () => {
    const writer = new OnlineFeatureWriter(folder);
    await writer.replace(about, [rows(0, 200)]);
    const child = fork(path.join(import.meta.dirname, 'online-features-child.ts'), [folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const heard: unknown[] = [];
    const ready = new Promise<void>((resolve) => {
      child.on('message', (message) => {
        heard.push(message);
        resolve();
      });
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await ready;
    for (let sold = 1; sold <= 40; sold += 1) await writer.replace(about, [rows(sold, 200).slice(0, 100), rows(sold, 200).slice(100)]);
    child.send('stop');
    await ended;
    const last = heard.at(-1) as { missing: number; backwards: number; seen: number };
    expect(last).toMatchObject({ missing: 0, backwards: 0 });
    expect(last.seen).toBeGreaterThan(0);
    writer.close();
  });

  it('take key values as they were written, whatever a request holds', () => {
    expect([keyPart('7', 'integer'), keyPart(7, 'integer'), keyPart('7.5', 'integer'), keyPart('', 'integer'), keyPart(-0, 'float')]).toEqual([7, 7, undefined, null, 0]);
    expect([keyPart('true', 'boolean'), keyPart(0, 'boolean'), keyPart('maybe', 'boolean')]).toEqual([true, false, undefined]);
    expect([keyPart('2024-05-31T08:00Z', 'timestamp'), keyPart('2024-05-31 08:00:00.500', 'timestamp'), keyPart('31.5.2024', 'date')]).toEqual(['2024-05-31 08:00:00', '2024-05-31 08:00:00.5', undefined]);
    expect([keyPart(12, 'string'), keyPart('', 'string'), keyPart({}, 'string')]).toEqual(['12', '', undefined]);
  });

  it('say that there are none', () => {
    expect(codeOf(() => new OnlineFeatures(folder))).toBe('features-missing');
  });
});

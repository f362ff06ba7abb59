import { expect, it } from 'vitest';
import type { AuditRecord } from '#app/store/index.ts';
import { servedSpans, versionsMeant } from './served.ts';

let seq = 0;
const record = (at: number, action: string, subject: string, details: Record<string, unknown> = {}): AuditRecord => ({ seq: ++seq, at, actor: 'user:ann', action, subject, details, previous: '', hash: '' });
const server = (at: number, action: string, details: Record<string, unknown> = {}) => record(at, action, 'server:s', details);
const models = [1, 2, 3].map((version) => ({ name: 'churn', version, createdAt: version * 10 }));

it('says what a server served, and when: started, changed with a canary and a shadow, stopped', () => {
  const after = { models: [{ name: 'churn', reference: 'churn@champion', canary: { reference: 'churn@3', percent: 10 }, shadow: { reference: 'churn@2' } }] };
  const records = [server(100, 'server.started', { models: ['churn@champion'] }), server(200, 'server.changed', { before: {}, after }), server(300, 'server.stopped')];
  expect(servedSpans(records.toReversed())).toEqual([
    { name: 'churn', reference: 'churn@champion', from: 100, until: 200 },
    { name: 'churn', reference: 'churn@champion', from: 200, until: 300 },
    { name: 'churn', reference: 'churn@3', from: 200, until: 300 },
    { name: 'churn', reference: 'churn@2', from: 200, until: 300 },
  ]);
  expect(servedSpans([server(1, 'server.started', { model: 'churn', version: 2 })])).toEqual([{ name: 'churn', reference: 'churn@2', from: 1, until: null }]);
});

const moves = [
  record(50, 'model.alias', 'model:churn@1', { alias: 'champion', from: null, to: 1 }),
  record(150, 'model.alias', 'model:churn@2', { alias: 'champion', from: 1, to: 2 }),
  record(250, 'model.alias', 'model:churn@3', { alias: 'champion', from: 2, to: 3 }),
  record(150, 'model.alias', 'model:other@9', { alias: 'champion', from: 1, to: 9 }),
  record(120, 'model.stage', 'model:churn@2', { from: 'staging', to: 'production' }),
  record(220, 'model.stage', 'model:churn@3', { from: 'staging', to: 'production' }),
];
const meant = (reference: string, from: number, until: number | null) => versionsMeant({ reference, from, until }, moves.toReversed(), models, () => 3).map(({ version }) => version);

it('resolves an alias as it was then, not as it is now', () => {
  expect(meant('churn@champion', 60, 100)).toEqual([1]);
  expect(meant('churn@champion', 100, 200)).toEqual([1, 2]);
  expect(meant('churn@champion', 160, 240)).toEqual([2]);
  expect(meant('churn@champion', 160, null)).toEqual([2, 3]);
  expect(meant('churn@champion', 10, 40)).toEqual([]);
});

it('resolves stages, bare names, the latest and exact versions as they were', () => {
  expect(meant('churn@production', 130, 200)).toEqual([2]);
  expect(meant('churn', 130, 230)).toEqual([2, 3]);
  // Nothing was in production yet: the newest there was.
  expect(meant('churn', 15, 18)).toEqual([1]);
  expect(meant('churn@latest', 25, 28)).toEqual([2]);
  expect(meant('churn@latest', 25, 35)).toEqual([2, 3]);
  expect(meant('churn@2', 1, 2)).toEqual([2]);
  expect(meant('churn@7', 1, 2)).toEqual([]);
  // The log tells nothing of it: as it is now.
  expect(meant('churn@challenger', 100, 200)).toEqual([3]);
});

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditHash, firstPrevious } from './audit.ts';
import { openStore, type Store } from './store.ts';
import { testModel } from './testing.ts';

let folder: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-operate-'));
  store = openStore(folder);
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const about = { runId: null, nodeId: null, pipelineTitle: null, note: '', createdAt: 1 };

function registerThree(): void {
  for (const letter of ['a', 'b', 'c']) store.models.register('churn', testModel(letter.repeat(64)), about);
}

describe('model versions', () => {
  it('are found by number, alias, stage and what a bare name means', () => {
    registerThree();
    expect(store.models.resolve('churn').version).toBe(3);
    store.models.setStage('churn', 3, 'archived');
    expect(store.models.resolve('churn').version).toBe(2);
    store.models.setStage('churn', 1, 'production');
    expect(store.models.resolve('churn').version).toBe(1);
    expect(store.models.resolve('churn@production').version).toBe(1);
    expect(store.models.resolve('churn@3').version).toBe(3);
    expect(store.models.resolve('churn@latest').version).toBe(3);
    expect(store.models.setAlias('churn', 'champion', 2)).toBeNull();
    expect(store.models.resolve('churn@champion')).toMatchObject({ version: 2, aliases: ['champion'], stage: 'candidate' });
    expect(store.models.setAlias('churn', 'champion', 3)).toBe(2);
    expect(store.models.resolve('churn@champion').version).toBe(3);
    expect(() => store.models.resolve('churn@7')).toThrow(/no version “7”/);
    expect(() => store.models.resolve('other')).toThrow(/no model “other”/);
  });

  it('refuse aliases that look like something else, and versions that are not there', () => {
    registerThree();
    for (const alias of ['2', 'latest', 'production', 'with space', '']) expect(() => store.models.setAlias('churn', alias, 1)).toThrow();
    expect(() => store.models.setAlias('churn', 'champion', 9)).toThrow(/no version 9/);
    expect(() => store.models.setStage('churn', 9, 'staging')).toThrow(/no version 9/);
  });

  it('lose their aliases and approvals with them', () => {
    registerThree();
    store.models.setAlias('churn', 'champion', 2);
    store.models.approve('churn', 2, { actor: 'user:ann', verdict: 'rejected', note: 'bias', at: 5 });
    store.models.approve('churn', 2, { actor: 'user:ann', verdict: 'approved', note: '', at: 6 });
    expect(store.models.approvals('churn', 2)).toEqual([{ actor: 'user:ann', verdict: 'approved', note: '', at: 6 }]);
    store.models.remove('churn', 2);
    expect(store.models.alias('churn', 'champion')).toBeNull();
    expect(store.models.approvals('churn', 2)).toEqual([]);
  });
});

describe('the audit log', () => {
  it('chains its records by hash and gives them back as they were hashed', () => {
    store.audit.append({ actor: 'user:ann', action: 'model.stage', subject: 'model:churn@1', details: { to: 'production', gone: undefined } }, 10);
    store.audit.append({ actor: 'schedule:x', action: 'run.started', subject: 'run:1' }, 11);
    store.audit.append({ actor: 'user:ann', action: 'modelling', subject: 'run:1' }, 12);
    const [first, second, third] = store.audit.after(0, 10);
    expect(first?.previous).toBe(firstPrevious);
    expect(second?.previous).toBe(first?.hash);
    for (const record of [first, second, third]) expect(record && auditHash(record)).toBe(record?.hash);
    expect(store.audit.list({ action: 'model', limit: 9 }).map(({ seq }) => seq)).toEqual([1]);
    expect(store.audit.list({ subject: 'run:1', before: 3, limit: 9 }).map(({ seq }) => seq)).toEqual([2]);
  });

  it('stands or falls with what it records', () => {
    expect(() =>
      store.together(() => {
        store.audit.append({ actor: 'a', action: 'b', subject: 'c' });
        throw new Error('undone');
      }),
    ).toThrow('undone');
    expect(store.audit.after(0, 1)).toEqual([]);
  });
});

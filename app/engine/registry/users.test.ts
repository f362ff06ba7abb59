import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { automationSpecSchema } from '#app/core/automation.ts';
import { serverSettingsSchema } from '#app/core/serving.ts';
import { removeServerSettings, writeServerSettings } from '#app/store/index.ts';
import { openTestEngine, type TestEngine } from '../testing.ts';
import { testVersion } from './testing.ts';

let opened: TestEngine;
beforeEach(async () => {
  opened = await openTestEngine();
  for (let version = 1; version <= 4; version++) opened.engine.registry.add('churn', testVersion({ version }).value, {}, { runId: null, nodeId: null, pipelineTitle: null, note: '' });
});
afterEach(() => opened.close());

const users = (): string[][] => [1, 2, 3, 4].map((version) => opened.engine.registry.users('churn', version));
const serve = (name: string, models: readonly object[]): Promise<void> => writeServerSettings(opened.engine.projectDir, serverSettingsSchema.parse({ name, models }));
const automate = (name: string, trigger: object, overrides: readonly object[] = []) =>
  opened.engine.store.automation.create(automationSpecSchema.parse({ name, pipeline: 'pipelines/p.pipeline.json', trigger, overrides }), { enabled: true, now: 1 });

describe('what uses a version', () => {
  it('is a server that answers with it, tries it on a part of the requests, or lets it listen; by what its references mean now', async () => {
    const { registry, projectDir } = opened.engine;
    registry.setAlias('churn', 'champion', 1);
    await serve('shop', [{ name: 'churn', reference: 'churn@champion', canary: { reference: 'churn@2', percent: 10 }, shadow: { reference: 'churn@latest' } }]);
    expect(users()).toEqual([['the server “shop”'], ['the server “shop” (canary)'], [], ['the server “shop” (shadow)']]);
    registry.setAlias('churn', 'champion', 3);
    expect(users()).toEqual([[], ['the server “shop” (canary)'], ['the server “shop”'], ['the server “shop” (shadow)']]);
    expect(() => registry.remove('churn', 2)).toThrow('Version 2 of “churn” is not removed: the server “shop” (canary) uses it.');
    registry.remove('churn', 2, { anyway: true });
    await removeServerSettings(projectDir, 'shop');
    expect(registry.users('churn', 3)).toEqual([]);
  });

  it('is no server of another model, nor one whose reference means nothing any more', async () => {
    await serve('other', [{ name: 'churny', reference: 'churny@1' }]);
    await serve('stale', [{ name: 'churn', reference: 'churn@gone' }]);
    expect(users().flat()).toEqual([]);
  });

  it('is a trigger that waits for what the version has, and a schedule that sets it as a param', () => {
    const { registry } = opened.engine;
    registry.setStage('churn', 2, 'staging');
    automate('try it', { kind: 'model', model: 'churn', change: 'stage', is: 'staging' });
    automate('report', { kind: 'model', model: 'churn', change: 'registered' });
    automate('nightly', { kind: 'cron', cron: '0 3 * * *', timezone: 'UTC' }, [{ node: 'score', param: 'model', value: 'churn@1' }, { node: 'read', param: 'column', value: 'churn' }]);
    expect(users()).toEqual([['the schedule “nightly”'], ['the trigger “try it”'], [], ['the trigger “report”']]);
    expect(() => registry.remove('churn', 1)).toThrow('Version 1 of “churn” is not removed: the schedule “nightly” uses it.');
  });
});

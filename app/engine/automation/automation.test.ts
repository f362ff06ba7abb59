import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Firing, Trigger } from '#app/core/automation.ts';
import { openStore } from '#app/store/index.ts';
import { Engine } from '../engine.ts';
import { openBackground } from './kill-child.ts';
import { mayTriggersFire } from './permission.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-automation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let engine: Engine;
let count = 0;
let project = '';
beforeEach(async () => {
  project = path.join(folder, `p${(count += 1)}`);
  mkdirSync(project);
  engine = await openBackground(project, 200);
});
afterEach(() => engine.close());

const never: Trigger = { kind: 'cron', cron: '0 0 1 1 *', timezone: 'UTC' };
const spec = (trigger: unknown, more: object = {}): unknown => ({ name: 'A', pipeline: 'pipelines/long.pipeline.json', trigger, ...more });

/** Waits for a firing to end: changes are told by the engine, nothing is polled. */
async function ended(id: string, index = 0): Promise<Firing> {
  const leave = new AbortController();
  const changes = engine.automation.changes.stream(leave.signal);
  try {
    for (;;) {
      const next = changes.next();
      const firing = engine.store.automation.firings({ automationId: id, limit: 10 }).toReversed()[index];
      if (firing !== undefined && firing.state !== 'waiting' && firing.state !== 'running') return firing;
      await next;
    }
  } finally {
    leave.abort();
  }
}

describe('automation in an engine', () => {
  it('runs a pipeline with the params of the firing, and says in the audit log who did', async () => {
    const { record } = await engine.automation.create(spec(never, { overrides: [{ node: 'rows', param: 'rows', value: 100 }], to: ['rows'] }));
    engine.automation.fire(record.id);
    const firing = await ended(record.id);
    expect(firing).toMatchObject({ state: 'succeeded', attempts: [{ outcome: 'succeeded' }] });
    const run = engine.store.records.get(firing.attempts[0]?.runId ?? '');
    expect(run?.nodes.map(({ nodeId, ports, startedMs }) => [nodeId, ports['table']?.rows, typeof startedMs])).toEqual([['rows', 100, 'number']]);
    const audit = engine.store.audit.list({ limit: 10 }).map(({ actor, action, subject }) => [action, actor.replace(/:.*/, ''), subject.replace(/:.*/, '')]);
    expect(audit).toEqual([
      ['run.started', 'automation', 'run'],
      ['schedule.fired', 'user', 'schedule'],
      ['schedule.created', 'user', 'schedule'],
    ]);
  });

  it('fires for a file that arrives, once for each content, with its path', async () => {
    mkdirSync(path.join(project, 'inbox'));
    writeFileSync(path.join(project, 'inbox', 'old.csv'), 'a\n1\n');
    const { record } = await engine.automation.create(spec({ kind: 'file', glob: 'inbox/*.csv', settleSeconds: 0 }, { to: ['rows'], overrides: [{ node: 'rows', param: 'seed', value: '{{size}}' }] }));
    writeFileSync(path.join(project, 'inbox', 'new.csv'), 'a\n12\n');
    writeFileSync(path.join(project, 'inbox', 'ignored.txt'), 'x');
    engine.automation.scheduler.tick();
    const firing = await ended(record.id);
    expect(firing).toMatchObject({ state: 'succeeded', given: { file: 'inbox/new.csv', name: 'new.csv', size: 5 } });
    expect(engine.store.records.get(firing.attempts[0]?.runId ?? '')?.document.nodes[0]?.params['seed']).toBe(5);
    engine.automation.scheduler.tick();
    await engine.automation.idle();
    expect(engine.store.automation.firings({ limit: 10 })).toHaveLength(1);
    writeFileSync(path.join(project, 'inbox', 'new.csv'), 'a\n123\n');
    engine.automation.scheduler.tick();
    expect(await ended(record.id, 1)).toMatchObject({ given: { size: 6 } });
  });

  it('fires when an upstream run has finished, when an alarm is raised and when a model changes; never in a circle', async () => {
    await engine.pipelines.create('Second', { ...(await engine.pipelines.open('pipelines/long.pipeline.json')).document });
    const second = 'pipelines/second.pipeline.json';
    const { record: after } = await engine.automation.create({ name: 'After', pipeline: second, to: ['rows'], trigger: { kind: 'run', pipeline: 'pipelines/long.pipeline.json' } });
    const { record: back } = await engine.automation.create(spec({ kind: 'run', pipeline: second }, { to: ['rows'] }));
    const run = await engine.startRun({ document: (await engine.pipelines.open('pipelines/long.pipeline.json')).document, path: 'pipelines/long.pipeline.json', to: ['rows'] });
    expect(await ended(after.id)).toMatchObject({ state: 'succeeded', dueKey: `run:${run.runId}` });
    expect(await ended(back.id)).toMatchObject({ state: 'succeeded' });
    expect(await ended(after.id, 1)).toMatchObject({ state: 'skipped', reason: expect.stringContaining('in a circle') as unknown });
    await expect(engine.automation.create(spec({ kind: 'run', pipeline: 'pipelines/long.pipeline.json' }))).rejects.toThrow(/by its own end/);

    const { record: alarm } = await engine.automation.create(spec({ kind: 'alarm', severity: 'critical' }, { to: ['rows'] }));
    engine.events.emit({ type: 'alarm-raised', alarmId: 'a1', monitor: 'drift', title: 'Drift', message: 'age has drifted', severity: 'warning' });
    engine.events.emit({ type: 'alarm-raised', alarmId: 'a2', monitor: 'drift', title: 'Drift', message: 'age has drifted', severity: 'critical' });
    expect(await ended(alarm.id)).toMatchObject({ dueKey: 'alarm:a2', given: { monitor: 'drift' } });
    const { record: model } = await engine.automation.create(spec({ kind: 'model', model: 'churn' }, { to: ['rows'] }));
    engine.events.emit({ type: 'model-registered', name: 'other', version: 1, runId: null });
    engine.events.emit({ type: 'model-registered', name: 'churn', version: 4, runId: null });
    expect(await ended(model.id)).toMatchObject({ dueKey: 'model:churn@4:registered', given: { reference: 'churn@4' } });
  });

  it('keeps the schedule that a node on the canvas declares, and switches it off when the node goes', async () => {
    const { document } = await engine.pipelines.open('pipelines/long.pipeline.json');
    const path = 'pipelines/long.pipeline.json';
    const node = (params: Record<string, unknown>): typeof document => ({ ...document, nodes: [...document.nodes, { id: 'when', type: 'deploy/schedule', version: 1, params }] });
    await engine.automation.declare(path, node({ cron: '0 6 * *' }));
    expect(engine.automation.list(), 'no schedule yet').toEqual([]);
    await engine.automation.declare(path, node({ cron: '0 6 * * *', timezone: 'Europe/Berlin', retries: 2 }));
    const [made] = engine.automation.list();
    expect(made).toMatchObject({ enabled: true, spec: { name: 'Long', node: 'when', trigger: { cron: '0 6 * * *', timezone: 'Europe/Berlin' }, retry: { times: 2 } } });
    await engine.automation.declare(path, node({ cron: '0 6 * * *', timezone: 'Europe/Berlin', retries: 2 }));
    expect(engine.automation.list()).toEqual([made]);
    await engine.automation.declare(path, node({ cron: '0 7 * * *', timezone: 'Europe/Berlin' }));
    expect(engine.automation.list()).toMatchObject([{ id: made?.id, spec: { trigger: { cron: '0 7 * * *' }, retry: { times: 0 } } }]);
    await engine.automation.declare(path, document);
    expect(engine.automation.list()).toMatchObject([{ id: made?.id, enabled: false }]);
    await engine.automation.declare(path, node({ cron: '0 7 * * *', timezone: 'Europe/Berlin' }));
    expect(engine.automation.list()).toMatchObject([{ id: made?.id, enabled: true }]);
  });

  it('refuses what cannot work, before it is due', async () => {
    const create = (trigger: unknown, more?: object): Promise<unknown> => engine.automation.create(spec(trigger, more));
    await expect(create({ kind: 'cron', cron: '0 25 * * *', timezone: 'UTC' })).rejects.toMatchObject({ code: 'cron-invalid' });
    await expect(create(never, { pipeline: 'pipelines/gone.pipeline.json' })).rejects.toMatchObject({ code: 'unknown-pipeline' });
    await expect(create(never, { overrides: [{ node: 'nobody', param: 'rows', value: 1 }] })).rejects.toMatchObject({ code: 'unknown-node' });
    await expect(create(never, { overrides: [{ node: 'rows', param: 'rows', value: 'many' }] })).rejects.toMatchObject({ code: 'param-invalid' });
    await expect(create(never, { overrides: [{ node: 'rows', param: 'row', value: '{{file}}' }] })).rejects.toMatchObject({ code: 'unknown-param' });
    await expect(create(never, { notify: { channels: ['team'] } })).rejects.toMatchObject({ code: 'unknown-channel' });
    expect(engine.automation.list()).toEqual([]);
  });

  it('never puts what comes from outside into code', async () => {
    const { document } = await engine.pipelines.open('pipelines/long.pipeline.json');
    await engine.pipelines.create('Code', { ...document, nodes: [...document.nodes, { id: 'sql', type: 'transform/sql', version: 1, params: {} }, { id: 'keep', type: 'transform/filter-rows', version: 1, params: {} }] });
    for (const [node, param] of [['sql', 'text'], ['keep', 'expression']]) {
      const made = engine.automation.create(spec(never, { pipeline: 'pipelines/code.pipeline.json', overrides: [{ node, param, value: 'size > {{body.size}}' }] }));
      await expect(made).rejects.toMatchObject({ code: 'override-is-code' });
    }
    await engine.automation.create(spec(never, { pipeline: 'pipelines/code.pipeline.json', overrides: [{ node: 'keep', param: 'expression', value: 'size > 3' }] }));
  });
});

it('one function says whether triggers may fire', () => {
  expect(mayTriggersFire({ readOnly: false, background: true, trust: { restricted: false } })).toEqual({ allowed: true });
  expect(mayTriggersFire({ readOnly: true, background: true, trust: { restricted: false } })).toMatchObject({ allowed: false, reason: expect.stringContaining('reading only') as unknown });
  expect(mayTriggersFire({ readOnly: false, background: false, trust: { restricted: false } })).toMatchObject({ allowed: false, reason: expect.stringContaining('penstock work') as unknown });
  expect(mayTriggersFire({ readOnly: false, background: true, trust: { restricted: true } })).toMatchObject({ allowed: false, reason: expect.stringContaining('until you trust it') as unknown });
});

it('nothing fires in a process that was started for something else', async () => {
  const quiet = await Engine.open({ projectDir: path.join(folder, 'quiet'), resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist') });
  try {
    await quiet.pipelines.create('Some');
    const { record } = await quiet.automation.create({ name: 'A', pipeline: 'pipelines/some.pipeline.json', trigger: { kind: 'cron', cron: '* * * * *', timezone: 'UTC' } });
    quiet.automation.fire(record.id);
    await quiet.automation.idle();
    expect(quiet.store.automation.firings({ limit: 10 }).map(({ state }) => state)).toEqual(['waiting']);
  } finally {
    await quiet.close();
  }
});

it('a firing under way in an engine that is killed is neither lost nor doubled', async () => {
  const killed = path.join(folder, 'killed');
  mkdirSync(killed);
  const child = spawn(process.execPath, [path.join(root, 'bench/child.mjs'), path.join(root, 'app/engine/automation/kill-child.ts'), JSON.stringify({ project: killed })], { stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const under = (): Firing | undefined => {
    try {
      const store = openStore(killed, { readOnly: true });
      const [firing] = store.automation.firings({ limit: 1 });
      store.close();
      return firing;
    } catch {
      return undefined;
    }
  };
  while ((under()?.attempts[0]?.runId ?? null) === null && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGKILL');
  await gone;
  // The same pipeline, small enough to end: what matters is that the firing goes on by itself.
  await engine.close();
  engine = await openBackground(killed, 200);
  const [record] = engine.automation.list();
  const firing = await ended(record?.id ?? '');
  expect(firing).toMatchObject({ state: 'succeeded', attempts: [{ attempt: 1, outcome: 'interrupted' }, { attempt: 2, outcome: 'succeeded' }] });
  expect(engine.store.automation.firings({ limit: 10 })).toHaveLength(1);
}, 120_000);

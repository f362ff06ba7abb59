import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '../testing.ts';
import type { ProjectEvent } from '../events.ts';

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(() => opened.close());

describe('alarms of a project', () => {
  it('are raised once, acknowledged and cleared by people or runs, each with an event and a line in the audit log', async () => {
    const { engine } = opened;
    const heard: ProjectEvent[] = [];
    const stop = engine.events.listen((event) => void heard.push(event));
    const services = engine.alarms.servicesFor({ runId: 'r1', nodeId: 'alert', pipeline: { id: 'p', title: 'P' }, titleOf: () => 'Alert' });
    const request = { topic: 'drift', nodeId: 'drift', title: 'Data drift', message: 'age has moved.', severity: 'warning' as const, input: 'current', column: 'age', slice: 'age > 70', metrics: { ratio: 2, share: Number.NaN } };
    expect(services.raise(request)).toBe('raised');
    expect(services.raise({ ...request, message: 'age has moved further.' })).toBe('renewed');
    const [alarm] = engine.alarms.list();
    expect(alarm).toMatchObject({ monitor: 'p/drift', nodeId: 'drift', state: 'open', times: 2, message: 'age has moved further.', metrics: { ratio: 2, share: null } });
    const id = alarm?.id ?? '';
    expect(engine.alarms.acknowledge(id, 'looking into it')).toMatchObject({ state: 'acknowledged', note: 'looking into it' });
    // Worse than what was acknowledged is heard again.
    expect(services.raise({ ...request, severity: 'critical' })).toBe('renewed');
    expect(engine.alarms.get(id).state).toBe('open');
    expect(services.clear('drift', 'drift')).toBe(true);
    expect(services.clear('drift', 'drift')).toBe(false);
    expect(services.isRaised('drift', 'drift')).toBe(false);
    expect(() => engine.alarms.acknowledge(id, '')).toThrow(/cleared already/);
    expect(services.raise(request, 60_000)).toBe('cooling');
    await engine.events.settled();
    stop();
    expect(heard.map(({ type }) => type)).toEqual(['alarm-raised', 'alarm-raised', 'alarm-cleared']);
    expect(engine.store.audit.list({ subject: 'monitor:p/drift', limit: 10 }).map(({ action, actor }) => [action, actor]).sort()).toEqual([['alarm.acknowledged', engine.actor], ['alarm.cleared', 'run:r1'], ['alarm.raised', 'run:r1']]);
  });

  it('can come from outside of a pipeline, and say what is not there', () => {
    const { engine } = opened;
    expect(engine.alarms.raise({ monitor: 'server:churn', topic: 'down', title: 'Server is down', message: 'No answer.', severity: 'critical', metrics: {} })).toMatchObject({ monitor: 'server:churn', runId: null, pipelineId: '' });
    expect(() => engine.alarms.get('nothing')).toThrow(/no alarm “nothing”/);
  });
});

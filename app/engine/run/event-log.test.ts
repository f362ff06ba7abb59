import { describe, expect, it } from 'vitest';
import type { NodeRun, RunEvent } from '#app/protocol/schema.ts';
import { RunEventLog } from './event-log.ts';

function nodeRun(nodeId: string, status: NodeRun['status']): NodeRun {
  return { nodeId, type: 'a/b', title: 'A', status, reason: '', cacheKey: null, ms: null, ports: {}, metrics: {}, diagnostics: [] };
}

async function collect(stream: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('RunEventLog', () => {
  it('gives a late listener the latest state of each node, all points, and the end', async () => {
    const log = new RunEventLog('r');
    log.node(nodeRun('a', 'running'));
    log.metric({ nodeId: 'a', name: 'loss', step: 1, value: 2 });
    log.metric({ nodeId: 'a', name: 'loss', step: 2, value: 1 });
    log.node(nodeRun('a', 'succeeded'));
    log.log('a', 'info', 'done');
    log.end('succeeded', 12);
    const events = await collect(log.stream());
    expect(events.map((event) => event.type)).toEqual(['run', 'node', 'metrics', 'log', 'run']);
    expect(events[1]).toMatchObject({ node: { status: 'succeeded' } });
    expect(events[2]).toMatchObject({ points: [{ value: 2 }, { value: 1 }] });
    expect(events.at(-1)).toEqual({ type: 'run', runId: 'r', status: 'succeeded', ms: 12 });
  });

  it('gives an early listener every node event, batched points, and no point twice', async () => {
    const log = new RunEventLog('r');
    const collected = collect(log.stream());
    await Promise.resolve();
    log.node(nodeRun('a', 'running'));
    for (let step = 0; step < 1000; step += 1) log.metric({ nodeId: 'a', name: 'loss', step, value: step });
    log.node(nodeRun('a', 'succeeded'));
    log.end('succeeded', 1);
    const events = await collected;
    expect(events.filter((event) => event.type === 'node')).toHaveLength(2);
    const metrics = events.filter((event) => event.type === 'metrics');
    expect(metrics.flatMap((event) => event.points)).toHaveLength(1000);
    expect(metrics.length).toBeLessThan(5);
  });

  it('thins progress but never loses its end', async () => {
    const log = new RunEventLog('r');
    const collected = collect(log.stream());
    await Promise.resolve();
    for (let step = 0; step <= 10_000; step += 1) log.progress('a', step / 10_000);
    log.end('succeeded', 1);
    const progress = (await collected).filter((event) => event.type === 'progress');
    expect(progress.at(-1)).toMatchObject({ fraction: 1 });
    expect(progress.length).toBeLessThan(1000);
  });

  it('stops for a listener that goes away', async () => {
    const log = new RunEventLog('r');
    const controller = new AbortController();
    const collected = collect(log.stream(controller.signal));
    await Promise.resolve();
    controller.abort();
    expect((await collected).map((event) => event.type)).toEqual(['run']);
  });
});

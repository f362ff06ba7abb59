import { expect, it } from 'vitest';
import { ProjectEvents } from './events.ts';

it('reach every listener although one of them throws, and never the one who tells them', async () => {
  const failed: unknown[] = [];
  const heard: string[] = [];
  const events = new ProjectEvents((error) => failed.push(error));
  events.listen(() => {
    throw new Error('deaf');
  });
  const leave = events.listen((event) => void heard.push(event.type));
  events.emit({ type: 'model-registered', name: 'churn', version: 1, runId: null });
  expect(heard).toEqual([]);
  await events.settled();
  leave();
  events.emit({ type: 'model-registered', name: 'churn', version: 2, runId: null });
  await events.settled();
  expect(heard).toEqual(['model-registered']);
  expect(failed).toHaveLength(2);
});

import type { RunDetail } from '#app/protocol/schema.ts';
import type { RunEventLog } from './event-log.ts';

/** The events of a run that is over, from what the store kept of it. */
export function replayRun(detail: RunDetail, log: RunEventLog): void {
  for (const node of detail.nodes) log.node(node);
  for (const { nodeId, name, steps, values } of detail.series) {
    values.forEach((value, index) => log.metric({ nodeId, name, step: steps[index] ?? index, value }));
  }
  log.end(detail.status === 'running' ? 'interrupted' : detail.status, detail.ms ?? 0);
}

import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Monitors, what they saw, and alarms. */
export function monitoringProcedures(os: Implementer, engine: Engine) {
  return {
    alarms: os.monitoring.alarms.handler(({ input }) => engine.alarms.list({ limit: input.limit, ...(input.states === undefined ? {} : { states: input.states }) })),
    acknowledge: os.monitoring.acknowledge.handler(({ input }) => engine.alarms.acknowledge(input.id, input.note)),
    clear: os.monitoring.clear.handler(({ input }) => engine.alarms.clear(input.id)),
    monitors: os.monitoring.monitors.handler(() => engine.alarms.monitors().map((one) => ({ ...one, batch: { ...one.batch, columns: one.batch.columns.map(({ overlay: _overlay, ...column }) => column) } }))),
    batches: os.monitoring.batches.handler(({ input }) => engine.alarms.batches(input.monitor, input.limit)),
  };
}

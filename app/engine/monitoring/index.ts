import type { EngineAreas } from '../areas.ts';
import { PortValueResolver, type RelationBuilding } from '../results/port-values.ts';
import type { NodeEnvironment } from '../run/node-runner.ts';
import { referenceServices } from './training-rows.ts';

export { Alarms, type AlarmsOptions, type OutsideAlarm } from './alarms.ts';

/** What monitoring nodes get of the engine. */
export function nodeMonitoring(engine: EngineAreas, building: RelationBuilding): Pick<NodeEnvironment, 'alarms' | 'references'> {
  return {
    alarms: ({ runId, nodeId, resolver }) => engine.alarms.servicesFor({ runId, nodeId, pipeline: resolver.analysis.document, titleOf: (id) => resolver.analysis.nodes.get(id)?.title ?? id }),
    references: (signal) => referenceServices({ store: engine.store, projectDir: engine.projectDir, analyse: (document, stop) => engine.analyse(document, stop), resolver: (analysis) => new PortValueResolver(analysis, engine.cache, building), signal }),
  };
}

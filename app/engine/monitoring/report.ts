import { PenstockError } from '#app/core/errors.ts';
import { emptyReport, type ReportDocument } from '#app/reports/document.ts';
import type { Engine } from '../engine.ts';

/** A page with what a monitor saw last, made of the aggregates that it kept. @throws PenstockError `unknown-monitor`. */
export function monitorReport(engine: Engine, name: string): ReportDocument {
  const monitors = engine.alarms.monitors();
  const found = monitors.find(({ monitor }) => monitor === name) ?? monitors.find(({ nodeTitle, nodeId }) => nodeTitle.toLowerCase() === name.toLowerCase() || nodeId === name);
  if (found === undefined) {
    throw new PenstockError('unknown-monitor', `There is no monitor “${name}” in this project.`, { remedy: monitors.length === 0 ? 'Put one of the monitor nodes on a canvas and run it.' : `There are ${monitors.slice(0, 10).map(({ monitor }) => monitor).join(', ')}.` });
  }
  const { pipelineId, pipelinePath, pipelineTitle, nodeId, nodeTitle, runId } = found;
  return {
    ...emptyReport(`monitor-${nodeId}`.slice(0, 64), `${nodeTitle}: ${pipelineTitle}`.slice(0, 200)),
    pinned: { [pipelineId]: runId },
    blocks: [
      { id: 'title', type: 'heading', place: { x: 0, y: 0, w: 12, h: 2 }, text: nodeTitle, level: 1 },
      { id: 'report', type: 'value', place: { x: 0, y: 2, w: 12, h: 20 }, source: { pipeline: pipelineId, path: pipelinePath ?? '', node: nodeId, port: 'report' } },
    ],
  };
}

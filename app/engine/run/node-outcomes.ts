import type { Diagnostic } from '#app/core/errors.ts';
import type { StoredPort } from '../results/result-cache.ts';
import type { NodeOutcome } from './node-runner.ts';

/** A node cannot run because something fused into its input fails. */
export class FaultUpstream extends Error {
  readonly nodeId: string;
  constructor(nodeId: string) {
    super('The fault is upstream.');
    this.nodeId = nodeId;
  }
}

/** Fused tables only: nothing was computed that would be lost. */
export function isDescription(ports: Readonly<Record<string, StoredPort>>): boolean {
  return Object.values(ports).every((port) => port.value === null);
}

/** A node with configure-time errors was asked to run. */
export class NotReady extends Error {
  readonly problems: readonly Diagnostic[];
  constructor(problems: readonly Diagnostic[]) {
    super('The node is not ready.');
    this.problems = problems;
  }
}

/** Numbers that results carry: of evaluations and of fitted models. */
export function metricsOf(outcome: NodeOutcome): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const value of Object.values(outcome.values)) {
    const numbers = value.kind === 'evaluation' ? value.evaluation.metrics : value.kind === 'model' ? value.metrics : {};
    for (const [name, number] of Object.entries(numbers)) if (Number.isFinite(number)) metrics[name] = number;
  }
  return metrics;
}

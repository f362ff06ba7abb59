import type { PortSpec } from '#app/sdk/ports.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { catalogue } from '../state/catalogue.ts';

/** Everything on the canvas is placed on this grid, in canvas units (px at 100 %). */
export const grid = 8;
export const nodeWidth = 208;
export const nodeHeight = 60;
/** Box of a port's shape; its outer edge is where a wire ends. */
export const portSize = 14;

export interface Ports {
  readonly inputs: readonly PortSpec[];
  readonly outputs: readonly PortSpec[];
}

/** Ports of a node: its type's; of an unknown type, those its edges name, so that nothing falls off the canvas. */
export function portsOf(document: PipelineDocument, nodeId: string, type: string): Ports {
  const definition = catalogue.get(type)?.definition;
  if (definition) return definition;
  const named = (names: readonly string[]): PortSpec[] => [...new Set(names)].map((name) => ({ name, title: name, kind: 'table' }));
  return {
    inputs: named(document.edges.filter((edge) => edge.to.node === nodeId).map((edge) => edge.to.port)),
    outputs: named(document.edges.filter((edge) => edge.from.node === nodeId).map((edge) => edge.from.port)),
  };
}

/** Middle of the port at `index` of `count`, from the node's top, in canvas units. */
export function portOffset(index: number, count: number): number {
  const step = Math.min(20, nodeHeight / (count + 1));
  return nodeHeight / 2 + (index - (count - 1) / 2) * step;
}

export const snap = (value: number): number => Math.round(value / grid) * grid;

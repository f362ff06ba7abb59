import type { Point } from '#app/pipeline/commands.ts';
import type { PortSpec } from '#app/sdk/ports.ts';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { typeOf } from '../state/catalogue.ts';

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

/** A card whose top left corner is there. */
export const cardAt = (at: Point): Box => ({ x: at.x, y: at.y, width: nodeWidth, height: nodeHeight });

/** Ports of a node: its type's; of an unknown type, those its edges name, so that nothing falls off the canvas. */
export function portsOf(document: PipelineDocument, node: PipelineNode): Ports {
  const nodeId = node.id;
  const definition = typeOf(node)?.definition;
  if (definition) return definition;
  const named = (names: readonly string[]): PortSpec[] => [...new Set(names)].map((name) => ({ name, title: name, kind: 'table' }));
  return {
    inputs: named(document.edges.filter((edge) => edge.to.node === nodeId).map((edge) => edge.to.port)),
    outputs: named(document.edges.filter((edge) => edge.from.node === nodeId).map((edge) => edge.from.port)),
  };
}

/** Middle of the port at `index` of `count`, from the node's top, in canvas units. */
export function portOffset(index: number, count: number, height = nodeHeight): number {
  const step = Math.min(20, height / (count + 1));
  return height / 2 + (index - (count - 1) / 2) * step;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest box around all of them; null around none. */
export function boundsOf(boxes: readonly Box[]): Box | null {
  if (boxes.length === 0) return null;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return { x, y, width: Math.max(...boxes.map((box) => box.x + box.width)) - x, height: Math.max(...boxes.map((box) => box.y + box.height)) - y };
}

/** Whether two boxes have a point in common that is on the edge of neither. */
export const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

export const holds = (outer: Box, inner: Box): boolean =>
  inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;

export const snap = (value: number): number => Math.round(value / grid) * grid;

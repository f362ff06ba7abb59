import type { Command, Point } from '../commands.ts';
import type { PipelineDocument, PipelineEdge, PipelineNode } from '../document.ts';
import { indexGraph } from '../graph.ts';
import type { Fix, LintNode, SourcePort } from './finding.ts';
import type { Trial } from './trials.ts';

/** Edits that mend a leak, as ordinary commands. Null: there is no edit that does it without changing something else. */

export const setParams = (node: LintNode, changed: Readonly<Record<string, unknown>>): Command => ({
  type: 'set-params',
  nodeId: node.id,
  // As the person left them, unless they were written for an older version.
  params: { ...(node.node.version === node.definition.version ? node.node.params : node.params), ...changed },
  version: node.definition.version,
});

/** The trainer learns from all its columns but these; null where none would be left. */
export function leaveOut(trial: Trial, columns: readonly string[]): Fix | null {
  // What its recipe names must still be there.
  const left = trial.given.filter((name) => !columns.includes(name));
  if (left.length === 0) return null;
  const what = columns.length === 1 ? `“${columns[0]}”` : `${columns.length} columns`;
  return { title: `leave ${what} out of the features`, command: setParams(trial.trainer, { features: left }) };
}

/** The command that makes an input read another output; null where the input cannot be told apart from others. */
export function reconnect(document: PipelineDocument, to: { readonly node: string; readonly port: string }, from: SourcePort): Command | null {
  const edges = (indexGraph(document).incoming.get(to.node) ?? []).filter((edge) => edge.to.port === to.port);
  const [edge, ...more] = edges;
  if (edge === undefined || more.length > 0) return null;
  return { type: 'connect', edge: { id: freeId(document, edge.id), from: { node: from.nodeId, port: from.port }, to: { ...to } }, replaces: edge.id };
}

/** An id that no node and no connection has, made from another so that one document always gets one answer. */
export function freeId(document: PipelineDocument, from: string, taken: readonly string[] = []): string {
  const known = new Set([...document.nodes, ...document.edges].map(({ id }) => id).concat(taken));
  const stem = from.slice(0, 56);
  for (let count = 1; ; count++) if (!known.has(`${stem}-${count}`)) return `${stem}-${count}`;
}

/** Several edits as one step of undo; null where one of them cannot be made. */
export function batch(commands: readonly (Command | null)[]): Command | null {
  const sure = commands.filter((command) => command !== null);
  return sure.length < commands.length ? null : { type: 'batch', commands: sure };
}

// The size of a card on the canvas and the least room around it, in canvas units.
const card = { width: 208, height: 60, gap: 24 };

/** A free place for a new node, at or below a wanted one. */
export function freePlace(document: PipelineDocument, wanted: Point): Point {
  let { y } = wanted;
  const taken = Object.values(document.layout);
  for (let tries = 0; tries < 200; tries++) {
    const hit = taken.find((other) => Math.abs(other.x - wanted.x) < card.width && Math.abs(other.y - y) < card.height + 8);
    if (hit === undefined) break;
    y = hit.y + card.height + card.gap;
  }
  return { x: wanted.x, y };
}

/** Adds a node with its connections, near another node's place where that has one. */
export function addNear(document: PipelineDocument, node: PipelineNode, edges: readonly PipelineEdge[], anchor: string, shift: Point): Command {
  const at = Object.hasOwn(document.layout, anchor) ? document.layout[anchor] : undefined;
  return { type: 'add', nodes: [node], edges, ...(at === undefined ? {} : { layout: { [node.id]: freePlace(document, { x: at.x + shift.x, y: at.y + shift.y }) } }) };
}

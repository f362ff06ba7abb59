import type { Endpoint, PipelineDocument } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { mayBeEmpty, type PortSpec } from '#app/sdk/ports.ts';
import { titleOf } from '../state/catalogue.ts';
import { portsOf } from './geometry.ts';
import { kindTitles } from './port-shape.tsx';
import { texts } from '../text/texts.ts';

/** Ports and connections in words, for screen readers and for lists to choose from. Pure functions of the document. */

const most = 6;

/** “Filter”, “Filter and Join”, “Filter, Join and 3 more”. */
export function listed(titles: readonly string[]): string {
  if (titles.length <= 1) return titles[0] ?? '';
  if (titles.length > most) return texts.outline.andMore(titles.slice(0, most - 1).join(', '), titles.length - most + 1);
  return texts.outline.and(titles.slice(0, -1).join(', '), titles.at(-1) ?? '');
}

export const titleIn = (document: PipelineDocument, nodeId: string): string => {
  const node = indexGraph(document).nodes.get(nodeId);
  return node ? titleOf(node) : nodeId;
};

function portTitle(document: PipelineDocument, end: Endpoint, side: 'inputs' | 'outputs'): string {
  const node = indexGraph(document).nodes.get(end.node);
  return (node && portsOf(document, node)[side].find(({ name }) => name === end.port)?.title) ?? end.port;
}

/** “Output Table of Orders, connected to Filter and Join”. */
export function portWords(document: PipelineDocument, nodeId: string, port: PortSpec, side: 'in' | 'out'): string {
  const { incoming, outgoing } = indexGraph(document);
  const ends = side === 'in' ? (incoming.get(nodeId) ?? []).filter((edge) => edge.to.port === port.name).map((edge) => edge.from.node) : (outgoing.get(nodeId) ?? []).filter((edge) => edge.from.port === port.name).map((edge) => edge.to.node);
  const others = listed([...new Set(ends)].map((id) => titleIn(document, id)));
  const kind = texts.canvas.aKind[port.kind];
  const named = texts.outline.port(side, port.title, titleIn(document, nodeId));
  const name = kindTitles[port.kind] === port.title ? named : `${named}, ${kind}`;
  if (others !== '') return texts.outline.connectedTo(name, others);
  return side === 'in' && mayBeEmpty(port) ? texts.outline.optionalNotConnected(name) : texts.outline.notConnected(name);
}

/** “Orders, Table, to Filter, Table”; a port's name is left out where the node has only one on that side. */
export function edgeWords(document: PipelineDocument, edge: { readonly from: Endpoint; readonly to: Endpoint }): string {
  const { nodes } = indexGraph(document);
  const end = (at: Endpoint, side: 'inputs' | 'outputs'): string => {
    const node = nodes.get(at.node);
    const alone = node !== undefined && portsOf(document, node)[side].length < 2;
    return alone ? titleIn(document, at.node) : `${titleIn(document, at.node)}, ${portTitle(document, at, side)},`;
  };
  return texts.outline.fromTo(end(edge.from, 'outputs'), end(edge.to, 'inputs').replace(/,$/, ''));
}

import type { PortKind } from '#app/sdk/ports.ts';
import { canConnect } from '../../connect.ts';
import type { PipelineEdge, PipelineNode } from '../../document.ts';
import { topologicalOrder } from '../../graph.ts';
import { freeId } from '../../lint/fixes.ts';
import { typeOfNode } from '../../subflow/node-type.ts';
import type { RepairPlace } from '../place.ts';
import type { Repair, RepairChoice, RepairInput, RepairRule } from '../types.ts';

const removal = (edges: readonly PipelineEdge[], title: string): Repair[] => (edges.length === 0 ? [] : [{ kind: 'edit', title, command: { type: 'remove', edges: edges.map(({ id }) => id) } }]);
const deletion = (edges: readonly PipelineEdge[]): Repair[] => removal(edges, edges.length === 1 ? 'Delete the connection' : `Delete ${edges.length} connections`);

/** Connections with an end that is not there; they have no place when both are gone. */
export function danglingEdges({ document }: RepairInput, message: string): Repair[] {
  const ids = new Set(document.nodes.map(({ id }) => id));
  return deletion(document.edges.filter(({ id, from, to }) => message.includes(`“${id}”`) && (!ids.has(from.node) || !ids.has(to.node))));
}

export const circle: RepairRule = (at) => {
  const { document } = at.input;
  const { cycle } = topologicalOrder(document);
  if (cycle === null) return [];
  const next = new Map(cycle.map((id, index) => [id, cycle[(index + 1) % cycle.length]]));
  const name = (id: string): string => {
    const node = at.nodeById(id);
    return node === undefined ? id : at.titleOf(node);
  };
  const choices = document.edges.filter(({ from, to }) => next.get(from.node) === to.node).map((edge): RepairChoice => ({ label: `${name(edge.from.node)} → ${name(edge.to.node)}`, command: { type: 'remove', edges: [edge.id] } }));
  return choices.length === 0 ? [] : [{ kind: 'choose', title: 'Delete a connection of the circle', choices }];
};

/** Connections to or from ports that are not there. */
export const unknownPort: RepairRule = (at) =>
  deletion(
    at.edges().filter((edge) => {
      if (!at.type.definition.inputs.some(({ name }) => name === edge.to.port)) return true;
      const source = at.nodeById(edge.from.node);
      const type = source === undefined ? undefined : typeOfNode(at.input.catalogue, source);
      return type !== undefined && !type.definition.outputs.some(({ name }) => name === edge.from.port);
    }),
  );

export const kindMismatch: RepairRule = (at, { place }) => {
  const kind = at.type.definition.inputs.find(({ name }) => name === place?.port)?.kind;
  return deletion(at.edges(place?.port).filter(({ from }) => {
    const source = at.nodeById(from.node);
    const found = source === undefined ? undefined : at.outputsOf(source).find(({ name }) => name === from.port)?.kind;
    return found !== undefined && found !== kind;
  }));
};

export const inputTaken: RepairRule = (at, { place }) => {
  const [first, ...more] = at.edges(place?.port);
  const source = first === undefined ? undefined : at.nodeById(first.from.node);
  return source === undefined || more.length === 0 ? [] : removal(more, `Keep only the connection from “${at.titleOf(source)}”`);
};

/** Outputs with what was left over: seldom meant. */
const leftOver = new Set(['rejects', 'removed', 'rest']);
const most = 12;

export const inputMissing: RepairRule = (at, { place }) => {
  const spec = at.type.definition.inputs.find(({ name }) => name === place?.port);
  if (spec === undefined) return [];
  const open = candidates(at, spec.name, spec.kind);
  const unused = open.filter(({ used }) => !used);
  const sure = unused.length === 1 ? unused[0] : open.length === 1 ? open[0] : undefined;
  const connections: Repair[] =
    sure !== undefined
      ? [{ kind: 'edit', title: `Connect to ${sure.label}`, command: sure.command }]
      : open.length > 1
        ? [{ kind: 'choose', title: `Connect to ${word(spec.kind)}`, choices: [...unused, ...open.filter(({ used }) => used)].slice(0, most).map(({ label, command }) => ({ label, command })) }]
        : [];
  const additions = open.length > 0 && spec.kind !== 'recipe' ? [] : makers(at, spec.name, spec.kind);
  return [...connections, ...additions];
};

const word = (kind: PortKind): string => (kind === 'evaluation' ? 'an evaluation' : `a ${kind}`);

function candidates(at: RepairPlace, port: string, kind: PortKind): { label: string; used: boolean; command: RepairChoice['command'] }[] {
  const { document, catalogue } = at.input;
  const present = new Set(at.edges().map(({ from }) => `${from.node}\0${from.port}`));
  return document.nodes.flatMap((node) => {
    const outputs = at.outputsOf(node).filter((output) => output.kind === kind && !leftOver.has(output.name));
    return outputs.flatMap((output) => {
      const from = { node: node.id, port: output.name };
      if (present.has(`${node.id}\0${output.name}`) || !canConnect(document, catalogue, from, { node: at.node.id, port }).ok) return [];
      const used = at.leaving(node.id).some((edge) => edge.from.port === output.name);
      const command = { type: 'connect' as const, edge: { id: freeId(document, `${node.id}-${at.node.id}`), from, to: { node: at.node.id, port } } };
      return [{ label: outputs.length > 1 ? `“${at.titleOf(node)}” (${output.title})` : `“${at.titleOf(node)}”`, used, command }];
    });
  });
}

/** Node types that give what is missing and need nothing themselves. */
function makers(at: RepairPlace, port: string, kind: PortKind): Repair[] {
  const { document, catalogue } = at.input;
  if (kind !== 'recipe' && kind !== 'learner' && kind !== 'table') return [];
  const types = [...catalogue.values()].filter(({ definition }) => definition.outputs.some((output) => output.kind === kind) && definition.inputs.every(({ arity }) => arity === 'optional' || arity === 'any') && (kind !== 'table' || definition.inputs.length === 0));
  const choices = types.flatMap(({ definition }): RepairChoice[] => {
    const output = definition.outputs.find((one) => one.kind === kind);
    if (output === undefined) return [];
    const id = freeId(document, `${at.node.id}-${kind}`);
    const edge = { id: freeId(document, `${id}-edge`, [id]), from: { node: id, port: output.name }, to: { node: at.node.id, port } };
    const place = Object.hasOwn(document.layout, at.node.id) ? document.layout[at.node.id] : undefined;
    const node: PipelineNode = { id, type: definition.type, version: definition.version, params: {} };
    return [{ label: definition.title, command: { type: 'add', nodes: [node], edges: [edge], ...(place === undefined ? {} : { layout: { [id]: { x: place.x - 272, y: place.y + (kind === 'table' ? 0 : 112) } } }) } }];
  });
  const [only, ...others] = choices;
  if (only === undefined) return [];
  return others.length === 0 ? [{ kind: 'edit', title: `Insert ${only.label} before “${at.title}”`, command: only.command }] : [{ kind: 'choose', title: `Add ${word(kind)} before “${at.title}”`, choices }];
}

export const bypassedEmpty: RepairRule = (at) => [{ kind: 'edit', title: `Switch “${at.title}” on again`, command: { type: 'set-bypassed', nodeId: at.node.id, bypassed: null } }];

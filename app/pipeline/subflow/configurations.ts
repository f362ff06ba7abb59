import type { PortMeta } from '#app/sdk/ports.ts';
import { unknownMeta } from '../configure-inputs.ts';
import type { Endpoint } from '../document.ts';
import type { NodeConfiguration } from '../types.ts';
import type { Expanded } from './expand.ts';
import { boundaryKind, boundaryPort, describeSubflow, isBoundary, outputType } from './node-type.ts';

/** What subflows and their ports inside give, from the configurations of the flat document's nodes. */
export function subflowConfigurations({ subflows, diagnostics }: Expanded, configured: Readonly<Record<string, NodeConfiguration>>): Record<string, NodeConfiguration> {
  const made: Record<string, NodeConfiguration> = {};
  const metaOf = (end: Endpoint | null | undefined): PortMeta | undefined => (end && Object.hasOwn(configured, end.node) ? configured[end.node]?.outputs[end.port] : undefined);
  for (const { id, node, prefixes, outputs, inside } of subflows.values()) {
    const ports = node.content.nodes.filter(({ type }) => type === outputType);
    made[id] = {
      nodeId: id,
      outputs: Object.fromEntries(ports.map((port) => [port.id, metaOf(outputs[port.id]?.[0]) ?? unknownMeta({ kind: boundaryKind(port) })])),
      diagnostics: diagnostics.filter(({ place }) => place?.nodeId === id),
      describe: node.bypassed === true ? 'Bypassed' : describeSubflow(node),
      facts: null,
    };
    for (const port of node.content.nodes.filter(isBoundary)) {
      for (const [index, prefix] of prefixes.entries()) {
        const meta = metaOf(inside[port.id]?.[index]) ?? unknownMeta({ kind: boundaryKind(port) });
        made[`${prefix}${port.id}`] = { nodeId: `${prefix}${port.id}`, outputs: port.type === outputType ? {} : { [boundaryPort]: meta }, diagnostics: [], describe: port.type === outputType ? 'Goes outside' : 'Comes from outside', facts: null };
      }
    }
  }
  return made;
}

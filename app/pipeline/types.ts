import type { Diagnostic } from '#app/core/errors.ts';
import type { Facts, NodeDefinition, RelationFn } from '#app/sdk/node.ts';
import type { PortMeta } from '#app/sdk/ports.ts';

/** A node type as the configure pass and the palette see it (no executor). */
export interface NodeType {
  readonly definition: NodeDefinition;
  readonly relation?: RelationFn<unknown>;
  readonly icon: string; // svg text
  readonly help: string; // markdown
}

export type NodeCatalogue = ReadonlyMap<string, NodeType>;

/** What the configure pass says of one node. */
export interface NodeConfiguration {
  readonly nodeId: string;
  /** Meta by output port. */
  readonly outputs: Readonly<Record<string, PortMeta>>;
  readonly diagnostics: readonly Diagnostic[];
  /** One line on the card. */
  readonly describe: string;
  readonly facts: Facts | null;
}

export interface PipelineConfiguration {
  readonly nodes: Readonly<Record<string, NodeConfiguration>>;
  /** Diagnostics of the whole document (cycle, dangling edge) and of every node, in document order. */
  readonly diagnostics: readonly Diagnostic[];
}

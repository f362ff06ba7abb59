import type { Diagnostic } from '#app/core/errors.ts';
import type { PortMeta } from '#app/sdk/ports.ts';
import type { NodeDefinition } from '#app/sdk/node.ts';
import type { Relation } from '#app/relation/types.ts';
import type { Command } from '../commands.ts';
import type { PipelineDocument, PipelineNode } from '../document.ts';
import type { NodeCatalogue } from '../types.ts';

/** What one click does about a finding: an ordinary edit of the document that was looked at. */
export interface Fix {
  /** As on the button, after “Fix: ”; a short imperative. */
  readonly title: string;
  readonly command: Command;
}

/** A leak: test rows, the target or the future get into what a model learns from. Always a warning, at the node to change. */
export interface Finding extends Diagnostic {
  readonly fix?: Fix;
}

/** Where a node's input comes from, bypassed nodes looked through. */
export interface SourcePort {
  readonly nodeId: string;
  readonly port: string;
}

/** A configured node as the linter sees it. */
export interface LintNode {
  readonly id: string;
  readonly node: PipelineNode;
  readonly definition: NodeDefinition;
  readonly title: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** By input port, edges in order. */
  readonly inputs: Readonly<Record<string, readonly SourcePort[]>>;
  readonly outputs: Readonly<Record<string, PortMeta>>;
  /** What a relational node describes over placeholders of its inputs; null for nodes that run code, or cannot be described yet. */
  readonly relations: Readonly<Record<string, Relation>> | null;
}

/** What a finished run tells of the rows that a node parts. */
export interface SplitFacts {
  /** Rows that come in. */
  readonly rows: number;
  /** By column that may say whose row it is: how many different values, missing ones left out. */
  readonly distinct: Readonly<Record<string, number>>;
  /** Columns that were compared to find equal rows: all but identifiers. Null: there are too few to tell rows apart by. */
  readonly compared: readonly string[] | null;
  /** How many different rows the values of the compared columns could make, about: where that is few, equal rows are no wonder. */
  readonly combinations: number;
  /** Of what cross-validates: all rows. */
  readonly testRows: number;
  /** Rows of the test part that are equal to a training row in the compared columns; of what cross-validates, to another row. */
  readonly twins: number;
}

export interface LintInput {
  readonly document: PipelineDocument;
  readonly catalogue: NodeCatalogue;
  /** Upstream first; without bypassed nodes and nodes of unknown type. */
  readonly nodes: readonly LintNode[];
  /** By node that parts rows; absent before a run. */
  readonly facts: ReadonlyMap<string, SplitFacts>;
}

export const leak = (code: string, message: string, remedy: string, place: NonNullable<Diagnostic['place']>, fix?: Fix | null): Finding => ({
  severity: 'warning',
  code,
  message,
  remedy,
  place,
  ...(fix == null ? {} : { fix }),
});

/** “a”, “b” and 3 more. */
export function quoted(names: readonly string[], most = 3): string {
  const shown = names.slice(0, names.length <= most + 1 ? names.length : most).map((name) => `“${name}”`);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

import type { Command } from '../commands.ts';
import { documentVersion, type PipelineDocument, type PipelineNode, type SubflowContent } from '../document.ts';
import { nodeTitle } from '../graph.ts';
import { copyPrefix } from './ids.ts';
import { isSubflow } from './node-type.ts';

/** One step from a level of the document into a subflow of it. */
export interface LevelStep {
  readonly nodeId: string;
  /** Which run of a repeated subflow is looked at, from 0. */
  readonly run: number;
}

/** What a subflow holds as a document: the same commands, the same canvas. */
export function contentDocument(node: PipelineNode & { content: SubflowContent }, id: string = node.id): PipelineDocument {
  const { nodes, edges, notes, groups, layout } = node.content;
  return { format: 'penstock-pipeline', version: documentVersion, id, title: nodeTitle(node, node.component?.title ?? 'Subflow'), nodes, edges, notes, groups, layout };
}

/** Back into the subflow; what it shows outside stays, also of nodes that are gone. */
export function contentOf({ nodes, edges, notes, groups, layout }: PipelineDocument, before: SubflowContent): SubflowContent {
  return { ...before, nodes, edges, notes, groups, layout };
}

const levels = new WeakMap<PipelineNode, PipelineDocument>();

/**
 * The level that a path leads to, as a document whose id says where it is; null where a step leads nowhere (the subflow was deleted).
 * The same node gives the same object.
 */
export function levelDocument(document: PipelineDocument, path: readonly LevelStep[]): PipelineDocument | null {
  let level = document;
  for (const { nodeId } of path) {
    const node = level.nodes.find((one) => one.id === nodeId);
    if (node === undefined || !isSubflow(node)) return null;
    const id = `${level.id}/${nodeId}`;
    const known = levels.get(node);
    level = known?.id === id ? known : contentDocument(node, id);
    levels.set(node, level);
  }
  return level;
}

/** An edit of the level as an edit of the document. */
export function commandAt(path: readonly LevelStep[], command: Command): Command {
  return path.reduceRight<Command>((inner, { nodeId }) => ({ type: 'within', nodeId, command: inner }), command);
}

/** What ids of the level begin with in the flat document. */
export function levelPrefix(document: PipelineDocument, path: readonly LevelStep[]): string {
  let level: PipelineDocument | null = document;
  let prefix = '';
  for (const step of path) {
    const node: PipelineNode | undefined = level?.nodes.find((one) => one.id === step.nodeId);
    prefix = copyPrefix(`${prefix}${step.nodeId}`, node?.repeat === undefined ? null : step.run);
    level = level === null ? null : levelDocument(level, [step]);
  }
  return prefix;
}

/** The level that a flat id lies in, and its id there; the id itself where it is of the document's own level. */
export function locate(document: PipelineDocument, flat: string): { readonly path: readonly LevelStep[]; readonly nodeId: string } {
  const path: LevelStep[] = [];
  let level: PipelineDocument = document;
  let rest = flat;
  for (;;) {
    const found: { readonly node: PipelineNode; readonly run: number; readonly length: number } | undefined = level.nodes.flatMap((node) => {
      if (!isSubflow(node) || !rest.startsWith(node.id)) return [];
      const match = /^(?:\[(\d+)\])?\//.exec(rest.slice(node.id.length));
      return match === null ? [] : [{ node, run: Number(match[1] ?? 0), length: node.id.length + match[0].length }];
    })[0];
    if (found === undefined || level.nodes.some(({ id }) => id === rest)) break;
    const step = { nodeId: found.node.id, run: found.run };
    const inside = levelDocument(level, [step]);
    if (inside === null) break;
    // What gathers and picks rows stands for the subflow itself.
    if (/^[=?]/.test(rest.slice(found.length))) return { path, nodeId: found.node.id };
    path.push(step);
    rest = rest.slice(found.length);
    level = inside;
  }
  return { path, nodeId: rest };
}

import type { Command } from '../commands.ts';
import type { PipelineDocument } from '../document.ts';
import { commandAt, levelPrefix, locate, type LevelStep } from './level.ts';

/** Members that hold what people wrote, not ids. */
const opaque = new Set(['params', 'content', 'title', 'text', 'comment', 'description', 'port', 'type']);

/**
 * An edit of the flat document (app/pipeline/subflow/expand.ts) as the same edit of the document as it is drawn: of the level that its
 * nodes lie in. Null where they lie in several levels, or are made by a repeat.
 */
export function drawnCommand(drawn: PipelineDocument, flat: PipelineDocument, command: Command): Command | null {
  const ids = new Set([...flat.nodes, ...flat.edges].map(({ id }) => id));
  const named = new Set<string>();
  each(command, (text) => {
    if (ids.has(text)) named.add(text);
  });
  let path: readonly LevelStep[] | null = null;
  let prefix = '';
  for (const id of named) {
    const place = placeOf(drawn, flat, id);
    if (place === null) return null;
    const here = levelPrefix(drawn, place);
    if (path !== null && here !== prefix) return null;
    path = place;
    prefix = here;
  }
  if (path === null || path.length === 0) return command;
  return commandAt(path, stripped(command, prefix) as Command);
}

/** The level of a node or connection; null for what stands in no level as it is drawn. */
function placeOf(drawn: PipelineDocument, flat: PipelineDocument, id: string): readonly LevelStep[] | null {
  const edge = flat.edges.find((one) => one.id === id);
  if (edge !== undefined && flat.nodes.every((node) => node.id !== id)) {
    const place = locate(drawn, edge.to.node);
    const prefix = levelPrefix(drawn, place.path);
    return edge.id.startsWith(prefix) && !edge.id.includes('#') ? place.path : null;
  }
  const { path, nodeId } = locate(drawn, id);
  return `${levelPrefix(drawn, path)}${nodeId}` === id ? path : null;
}

function each(value: unknown, visit: (text: string) => void): void {
  if (typeof value === 'string') visit(value);
  else if (Array.isArray(value)) for (const item of value) each(item, visit);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      visit(key);
      if (!opaque.has(key)) each(item, visit);
    }
  }
}

function stripped(value: unknown, prefix: string): unknown {
  const strip = (text: string): string => (text.startsWith(prefix) ? text.slice(prefix.length) : text);
  if (typeof value === 'string') return strip(value);
  if (Array.isArray(value)) return value.map((item: unknown) => stripped(item, prefix));
  if (typeof value !== 'object' || value === null) return value;
  // Nodes of a level have no titles of the subflows around them.
  return Object.fromEntries(Object.entries(value).map(([key, item]: [string, unknown]) => [strip(key), opaque.has(key) ? item : stripped(item, prefix)]));
}

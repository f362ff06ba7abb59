import { canonicalJson } from '#app/core/hash.ts';
import { formatCount } from '#app/core/units.ts';
import type { Change } from './diff.ts';
import type { PipelineEdge, PipelineNode } from './document.ts';
import { nodeTitle } from './graph.ts';
import { paramTitle } from './param-errors.ts';
import { isSubflow } from './subflow/node-type.ts';
import type { NodeCatalogue } from './types.ts';

/** What things are called in sentences about changes. */
export interface Names {
  node(node: PipelineNode): string;
  param(type: string, path: readonly (string | number)[]): string;
}

export function catalogueNames(catalogue: Pick<NodeCatalogue, 'get'>): Names {
  return {
    node: (node) => nodeTitle(node, isSubflow(node) ? (node.component?.title ?? 'Subflow') : catalogue.get(node.type)?.definition.title),
    param: (type, path) => {
      const schema = catalogue.get(type)?.definition.params;
      const at = path.filter((part) => typeof part === 'number').map((index) => ` ${index + 1}`);
      return `${schema === undefined ? path.join('.') : paramTitle(schema, path)}${at.join('')}`;
    },
  };
}

const longest = 60;

/** A param's value as people read it, at most sixty characters. */
export function valueText(value: unknown): string {
  const text =
    value === undefined
      ? 'its default'
      : value === null || value === ''
        ? 'nothing'
        : typeof value === 'string'
          ? `“${value.replaceAll(/\s+/g, ' ')}”`
          : typeof value === 'boolean'
            ? value
              ? 'on'
              : 'off'
            : Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number')
              ? value.length === 0
                ? 'nothing'
                : value.join(', ')
              : typeof value === 'number'
                ? String(value)
                : canonicalJson(value);
  return text.length <= longest ? text : `${text.slice(0, longest - 2)}…${text.startsWith('“') ? '”' : ''}`;
}

const quoted = (text: string): string => `“${text.length <= longest ? text : `${text.slice(0, longest - 1)}…`}”`;

function ends(change: Extract<Change, { readonly edge: PipelineEdge }>, names: Names): string {
  const { edge, from, to } = change;
  const source = from === undefined ? edge.from.node : names.node(from);
  const target = to === undefined ? edge.to.node : names.node(to);
  const port = edge.to.port === edge.from.port ? '' : ` (${edge.from.port} to ${edge.to.port})`;
  return `${source} → ${target}${port}`;
}

const noteStart = (text: string): string => (text.trim() === '' ? 'an empty note' : `the note ${quoted(text.trim().split('\n')[0] ?? '')}`);

/** One change as a sentence without its full stop: “Changed “Trees” of Random Forest from 100 to 200”. */
export function changeSentence(change: Change, names: Names): string {
  switch (change.kind) {
    case 'node-added':
      return `Added ${names.node(change.node)}`;
    case 'node-removed':
      return `Deleted ${names.node(change.node)}`;
    case 'node-replaced':
      return `Replaced ${names.node(change.before)} by ${names.node(change.node)}`;
    case 'node-version':
      return `Brought ${names.node(change.node)} from version ${change.before} to version ${change.after} of its type`;
    case 'param':
      return `Changed ${quoted(names.param(change.node.type, change.path))} of ${names.node(change.node)} from ${valueText(change.before)} to ${valueText(change.after)}`;
    case 'node-title':
      return `Renamed ${names.node({ ...change.node, title: change.before })} to ${quoted(names.node(change.node))}`;
    case 'node-comment':
      return change.after === undefined || change.after === '' ? `Took the comment off ${names.node(change.node)}` : `Changed the comment of ${names.node(change.node)}`;
    case 'node-pinned':
      return Array.isArray(change.after) && change.after.length > 0 ? `Pinned the result of ${names.node(change.node)}` : `Unpinned the result of ${names.node(change.node)}`;
    case 'node-limits':
      return `Changed the limits of ${names.node(change.node)}`;
    case 'node-field':
      return `Changed ${quoted(change.field ?? 'a field')} of ${names.node(change.node)}`;
    case 'node-bypassed':
      return change.after ? `Bypassed ${names.node(change.node)}` : `Stopped bypassing ${names.node(change.node)}`;
    case 'node-moved':
      return `Moved ${names.node(change.node)}`;
    case 'edge-added':
      return `Connected ${ends(change, names)}`;
    case 'edge-removed':
      return `Disconnected ${ends(change, names)}`;
    case 'note-added':
      return `Added ${noteStart(change.note.text)}`;
    case 'note-removed':
      return `Deleted ${noteStart(change.note.text)}`;
    case 'note-changed':
      return `Changed ${noteStart(change.note.text)}`;
    case 'note-moved':
      return `Moved ${noteStart(change.note.text)}`;
    case 'group-added':
      return `Grouped ${change.group.nodes.length} nodes as ${quoted(change.group.title)}`;
    case 'group-removed':
      return `Took apart the group ${quoted(change.group.title)}`;
    case 'group-changed':
      return `Changed the group ${quoted(change.group.title)}`;
    case 'pipeline-title':
      return `Renamed the pipeline from ${quoted(String(change.before))} to ${quoted(String(change.after))}`;
    case 'pipeline-description':
      return 'Changed the description of the pipeline';
    case 'pipeline-field':
      return `Changed ${quoted(change.field ?? 'a field')} of the pipeline`;
  }
}

/** Every change as a sentence; moves, which come in heaps, as one. */
export function changeSentences(changes: readonly Change[], names: Names): string[] {
  const moved = changes.filter((change) => change.kind === 'node-moved');
  const rest = changes.filter((change) => change.kind !== 'node-moved').map((change) => changeSentence(change, names));
  const [first] = moved;
  if (first === undefined) return rest;
  return [...rest, moved.length === 1 ? changeSentence(first, names) : `Moved ${formatCount(moved.length)} nodes`];
}

import type { TraceGraphData, TraceKind } from '#app/protocol/sections/trace.ts';

const shapes: Readonly<Record<TraceKind, string>> = { dataset: 'cylinder', version: 'note', column: 'plain', run: 'box', step: 'box', metric: 'oval', model: 'hexagon', bundle: 'folder', server: 'component', request: 'plain' };
const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`).replaceAll('\n', String.raw`\n`)}"`;

/** The graph in Graphviz' language, left to right. */
export function graphDot({ focus, nodes, edges }: TraceGraphData): string {
  const lines = nodes.map(({ id, kind, title, subtitle }) => `  ${quoted(id)} [shape=${shapes[kind]}, label=${quoted(`${kind}: ${title}${subtitle === '' ? '' : `\n${subtitle}`}`)}${id === focus ? ', penwidth=2' : ''}];`);
  return ['digraph lineage {', '  rankdir=LR;', '  node [fontname="sans-serif"];', ...lines, ...edges.map(({ from, to, kind }) => `  ${quoted(from)} -> ${quoted(to)} [label=${quoted(kind)}];`), '}', ''].join('\n');
}

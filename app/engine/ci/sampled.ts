import type { PipelineDocument, PipelineEdge, PipelineNode } from '#app/pipeline/document.ts';
import type { EngineCatalogue } from '../catalogue.ts';

/**
 * A document whose sources give a sample: behind each table output of a node without inputs stands a Sample node, which takes so many rows at
 * random, the same ones on both sides of a comparison. `rows` 0: the document as it is.
 */
export function sampledDocument(document: PipelineDocument, catalogue: EngineCatalogue, rows: number, seed: number): PipelineDocument {
  if (rows === 0) return document;
  const sampleType = catalogue.get('transform/sample');
  if (sampleType === undefined) return document;
  const added = new Map<string, PipelineNode>();
  const links: PipelineEdge[] = [];
  const edges = document.edges.map((edge) => {
    const source = document.nodes.find(({ id }) => id === edge.from.node);
    const definition = source === undefined ? undefined : catalogue.get(source.type)?.definition;
    if (source === undefined || definition === undefined || definition.inputs.length > 0 || definition.outputs.find(({ name }) => name === edge.from.port)?.kind !== 'table') return edge;
    const id = `ci-sample-${edge.from.node}-${edge.from.port}`;
    if (!added.has(id)) {
      added.set(id, { id, type: 'transform/sample', version: sampleType.definition.version, params: { method: 'rows', count: rows, seed } });
      links.push({ id: `${id}-in`, from: edge.from, to: { node: id, port: 'table' } });
    }
    return { ...edge, from: { node: id, port: 'table' } };
  });
  return { ...document, nodes: [...document.nodes, ...added.values()], edges: [...edges, ...links] };
}

/** Nodes that a check runs: those that act outside the pipeline (writers, everything of Deploy, monitors that raise alarms) are left out. */
export function checkedNodes(document: PipelineDocument, catalogue: EngineCatalogue): string[] {
  const acts = ({ type }: PipelineNode): boolean => type.startsWith('deploy/') || /^data\/.*-writer$/.test(type) || catalogue.get(type)?.executor?.effect === true;
  const left = new Set(document.nodes.filter(acts).map(({ id }) => id));
  // What hangs behind such a node cannot run without it.
  for (let grew = true; grew; ) {
    grew = false;
    for (const { from, to } of document.edges) {
      if (!left.has(from.node) || left.has(to.node)) continue;
      left.add(to.node);
      grew = true;
    }
  }
  return document.nodes.filter(({ id }) => !left.has(id)).map(({ id }) => id);
}

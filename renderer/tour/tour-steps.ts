import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import type { RunStatus } from '#app/protocol/schema.ts';

export const tourStepIds = ['data', 'look', 'split', 'share', 'learn', 'predict', 'connect', 'judge', 'run', 'read', 'deploy'] as const;
export type TourStepId = (typeof tourStepIds)[number];

/** What the page shows, as far as a step of the tour may wait for it. */
export interface TourFacts {
  readonly document: PipelineDocument | null;
  /** The selected node. */
  readonly selected: string | null;
  /** The details of a column are open. */
  readonly columnShown: boolean;
  readonly runStatus: RunStatus | 'starting' | null;
  /** Status of each node in the latest runs. */
  readonly ran: Readonly<Record<string, string>>;
}

interface Found {
  readonly source: PipelineNode | undefined;
  readonly split: PipelineNode | undefined;
  readonly fit: PipelineNode | undefined;
  readonly predict: PipelineNode | undefined;
  readonly judge: PipelineNode | undefined;
  readonly deploy: PipelineNode | undefined;
}

/** The nodes that the tour speaks of, by what they are connected to: whatever way a person made them. */
export function tourNodes(document: PipelineDocument | null): Found {
  const nodes = document?.nodes ?? [];
  const edges = document?.edges ?? [];
  const into = (node: PipelineNode, port: string, from: PipelineNode | undefined) => from !== undefined && edges.some((edge) => edge.to.node === node.id && edge.to.port === port && edge.from.node === from.id);
  const source = nodes.find(({ type, id }) => type.startsWith('data/') && !type.endsWith('-writer') && !edges.some(({ to }) => to.node === id));
  const split = nodes.find((node) => node.type === 'transform/partition' && edges.some(({ to }) => to.node === node.id));
  const fit = nodes.find((node) => node.type.startsWith('train/') && into(node, 'table', split));
  const predict = nodes.find((node) => node.type === 'evaluate/predict' && into(node, 'model', fit));
  const judge = nodes.find((node) => node.type.startsWith('evaluate/') && node !== predict && into(node, 'table', predict));
  const deploy = nodes.find((node) => node.type.startsWith('deploy/') && into(node, 'model', fit));
  return { source, split, fit, predict, judge, deploy };
}

const done = new Set(['succeeded', 'cached']);

/** Whether a person has done what a step asks for. */
export function isDone(step: TourStepId, facts: TourFacts): boolean {
  const { document } = facts;
  const { source, split, fit, predict, judge, deploy } = tourNodes(document);
  const ran = (node: PipelineNode | undefined) => node !== undefined && done.has(facts.ran[node.id] ?? '');
  switch (step) {
    case 'data':
      return source !== undefined;
    case 'look':
      return facts.columnShown;
    case 'split':
      return split !== undefined;
    case 'share':
      return split !== undefined && ((split.params['fraction'] ?? 0.8) !== 0.8 || (split.params['method'] ?? 'random') !== 'random');
    case 'learn':
      return fit !== undefined;
    case 'predict':
      return predict !== undefined;
    case 'connect':
      return predict !== undefined && (document?.edges.some(({ to }) => to.node === predict.id && to.port === 'table') ?? false);
    case 'judge':
      return judge !== undefined;
    case 'run':
      return facts.runStatus === 'succeeded' && ran(judge);
    case 'read':
      // Only the person knows when it was read.
      return false;
    case 'deploy':
      return ran(deploy);
  }
}

/** Where the step happens, as CSS selectors, the best first. */
export function targetsOf(step: TourStepId, document: PipelineDocument | null, selected: string | null): string[] {
  const { source, split, fit, predict, judge, deploy } = tourNodes(document);
  const card = (node: PipelineNode | undefined): string[] => (node === undefined ? [] : [`[data-testid="node-card"][data-node-id="${node.id}"]`]);
  const port = (node: PipelineNode | undefined, name: string): string[] => (node === undefined ? [] : [`[data-node-id="${node.id}"] [data-testid="port-out-${name}"]`, ...card(node)]);
  switch (step) {
    case 'data':
      return ['[data-testid="sample-dataset"]', '[data-testid="catalogue-item-data/sample-datasets"]'];
    case 'look':
      return selected !== null && selected === source?.id ? ['[data-testid="column-header-species"]', '[data-testid^="column-header-"]', '[data-testid="results-dock"]'] : card(source);
    case 'split':
      return port(source, 'table');
    case 'share':
      return selected !== null && selected === split?.id ? ['[data-testid="param-fraction"]'] : card(split);
    case 'learn':
      return port(split, 'train');
    case 'predict':
      return port(fit, 'model');
    case 'connect':
      return port(split, 'test');
    case 'judge':
      return port(predict, 'table');
    case 'run':
      return ['[data-testid="run-all"]'];
    case 'read':
      return selected !== null && selected === judge?.id ? ['[data-testid="results-dock"]', ...card(judge)] : card(judge);
    case 'deploy':
      return deploy === undefined ? port(fit, 'model') : ['[data-testid="run-all"]'];
  }
}

import { ancestors } from '../graph.ts';
import type { PipelineDocument } from '../document.ts';
import type { NodeCatalogue } from '../types.ts';
import type { Finding, LintInput } from './finding.ts';
import { featuresChosenOnAllRows } from './rules/features-chosen-on-all-rows.ts';
import { identifierAsFeature } from './rules/identifier-as-feature.ts';
import { learntBeforeSplit } from './rules/learnt-before-split.ts';
import { chanceSplits, groupsByChance, timeByChance, twinsAcross, type ChanceSplit } from './rules/split-by-chance.ts';
import { targetInFeatures } from './rules/target-in-features.ts';
import { testedOnTrainingRows } from './rules/tested-on-training-rows.ts';
import { traceNodes } from './trace.ts';
import { findTrials } from './trials.ts';

export type { Finding, Fix, LintInput, LintNode, SourcePort, SplitFacts } from './finding.ts';
export { isIdentifier, saysWhose } from './identifiers.ts';

/** Of longer pipelines nothing is said: what columns are made of grows with the square of a chain. */
const mostNodes = 2000;

/**
 * The nodes that leaks can be about: those that fit or evaluate a model, all that they need, and rankings of features. Empty for
 * pipelines that only look at data, so that these cost nothing.
 */
export function nodesToLint(document: PipelineDocument, catalogue: NodeCatalogue): ReadonlySet<string> {
  const has = (type: string, side: 'inputs' | 'outputs', kind: string): boolean => catalogue.get(type)?.definition[side].some((port) => port.kind === kind) === true;
  if (!document.nodes.some(({ type }) => has(type, 'outputs', 'learner'))) return new Set();
  const ends = document.nodes.filter(({ type }) => has(type, 'outputs', 'model') || has(type, 'inputs', 'model') || has(type, 'inputs', 'learner') || has(type, 'outputs', 'evaluation') || type === 'explore/feature-ranking');
  const ids = ends.map(({ id }) => id);
  const wanted = new Set([...ids, ...ancestors(document, ids)]);
  return wanted.size > mostNodes ? new Set() : wanted;
}

/** Leaks in a configured document, in the order of its nodes; nothing is run. Pure: equal inputs give equal findings and fixes. */
export function findLeaks(input: LintInput): Finding[] {
  const traces = traceNodes(input.nodes);
  const trials = findTrials(input.nodes, traces);
  if (trials.length === 0) return [];
  const splits = chanceSplits(trials, traces);
  const found = [
    ...testedOnTrainingRows(trials, traces, input),
    ...learntBeforeSplit(trials, traces, input),
    ...featuresChosenOnAllRows(trials, traces, input),
    ...timeByChance(splits),
    ...groupsByChance(splits, input),
    ...twinsAcross(trials, traces, input),
    ...targetInFeatures(trials, traces),
    ...identifierAsFeature(trials, input),
  ];
  const place = new Map(input.document.nodes.map(({ id }, index) => [id, index]));
  const at = ({ place: where }: Finding): number => place.get(where?.nodeId ?? '') ?? 0;
  const once = new Map(found.map((finding) => [`${finding.code} ${finding.place?.nodeId ?? ''} ${finding.place?.column ?? ''}`, finding]));
  return [...once.values()].sort((a, b) => at(a) - at(b));
}

/** The splits whose rows are worth asking about after a run. */
export function splitsToAsk(input: LintInput): readonly ChanceSplit[] {
  const traces = traceNodes(input.nodes);
  return chanceSplits(findTrials(input.nodes, traces), traces);
}

import { formatNumber } from '#app/core/units.ts';
import type { LearnerSpec, ModelSignature } from '#app/sdk/ports.ts';
import type { PipelineNode } from '../document.ts';
import { descendants } from '../graph.ts';
import { isRecord, records, strings, text } from './params.ts';
import { say } from './sentence.ts';
import type { Story } from './story.ts';
import type { DescriptionBlock, Sentence } from './types.ts';

/** What is learnt from what, and how well it did. */
export function learningBlocks(story: Story): DescriptionBlock[] {
  const learners = story.order.filter((node) => isLearner(story, node));
  const judged = story.order.map((node) => scoreSentence(story, node)).filter((one) => one !== null);
  const blocks: DescriptionBlock[] = [];
  if (learners.length > 0) blocks.push({ kind: 'list', ordered: false, items: learnerSentences(story, learners) });
  for (const split of splitsOf(story, learners)) blocks.push({ kind: 'text', text: say(story.link(split), ` ${story.predicate(split, '')}.`) });
  if (judged.length > 0) blocks.push({ kind: 'text', text: [story.tongue.inLatestRun] }, { kind: 'list', ordered: false, items: judged });
  else if (learners.length > 0) blocks.push({ kind: 'text', text: [story.facts.run === null ? story.tongue.noRunNoScores : story.tongue.noScores] });
  return blocks;
}

/** What chooses a target and learns it. */
export const isLearner = (story: Story, node: PipelineNode): boolean =>
  node.bypassed !== true && story.outputs(node).some(({ kind }) => kind === 'learner' || kind === 'model') && 'target' in story.params(node) && node.type.startsWith('train/');

/** What several learners have in common is said once. */
function learnerSentences(story: Story, learners: readonly PipelineNode[]): Sentence[] {
  const told = new Map<string, PipelineNode>();
  return learners.map((node) => {
    const params = story.params(node);
    const target = text(params, 'target');
    if (target === '') return say(story.link(node), ` ${story.tongue.noTarget}`);
    const model = story.meta(node, 'model');
    const signature = model?.kind === 'model' ? model.signature : null;
    const meta = story.meta(node, 'learner');
    const spec = meta?.kind === 'learner' ? meta.learner : null;
    const task = signature?.task ?? spec?.task;
    const material = say(featureWords(story, node, target, signature), '. ', preparation(story, node, spec), afterPreparation(story, signature));
    const key = JSON.stringify([target, material]);
    const before = told.get(key);
    if (before === undefined) told.set(key, node);
    const from = before === undefined ? material : story.tongue.sameAs(story.link(before));
    return say(story.link(node), ` ${story.tongue.learns(target, task)} `, from, trainingRows(story, node));
  });
}

const splitOf = (story: Story, node: PipelineNode): PipelineNode | undefined => story.upstream(node).find(({ type, bypassed }) => type === 'transform/partition' && bypassed !== true);

const splitsOf = (story: Story, learners: readonly PipelineNode[]): PipelineNode[] => [...new Set(learners.flatMap((node) => splitOf(story, node) ?? []))];

function featureWords(story: Story, node: PipelineNode, target: string, signature: ModelSignature | null): string {
  const chosen = strings(story.params(node), 'features');
  if (signature !== null) return story.tongue.fromColumns(signature.inputs.map(({ name }) => name));
  if (chosen.length > 0) return story.tongue.fromColumns(chosen);
  const edge = story.inputs(node).find(({ to }) => to.port === 'table');
  const source = edge === undefined ? undefined : story.graph.nodes.get(edge.from.node);
  const meta = source === undefined || edge === undefined ? undefined : story.meta(source, edge.from.port);
  const others = meta?.kind === 'table' ? (meta.schema ?? []).filter(({ name }) => name !== target).map(({ name }) => name) : [];
  return story.tongue.fromOthers(others);
}

function preparation(story: Story, node: PipelineNode, spec: LearnerSpec | null): Sentence {
  const edge = story.inputs(node).find(({ to }) => to.port === 'recipe');
  const source = edge === undefined ? undefined : story.graph.nodes.get(edge.from.node);
  if (source !== undefined) return story.tongue.preparedBy(story.link(source), records(story.params(source), 'steps'));
  const steps = spec?.recipe.steps.filter(isRecord) ?? [];
  return steps.length === 0 ? [] : say(story.tongue.preparedAsUsual(steps));
}

const afterPreparation = (story: Story, signature: ModelSignature | null): string => (signature === null || signature.features.length === 0 ? '' : story.tongue.makesFeatures(signature.features));

function trainingRows(story: Story, node: PipelineNode): Sentence {
  if (!story.inputs(node).some(({ to }) => to.port === 'table')) {
    const scored = [...descendants(story.facts.document, [node.id])].flatMap((id) => story.graph.nodes.get(id) ?? []).find(({ type }) => type === 'evaluate/test-and-score');
    return scored === undefined ? say(story.tongue.noRows) : story.tongue.fittedIn(story.link(scored));
  }
  const split = splitOf(story, node);
  return split === undefined ? say(story.tongue.learnsFromAll) : story.tongue.learnsFromPart(story.link(split));
}

/** Scores that are told of one node, in the order in which it gave them. */
const mostScores = 8;

function scoreSentence(story: Story, node: PipelineNode): Sentence | null {
  const ran = story.facts.run?.nodes[node.id];
  const scores = Object.entries(ran?.metrics ?? {});
  const isEvaluation = story.outputs(node).some(({ kind }) => kind === 'evaluation') || node.type.startsWith('evaluate/');
  if (!isEvaluation || scores.length === 0) return null;
  const shown = scores.slice(0, mostScores).map(([name, value]) => `${story.tongue.metricName(name)} ${formatNumber(value)}`);
  const rest = scores.length > mostScores ? story.tongue.andMore(scores.length - mostScores) : '';
  const models = story.upstream(node).filter((one) => isLearner(story, one));
  const of = models.length === 0 ? [] : say(story.tongue.of, story.links(models, 4));
  const how = node.type === 'evaluate/test-and-score' ? story.tongue.validatedBy(story.params(node)) : '';
  return say(story.link(node), of, how, `: ${shown.join(', ')}${rest}.`);
}

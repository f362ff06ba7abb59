import { formatNumber } from '#app/core/units.ts';
import type { LearnerSpec, ModelSignature } from '#app/sdk/ports.ts';
import type { PipelineNode } from '../document.ts';
import { descendants } from '../graph.ts';
import { isRecord, records, strings, text } from './params.ts';
import { code, columns, counted } from './phrases.ts';
import { stepPredicate } from './step-words.ts';
import { listing, say, type Story } from './story.ts';
import type { DescriptionBlock, Sentence } from './types.ts';
import { validation } from './words/evaluate.ts';
import { recipeWords } from './words/train.ts';

/** What is learnt from what, and how well it did. */
export function learningBlocks(story: Story): DescriptionBlock[] {
  const learners = story.order.filter((node) => isLearner(story, node));
  const judged = story.order.map((node) => scoreSentence(story, node)).filter((one) => one !== null);
  const blocks: DescriptionBlock[] = [];
  if (learners.length > 0) blocks.push({ kind: 'list', ordered: false, items: learnerSentences(story, learners) });
  for (const split of splitsOf(story, learners)) blocks.push({ kind: 'text', text: say(story.link(split), ` ${stepPredicate(split.type, story.params(split), story.facts.nodes[split.id]?.describe ?? '', '')}.`) });
  if (judged.length > 0) blocks.push({ kind: 'text', text: ['In the latest run:'] }, { kind: 'list', ordered: false, items: judged });
  else if (learners.length > 0) blocks.push({ kind: 'text', text: [story.facts.run === null ? 'It was not run yet, so there are no scores.' : 'No step has given a score yet.'] });
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
    if (target === '') return say(story.link(node), ' has no target yet.');
    const model = story.meta(node, 'model');
    const signature = model?.kind === 'model' ? model.signature : null;
    const meta = story.meta(node, 'learner');
    const spec = meta?.kind === 'learner' ? meta.learner : null;
    const task = signature?.task ?? spec?.task;
    const what = task === 'classification' ? ' (a class)' : task === 'regression' ? ' (a number)' : '';
    const material = say(featureWords(story, node, target, signature), '. ', preparation(story, node, spec), afterPreparation(signature));
    const key = JSON.stringify([target, material]);
    const before = told.get(key);
    if (before === undefined) told.set(key, node);
    const from = before === undefined ? material : say('from the same columns, prepared in the same way as for ', story.link(before), '. ');
    return say(story.link(node), ` learns ${code(target)}${what} `, from, trainingRows(story, node));
  });
}

const splitOf = (story: Story, node: PipelineNode): PipelineNode | undefined => story.upstream(node).find(({ type, bypassed }) => type === 'transform/partition' && bypassed !== true);

const splitsOf = (story: Story, learners: readonly PipelineNode[]): PipelineNode[] => [...new Set(learners.flatMap((node) => splitOf(story, node) ?? []))];

function featureWords(story: Story, node: PipelineNode, target: string, signature: ModelSignature | null): string {
  const chosen = strings(story.params(node), 'features');
  if (signature !== null) return `from ${counted(signature.inputs.length, 'column')}: ${columns(signature.inputs.map(({ name }) => name), 8)}`;
  if (chosen.length > 0) return `from ${counted(chosen.length, 'column')}: ${columns(chosen, 8)}`;
  const edge = story.inputs(node).find(({ to }) => to.port === 'table');
  const source = edge === undefined ? undefined : story.graph.nodes.get(edge.from.node);
  const meta = source === undefined || edge === undefined ? undefined : story.meta(source, edge.from.port);
  const others = meta?.kind === 'table' ? (meta.schema ?? []).filter(({ name }) => name !== target).map(({ name }) => name) : [];
  return others.length === 0 ? 'from every other column' : `from the other ${counted(others.length, 'column')}: ${columns(others, 8)}`;
}

function preparation(story: Story, node: PipelineNode, spec: LearnerSpec | null): Sentence {
  const edge = story.inputs(node).find(({ to }) => to.port === 'recipe');
  const source = edge === undefined ? undefined : story.graph.nodes.get(edge.from.node);
  if (source !== undefined) return say('They are prepared by ', story.link(source), `, which ${recipeWords(records(story.params(source), 'steps')) || 'leaves them as they are'}. `);
  const steps = spec?.recipe.steps.filter(isRecord) ?? [];
  return steps.length === 0 ? [] : say(`They are prepared as is usual for it: it ${recipeWords(steps)}. `);
}

const afterPreparation = (signature: ModelSignature | null): string => (signature === null || signature.features.length === 0 ? '' : `That makes ${counted(signature.features.length, 'feature')}: ${columns(signature.features, 8)}. `);

function trainingRows(story: Story, node: PipelineNode): Sentence {
  if (!story.inputs(node).some(({ to }) => to.port === 'table')) {
    const scored = [...descendants(story.facts.document, [node.id])].flatMap((id) => story.graph.nodes.get(id) ?? []).find(({ type }) => type === 'evaluate/test-and-score');
    return scored === undefined ? say('It has no rows to learn from yet.') : say('It is fitted where it is scored, in ', story.link(scored), '.');
  }
  const split = splitOf(story, node);
  return split === undefined ? say('It learns from all rows that come in; no split sets any aside.') : say('It learns from one part of ', story.link(split), '.');
}

/** Scores that are told of one node, in the order in which it gave them. */
const mostScores = 8;

function scoreSentence(story: Story, node: PipelineNode): Sentence | null {
  const ran = story.facts.run?.nodes[node.id];
  const scores = Object.entries(ran?.metrics ?? {});
  const isEvaluation = story.outputs(node).some(({ kind }) => kind === 'evaluation') || node.type.startsWith('evaluate/');
  if (!isEvaluation || scores.length === 0) return null;
  const shown = scores.slice(0, mostScores).map(([name, value]) => `${metricName(name)} ${formatNumber(value)}`);
  const rest = scores.length > mostScores ? ` and ${scores.length - mostScores} more` : '';
  const models = story.upstream(node).filter((one) => isLearner(story, one));
  const of = models.length === 0 ? [] : say(' of ', listing(models.slice(0, 4).map((one) => story.link(one))), models.length > 4 ? ` and ${models.length - 4} more` : '');
  const how = node.type === 'evaluate/test-and-score' ? `, by ${validation(story.params(node))}` : '';
  return say(story.link(node), of, how, `: ${shown.join(', ')}${rest}.`);
}

const abbreviations: Readonly<Record<string, string>> = { 'roc auc': 'ROC AUC', auc: 'AUC', r2: 'R²', rmse: 'RMSE', mae: 'MAE', mape: 'MAPE', f1: 'F1', 'f1 macro': 'F1 (macro)', mcc: 'MCC' };

/** `rocAuc` and `log_loss` as people write them; what stands after a colon is a name. */
export function metricName(name: string): string {
  const [metric = '', ...rest] = name.replaceAll('`', '').split(':');
  const words = metric.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase();
  return [abbreviations[words] ?? words, ...rest].join(':');
}

import type { Column } from '#app/relation/types.ts';
import type { PipelineNode } from '../document.ts';
import { english } from './english.ts';
import { isLearner, learningBlocks } from './learning.ts';
import { text } from './params.ts';
import { stepBlocks } from './steps.ts';
import { say } from './sentence.ts';
import { Story } from './story.ts';
import type { Tongue } from './tongue.ts';
import type { DescriptionBlock, DescriptionFacts, DescriptionSection, PipelineDescription, Sentence } from './types.ts';
import { watchBlocks } from './watch.ts';

/**
 * A pipeline in words, for people who will not read the graph: what comes in, what each step does, what is learnt and how well, what
 * comes out, what to watch. English unless another tongue is given. Pure: equal facts give equal words, without times or anything of the machine.
 */
export function describePipeline(facts: DescriptionFacts, tongue: Tongue = english): PipelineDescription {
  const story = new Story(facts, tongue);
  const { title } = facts.document;
  if (facts.document.nodes.length === 0) return { title, intro: say(tongue.empty), sections: [] };
  const sections: DescriptionSection[] = [
    { id: 'in', title: tongue.sections.in, blocks: list(sources(story).map((node) => sourceSentence(story, node))) },
    { id: 'steps', title: tongue.sections.steps, blocks: stepBlocks(story) },
    { id: 'learnt', title: tongue.sections.learnt, blocks: learningBlocks(story) },
    { id: 'out', title: tongue.sections.out, blocks: list(ends(story).map((node) => endSentence(story, node))) },
    { id: 'watch', title: tongue.sections.watch, blocks: watchBlocks(story) },
  ];
  return { title, intro: intro(story), sections: sections.filter(({ blocks }) => blocks.length > 0) };
}

const list = (items: readonly Sentence[]): DescriptionBlock[] => (items.length === 0 ? [] : [{ kind: 'list', ordered: false, items }]);

/** What has no input at all and gives a table. */
const sources = (story: Story): PipelineNode[] => story.order.filter((node) => story.inputs(node).length === 0 && story.outputs(node).some(({ kind }) => kind === 'table') && (story.typeOf(node)?.definition.inputs.length ?? 0) === 0);

/** What nobody reads on. */
const ends = (story: Story): PipelineNode[] => story.order.filter((node) => story.followers(node).length === 0 && (story.inputs(node).length > 0 || node.type.startsWith('deploy/')));

function intro(story: Story): Sentence {
  const { nodes } = story.facts.document;
  const targets = [...new Set(story.order.filter((node) => isLearner(story, node)).map((node) => text(story.params(node), 'target')).filter((target) => target !== ''))];
  const learners = story.order.filter((node) => isLearner(story, node)).length;
  return say(story.tongue.intro({ steps: nodes.length, sources: sources(story).length, targets, learners, results: ends(story).length, status: story.facts.run?.status ?? null }));
}

function sourceSentence(story: Story, node: PipelineNode): Sentence {
  const port = story.outputs(node).find(({ kind }) => kind === 'table')?.name ?? 'table';
  const meta = story.meta(node, port);
  const schema = meta?.kind === 'table' ? meta.schema : null;
  const rows = story.rows(node.id, port);
  const place = story.tongue.placeOf(node.type, story.params(node));
  const size = story.tongue.size(rows, schema?.length ?? null);
  return say(story.link(node), ` ${place === null ? story.predicate(node) : story.tongue.reads(place)}`, size === '' ? '' : `: ${size}`, `. ${schema === null ? story.tongue.columnsUnknown : schemaWords(story, schema)}`);
}

function schemaWords({ tongue }: Story, schema: readonly Column[]): string {
  const byKind = new Map<string, string[]>();
  for (const { name, type } of schema) byKind.set(tongue.columnKinds[type], [...(byKind.get(tongue.columnKinds[type]) ?? []), name]);
  return `${[...byKind].map(([kind, names]) => `${kind}: ${tongue.columns(names, 10)}`).join('; ')}.`;
}

function endSentence(story: Story, node: PipelineNode): Sentence {
  const { tongue } = story;
  const outputs = story.outputs(node);
  const meta = outputs.map(({ name }) => story.meta(node, name)).find((one) => one?.kind === 'table');
  const schema = meta?.kind === 'table' ? meta.schema : null;
  const table = outputs.find(({ kind }) => kind === 'table');
  const rows = table === undefined ? null : story.rows(node.id, table.name);
  if (/writer$|^deploy\//.test(node.type)) return say(story.link(node), ` ${story.predicate(node, '')}${rows === null ? '' : `: ${tongue.rows(rows)}`}.`);
  const size = table === undefined || schema === null ? '' : `: ${tongue.table(rows, schema.map(({ name }) => name))}`;
  return say(story.link(node), ` ${tongue.gives([...new Set(outputs.map(({ kind }) => kind))], node.type)}${size}.`);
}

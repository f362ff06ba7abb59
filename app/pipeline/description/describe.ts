import { formatCount } from '#app/core/units.ts';
import type { Column } from '#app/relation/types.ts';
import type { PipelineNode } from '../document.ts';
import { code, columns, counted, listed } from './phrases.ts';
import { isLearner, learningBlocks } from './learning.ts';
import { text } from './params.ts';
import { stepBlocks } from './steps.ts';
import { stepPredicate } from './step-words.ts';
import { say, Story } from './story.ts';
import type { DescriptionBlock, DescriptionFacts, DescriptionSection, PipelineDescription, Sentence } from './types.ts';
import { watchBlocks } from './watch.ts';
import { placeOf } from './words/data.ts';

/**
 * A pipeline in words, for people who will not read the graph: what comes in, what each step does, what is learnt and how well, what
 * comes out, what to watch. Pure: equal facts give equal words, without times or anything of the machine.
 */
export function describePipeline(facts: DescriptionFacts): PipelineDescription {
  const story = new Story(facts);
  const { title } = facts.document;
  if (facts.document.nodes.length === 0) return { title, intro: say('This pipeline is empty: it has no steps yet.'), sections: [] };
  const sections: DescriptionSection[] = [
    { id: 'in', title: 'What comes in', blocks: list(sources(story).map((node) => sourceSentence(story, node))) },
    { id: 'steps', title: 'What happens, step by step', blocks: stepBlocks(story) },
    { id: 'learnt', title: 'What is learnt, and how well', blocks: learningBlocks(story) },
    { id: 'out', title: 'What comes out', blocks: list(ends(story).map((node) => endSentence(story, node))) },
    { id: 'watch', title: 'What to watch', blocks: watchBlocks(story) },
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
  const from = sources(story).length;
  const parts = [
    from === 0 ? 'reads nothing yet' : `reads ${counted(from, 'source')}`,
    ...(learners === 0 ? [] : [`learns ${targets.length === 0 ? 'a target' : columns(targets)} with ${counted(learners, 'learner')}`]),
    `ends in ${counted(ends(story).length, 'result')}`,
  ];
  const ran = story.facts.run === null ? 'It was not run yet.' : story.facts.run.status === 'succeeded' ? 'Rows and scores are those of its latest run, which succeeded.' : `Rows and scores are those of its latest run, which ${story.facts.run.status === 'running' ? 'is still going on' : `${story.facts.run.status === 'failed' ? 'failed' : `was ${story.facts.run.status}`}`}.`;
  return say(`This pipeline of ${counted(nodes.length, 'step')} ${listed(parts)}. ${ran}`);
}

const kinds: Readonly<Record<Column['type'], string>> = { boolean: 'yes/no', integer: 'whole numbers', float: 'numbers', string: 'text', date: 'dates', time: 'times', timestamp: 'dates with time', binary: 'binary' };

function sourceSentence(story: Story, node: PipelineNode): Sentence {
  const port = story.outputs(node).find(({ kind }) => kind === 'table')?.name ?? 'table';
  const meta = story.meta(node, port);
  const schema = meta?.kind === 'table' ? meta.schema : null;
  const rows = story.rows(node.id, port);
  const place = placeOf(node.type, story.params(node));
  const size = [rows === null ? '' : `${formatCount(rows)} rows`, schema === null ? '' : counted(schema.length, 'column')].filter((one) => one !== '').join(' of ');
  const predicate = stepPredicate(node.type, story.params(node), story.facts.nodes[node.id]?.describe ?? '', story.typeOf(node)?.definition.summary ?? '');
  return say(story.link(node), place === null ? ` ${predicate}` : ` reads ${place}`, size === '' ? '' : `: ${size}`, schema === null ? '. Its columns are not known yet.' : `. ${schemaWords(schema)}`);
}

function schemaWords(schema: readonly Column[]): string {
  const byKind = new Map<string, string[]>();
  for (const { name, type } of schema) byKind.set(kinds[type], [...(byKind.get(kinds[type]) ?? []), name]);
  return `${[...byKind].map(([kind, names]) => `${kind.charAt(0).toUpperCase()}${kind.slice(1)}: ${columns(names, 10)}`).join('; ')}.`;
}

const kindWords: Readonly<Record<string, string>> = { table: 'a table', report: 'a report', evaluation: 'an evaluation', model: 'a model', learner: 'a learner', recipe: 'a recipe' };

function endSentence(story: Story, node: PipelineNode): Sentence {
  const outputs = story.outputs(node);
  const meta = outputs.map(({ name }) => story.meta(node, name)).find((one) => one?.kind === 'table');
  const schema = meta?.kind === 'table' ? meta.schema : null;
  const table = outputs.find(({ kind }) => kind === 'table');
  const rows = table === undefined ? null : story.rows(node.id, table.name);
  if (/writer$|^deploy\//.test(node.type)) return say(story.link(node), ` ${stepPredicate(node.type, story.params(node), story.facts.nodes[node.id]?.describe ?? '', '')}${rows === null ? '' : `: ${formatCount(rows)} rows`}.`);
  const gives = listed([...new Set(outputs.map(({ kind }) => kindWords[kind] ?? kind))]);
  const size = table === undefined || schema === null ? '' : `: ${rows === null ? '' : `${formatCount(rows)} rows of `}${columns(schema.map(({ name }) => name), 6)}`;
  return say(story.link(node), ` gives ${gives === '' ? code(node.type) : gives}${size}.`);
}

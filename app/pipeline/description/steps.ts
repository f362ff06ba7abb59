import { formatCount } from '#app/core/units.ts';
import type { PipelineEdge, PipelineNode } from '../document.ts';
import { nodeTitle } from '../graph.ts';
import { describeSubflow, isBoundary, isSubflow } from '../subflow/node-type.ts';
import { listed } from './phrases.ts';
import { stepPredicate } from './step-words.ts';
import { listing, say, type Story } from './story.ts';
import type { DescriptionBlock, Sentence } from './types.ts';

/** What each step does, in order: straight chains in one item, branches and joins by name. */
export function stepBlocks(story: Story): DescriptionBlock[] {
  const items = chains(story).map((chain) => chainSentence(story, chain));
  return items.length === 0 ? [] : [{ kind: 'list', ordered: true, items }];
}

/** Nodes in runs without a branch or a join between them, upstream first. */
export function chains(story: Story): PipelineNode[][] {
  const found = new Map<string, PipelineNode[]>();
  const all: PipelineNode[][] = [];
  for (const node of story.order) {
    const [source, ...more] = story.sourcesOf(node);
    const before = source === undefined || more.length > 0 ? undefined : story.graph.nodes.get(source);
    const chain = before === undefined || story.followers(before).length !== 1 ? undefined : found.get(before.id);
    // On a circle a node may stand behind itself.
    if (chain === undefined || chain.includes(node)) {
      const fresh = [node];
      found.set(node.id, fresh);
      all.push(fresh);
    } else {
      chain.push(node);
      found.set(node.id, chain);
    }
  }
  return all;
}

function chainSentence(story: Story, chain: readonly PipelineNode[]): Sentence {
  const sentences = chain.map((node, index) => (index === 0 ? say(leadIn(story, node), own(story, node), '.') : say('Then ', own(story, node), '.')));
  const last = chain.at(-1);
  const followers = last === undefined ? [] : story.followers(last);
  if (followers.length > 1) sentences.push(say('Here it branches: to ', listing(followers.map((id) => story.linkOf(id))), '.'));
  return sentences.flatMap((sentence, index) => (index === 0 ? sentence : [' ', ...sentence]));
}

/** The node's name and what it does. */
function own(story: Story, node: PipelineNode): Sentence {
  const type = story.typeOf(node);
  const titled = node.title !== undefined && node.title !== '' && node.title !== type?.definition.title;
  const name: Sentence = titled ? [story.link(node), ` (${story.typeTitle(node)})`] : [story.link(node)];
  if (type === undefined) return say(name, ` is of the type \`${node.type}\`, which this Penstock does not know`);
  if (node.bypassed === true) return say(name, ' is bypassed: what comes in goes through unchanged');
  if (isSubflow(node)) return say(name, ` stands for ${describeSubflow(node)}`, insideWords(story, node.content.nodes), rowEffect(story, node));
  const predicate = stepPredicate(node.type, story.params(node), story.facts.nodes[node.id]?.describe ?? '', type.definition.summary);
  const comment = node.comment?.trim().split('\n')[0] ?? '';
  return say(name, ` ${predicate}`, rowEffect(story, node), comment === '' ? '' : [` (its comment: “${comment}”)`]);
}

/** What a subflow holds, by name. */
function insideWords(story: Story, nodes: readonly PipelineNode[]): Sentence {
  const names = nodes.filter((node) => !isBoundary(node)).map((node) => nodeTitle(node, story.typeOf(node)?.definition.title));
  return names.length === 0 ? [] : [` (${listed(names, 8)})`];
}

/** How many rows came out of how many in the latest run, where that is not the same number. */
function rowEffect(story: Story, node: PipelineNode): string {
  // What evaluates or draws gives tables of its own, not some of the rows.
  if (!/^(data|transform)\//.test(node.type)) return '';
  const parts = story.outputs(node).flatMap(({ name, title, kind }) => {
    const rows = kind === 'table' ? story.rows(node.id, name) : null;
    return rows === null ? [] : [{ title, rows }];
  });
  const [first] = parts;
  if (first === undefined) return '';
  const filled = parts.filter(({ rows }) => rows > 0);
  if (filled.length > 1) return `: ${filled.map(({ title, rows }) => `${formatCount(rows)} rows at ${title}`).join(', ')}`;
  const edge = story.inputs(node).find(({ from }) => story.rows(from.node, from.port) !== null);
  const before = edge === undefined ? null : story.rows(edge.from.node, edge.from.port);
  if (before === null || before === first.rows) return '';
  return first.rows < before ? ` (${formatCount(first.rows)} of ${formatCount(before)} rows come out)` : ` (${formatCount(before)} rows become ${formatCount(first.rows)})`;
}

/** Where the first node of a chain has its input from. */
function leadIn(story: Story, node: PipelineNode): Sentence {
  const type = story.typeOf(node)?.definition;
  const edges = story.inputs(node);
  if (edges.length === 0) return [];
  const several = (type?.inputs.length ?? 0) > 1 && edges.length > 1;
  // By what they come in as: two tables to join have a side each, five learners are of one kind.
  const roles = new Map<string, Sentence[]>();
  for (const edge of edges) {
    const input = type?.inputs.find(({ name }) => name === edge.to.port);
    const role = several && input !== undefined && !/^tables?$/.test(input.name) ? ` as the ${input.title.toLowerCase()}` : '';
    roles.set(role, [...(roles.get(role) ?? []), sourceWords(story, edge)]);
  }
  const what = [...roles].map(([role, sources]) => say(listing(sources), role));
  return say(edges.length === 1 ? 'From ' : 'With ', listing(what), ', ');
}

function sourceWords(story: Story, { from }: PipelineEdge): Sentence {
  const source = story.graph.nodes.get(from.node);
  const ports = source === undefined ? [] : story.outputs(source).filter(({ kind }) => kind === 'table');
  const port = ports.length > 1 ? ports.find(({ name }) => name === from.port) : undefined;
  const link = story.linkOf(from.node);
  return port === undefined || port.title === 'Table' ? [link] : [`the ${port.title.toLowerCase().replace(/ rows$/, '')} rows of `, link];
}

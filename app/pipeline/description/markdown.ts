import type { DescriptionBlock, PipelineDescription, Sentence, Span } from './types.ts';

/** A description as Markdown: headings, lists, node names in bold. Nothing in it can be taken for markup that was not meant. */
export function descriptionMarkdown({ title, intro, sections }: PipelineDescription): string {
  return [`# ${escaped(title)}`, sentence(intro), ...sections.flatMap((section) => [`## ${escaped(section.title)}`, ...section.blocks.map(block)])].join('\n\n').concat('\n');
}

/** The same as plain text, for a terminal. */
export function descriptionText({ title, intro, sections }: PipelineDescription): string {
  const plain = (spans: Sentence): string => spans.map((span) => (typeof span === 'string' ? span : 'code' in span ? span.code : `“${span.text}”`)).join('');
  const lines = (one: DescriptionBlock): string => (one.kind === 'text' ? plain(one.text) : one.items.map((item, index) => `${one.ordered ? `${index + 1}.` : '-'} ${plain(item)}`).join('\n'));
  return [title, plain(intro), ...sections.map((section) => [section.title.toUpperCase(), ...section.blocks.map(lines)].join('\n'))].join('\n\n').concat('\n');
}

function block(one: DescriptionBlock): string {
  if (one.kind === 'text') return sentence(one.text);
  return one.items.map((item, index) => `${one.ordered ? `${index + 1}.` : '-'} ${sentence(item)}`).join('\n');
}

const sentence = (spans: Sentence): string => spans.map(span).join('');

function span(one: Span): string {
  if (typeof one === 'string') return escaped(one);
  if ('code' in one) return fenced(one.code);
  return one.text.trim() === '' ? '' : `**${escaped(one.text.trim())}**`;
}

/** Line ends would end the list item. */
const escaped = (content: string): string => content.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/[\\`*_[\]<>#|~]/g, (sign) => `\\${sign}`);

function fenced(content: string): string {
  const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${content}${fence}` : `${fence} ${content} ${fence}`;
}

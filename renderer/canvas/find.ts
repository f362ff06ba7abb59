import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { fieldsOf, paramsSchema } from '../inspector/form-model.ts';
import { titleOf, typeOf } from '../state/catalogue.ts';
import { texts } from '../text/texts.ts';

/** Search over what is on the canvas. Pure functions. */

/** Where a match was found; the order is the order of worth. */
export type Place = 'title' | 'type' | 'note' | 'param' | 'column' | 'comment';

export interface Found {
  readonly kind: 'node' | 'note' | 'group';
  readonly id: string;
  readonly title: string;
  readonly place: Place;
  /** The text that matched, with what it belongs to: “Target: species”. */
  readonly text: string;
}

export const placeTitles: Readonly<Record<Place, string>> = { title: texts.canvas.find.title, type: texts.common.type, note: texts.common.note, param: texts.canvas.find.param, column: texts.common.column, comment: texts.canvas.find.comment };

/** Names of the columns on a node's outputs, as far as they are known. */
export type ColumnsOf = (nodeId: string) => readonly string[];

const worth: readonly Place[] = ['title', 'note', 'type', 'param', 'column', 'comment'];

/**
 * What holds every word of the query, best first, each element once. Words must be together in one text, or in a title and one other
 * text of the same node (“sort income”), so that a long pipeline does not match at large.
 */
export function findInPipeline(document: PipelineDocument, query: string, columnsOf: ColumnsOf): readonly Found[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found: Found[] = [];
  const best = (element: Omit<Found, 'place' | 'text'>, places: readonly (readonly [Place, string])[]): void => {
    const title = element.title.toLowerCase();
    const hits = places.flatMap(([place, text]) => {
      const lower = text.toLowerCase();
      const here = words.filter((word) => lower.includes(word));
      const whole = here.length === words.length;
      const withTitle = here.length > 0 && words.every((word) => lower.includes(word) || title.includes(word));
      return whole || withTitle ? [{ place, text, starts: words.some((word) => lower.startsWith(word)) }] : [];
    });
    const [hit] = hits.sort((a, b) => worth.indexOf(a.place) - worth.indexOf(b.place) || Number(b.starts) - Number(a.starts));
    if (hit) found.push({ ...element, place: hit.place, text: hit.text });
  };
  for (const node of document.nodes) best({ kind: 'node', id: node.id, title: titleOf(node) }, textsOf(node, columnsOf(node.id)));
  for (const group of document.groups) if (group.box !== undefined || group.nodes.length > 0) best({ kind: 'group', id: group.id, title: group.title }, [['title', group.title]]);
  for (const note of document.notes) best({ kind: 'note', id: note.id, title: firstLine(note.text) }, [['note', lineWith(note.text, words)]]);
  const rank = (one: Found): number => worth.indexOf(one.place) * 2 + (one.text.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b));
}

function textsOf(node: PipelineNode, columns: readonly string[]): (readonly [Place, string])[] {
  const definition = typeOf(node)?.definition;
  return [
    ['title', titleOf(node)],
    ['type', definition?.title ?? node.type],
    ['type', node.type],
    ...paramTexts(node),
    ...columns.map((name): readonly [Place, string] => ['column', name]),
    ...(node.comment ? [['comment', node.comment] as const] : []),
  ];
}

/** Every param by its title with every value in it: “Target: species”, “Conditions: age > 30”. */
function paramTexts(node: PipelineNode): (readonly [Place, string])[] {
  const definition = typeOf(node)?.definition;
  const titles = new Map(definition ? fieldsOf(paramsSchema(definition.params), node.params).map(({ name, title }) => [name, title]) : []);
  return Object.entries(node.params).flatMap(([key, value]) => {
    const title = titles.get(key) ?? key;
    const values = leaves(value);
    return values.length === 0 ? [['param', title] as const] : values.map((leaf) => ['param', `${title}: ${leaf}`] as const);
  });
}

/** Texts, numbers and flags anywhere in a value; at most 400, so that a table typed in by hand does not slow the search. */
function leaves(root: unknown): string[] {
  const found: string[] = [];
  const stack: unknown[] = [root];
  while (stack.length > 0 && found.length < 400) {
    const value = stack.pop();
    if (value === null || value === undefined) continue;
    if (typeof value === 'object') stack.push(...Object.values(value).reverse());
    else if (typeof value === 'string') found.push(value);
    else if (typeof value === 'number' || typeof value === 'boolean') found.push(String(value));
  }
  return found;
}

const firstLine = (text: string): string => text.split('\n').map((line) => line.replace(/^#+\s*/, '').trim()).find(Boolean) ?? texts.common.note;

/** The line of a note that holds most of the words; the whole text where they are spread. */
function lineWith(text: string, words: readonly string[]): string {
  return text.split('\n').find((line) => words.every((word) => line.toLowerCase().includes(word))) ?? text;
}

/** Where the query's words are in a text, for marking: start and end, in order, not overlapping. */
export function markedSpans(text: string, query: string): readonly (readonly [number, number])[] {
  const lower = text.toLowerCase();
  const spans = query
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((word) => {
      const at = lower.indexOf(word);
      return at < 0 ? [] : [[at, at + word.length] as const];
    })
    .sort((a, b) => a[0] - b[0]);
  return spans.filter(([start], index) => spans.slice(0, index).every(([, end]) => end <= start));
}

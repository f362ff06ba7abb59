/**
 * Values in a report's text: `{{rows of Penguins ▸ Filter Rows}}`. What is wanted, then “of”, then the pipeline, and where it is about a
 * node that node, each by its title; a third part names the output. `>` does as well as `▸`.
 */

export interface Reference {
  /** As it was written, braces included. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** `rows`, `columns`, `date`, `time`, `duration`, `status`, or the name of a metric. */
  readonly what: string;
  readonly pipeline: string;
  readonly node: string | null;
  readonly port: string | null;
}

export interface ReferenceProblem {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly problem: string;
}

/** About a run, not about one of its nodes. */
export const runFacts = ['date', 'time', 'duration', 'status'] as const;
export type RunFact = (typeof runFacts)[number];
export const isRunFact = (what: string): what is RunFact => (runFacts as readonly string[]).includes(what);

/** Every reference of a text in order, also those that are wrong. */
export function referencesIn(text: string): (Reference | ReferenceProblem)[] {
  return [...text.matchAll(/\{\{([^{}\n]*)\}\}/g)].map((match) => readReference(match[0], match[1] ?? '', match.index));
}

function readReference(text: string, inside: string, start: number): Reference | ReferenceProblem {
  const at = { text, start, end: start + text.length };
  const split = /^\s*(\S.*?)\s+of\s+(\S.*?)\s*$/.exec(inside);
  if (split === null) return { ...at, problem: 'Write it as “rows of Pipeline ▸ Node”.' };
  const [, what = '', where = ''] = split;
  const parts = where.split(/\s*[▸>]\s*/).map((part) => part.trim());
  const [pipeline = '', node = null, port = null] = parts;
  if (parts.length > 3 || parts.some((part) => part === '')) return { ...at, problem: 'After “of” comes the pipeline, then ▸ and a node, then perhaps ▸ and one of its outputs.' };
  const key = what.toLowerCase();
  if (node === null && !isRunFact(key)) return { ...at, problem: `“${what}” is of a node: write “${what} of ${pipeline} ▸ Node”.` };
  if (node !== null && isRunFact(key)) return { ...at, problem: `The ${key} is of a whole run: write “${key} of ${pipeline}”.` };
  return { ...at, what: isRunFact(key) ? key : what, pipeline, node, port };
}

export const isProblem = (reference: Reference | ReferenceProblem): reference is ReferenceProblem => 'problem' in reference;

/** Text of a reference. */
export const referenceText = (what: string, pipeline: string, node: string | null, port: string | null = null): string => `{{${what} of ${[pipeline, ...(node === null ? [] : [node]), ...(port === null ? [] : [port])].join(' ▸ ')}}}`;

export type ResolvedReference = { readonly value: string } | { readonly problem: string };

/** Where a problem is marked in Markdown: a link that leads nowhere, which both the page and exported files draw as a mark. */
export const problemLink = 'problem:';

/** Markdown with values in the place of references; one that could not be had stays as it was written, marked with what is wrong. */
export function fillReferences(markdown: string, resolved: ReadonlyMap<string, ResolvedReference>): string {
  let filled = '';
  let at = 0;
  for (const reference of referencesIn(markdown)) {
    const outcome = isProblem(reference) ? reference : (resolved.get(reference.text) ?? { problem: 'There is no such value.' });
    filled += markdown.slice(at, reference.start);
    filled += 'value' in outcome ? escapeMarkdown(outcome.value) : `[${escapeMarkdown(`${reference.text} – ${outcome.problem}`)}](${problemLink})`;
    at = reference.end;
  }
  return filled + markdown.slice(at);
}

/** Text that Markdown shows as it is. */
export const escapeMarkdown = (text: string): string => text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&]/g, (sign) => `\\${sign}`).replaceAll('\n', ' ');

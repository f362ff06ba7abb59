import type { NodeDefinition } from '#app/sdk/node.ts';
import type { PortSpec } from '#app/sdk/ports.ts';
import { sayBy, type Say } from '#app/sdk/say.ts';
import type { PipelineNode } from '#app/pipeline/document.ts';
import type { NodeType } from '#app/pipeline/types.ts';
import { paramsSchema, translateForm } from '../inspector/form-model.ts';
import { translateSchema, type Translate } from '../inspector/form-text.ts';

/**
 * A node's texts in another language: nodes/<category>/<node>/text.<language>.json. They are found by the English text that they stand
 * for, so a sentence changed in node.ts falls back to English, and fails the tests, instead of keeping a translation of what it said before.
 */
export interface NodeText {
  readonly title: string;
  /** The title with a bar wherever a card may part a long word: "Entschei|dungs|baum". */
  readonly parts?: string;
  /** Further words that the search finds it by, as people of that language would type. */
  readonly keywords: readonly string[];
  readonly texts: Readonly<Record<string, string>>;
}

/** Texts that several nodes have in common: nodes/text.<language>.json. */
export interface SharedText {
  readonly texts: Readonly<Record<string, string>>;
  /** What is the same in both languages: names, examples, abbreviations. */
  readonly same: readonly string[];
}

/** Everything of one language: node texts and help pages by node type. */
export interface CatalogueText {
  readonly shared: SharedText;
  readonly nodes: ReadonlyMap<string, NodeText>;
  readonly helps: ReadonlyMap<string, string>;
}

/** A node's own text comes before one that several have in common. */
export function translatorOf(type: string, { shared, nodes }: Pick<CatalogueText, 'shared' | 'nodes'>): Translate {
  const own = nodes.get(type)?.texts ?? {};
  return (english) => own[english] ?? shared.texts[english] ?? english;
}

/** A node type that speaks the language of `text`. Its params' form does from now on, too: a definition is translated once, at start. */
export function translateType({ definition, help, ...rest }: NodeType, text: CatalogueText): NodeType {
  const translate = translatorOf(definition.type, text);
  translateForm(definition.params, (schema) => translateSchema(schema, translate));
  return { ...rest, definition: translateDefinition(definition, text.nodes.get(definition.type)?.title ?? definition.title, translate), help: text.helps.get(definition.type) ?? help };
}

function translateDefinition(definition: NodeDefinition, title: string, translate: Translate): NodeDefinition {
  const port = (spec: PortSpec): PortSpec => ({ ...spec, title: translate(spec.title), ...(spec.summary !== undefined && { summary: translate(spec.summary) }) });
  return { ...definition, title, summary: translate(definition.summary), inputs: definition.inputs.map(port), outputs: definition.outputs.map(port) };
}

const lines = new WeakMap<object, string | null>();

/** The line of a node's card in the language of `text`; null where its params are not sound. Kept by the params, which are never changed in place. */
export function lineIn(text: CatalogueText, definition: NodeDefinition, params: PipelineNode['params']): string | null {
  const known = lines.get(params);
  if (known !== undefined) return known;
  const parsed = definition.params.safeParse(params);
  const line = parsed.success ? (definition.describe?.(parsed.data, sayIn(definition.type, text)) ?? null) : null;
  lines.set(params, line);
  return line;
}

/** Words of a node's line; German nouns keep their capital wherever they stand. */
const sayIn = (type: string, text: Pick<CatalogueText, 'shared' | 'nodes'>): Say => sayBy(translatorOf(type, text), (label) => label);

/** Every English text of a definition but its title and keywords, which have places of their own. */
export function textsOf(definition: NodeDefinition): ReadonlySet<string> {
  const texts = new Set<string>();
  const collect = (english: string): string => {
    if (english !== '') texts.add(english);
    return english;
  };
  translateDefinition(definition, definition.title, collect);
  translateSchema(paramsSchema(definition.params), collect);
  return texts;
}

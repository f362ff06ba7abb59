import type { Category, NodeDefinition } from '#app/sdk/node.ts';
import { categories } from '#app/sdk/node.ts';
import { takesSeveral } from '#app/sdk/ports.ts';
import type { NodeCatalogue, NodeType } from '#app/pipeline/types.ts';
import type { PipelineNode } from '#app/pipeline/document.ts';
import { componentNode, type Component } from '#app/pipeline/subflow/component.ts';
import { subflowIcon, subflowType, typeOfNode } from '#app/pipeline/subflow/node-type.ts';
import { language } from '../text/language.ts';
import { texts } from '../text/texts.ts';
import { lineIn, translateType, type CatalogueText, type NodeText } from './node-text.ts';

/** Every node type, found by being there: nodes/<category>/<name>/{node.ts, icon.svg, help.md}, and for German {text.de.json, help.de.md}. */
const definitions = import.meta.glob<{ definition: NodeDefinition }>('../../nodes/*/*/node.ts', { eager: true });
const icons = import.meta.glob<string>('../../nodes/*/*/icon.svg', { eager: true, query: '?raw', import: 'default' });
const helps = import.meta.glob<string>('../../nodes/*/*/help.md', { eager: true, query: '?raw', import: 'default' });

const softHyphen = '\u00ad';
const fallbackIcon = '<svg viewBox="0 0 24 24"><rect x="5" y="5" width="14" height="14" rx="3"/></svg>';

/** German is loaded only where it is spoken, and is there before anything is drawn: whoever imports this module waits for it. */
const german = language === 'de' ? await loadGerman() : null;

async function loadGerman(): Promise<CatalogueText> {
  const [{ sharedText, nodeTexts }, { helpPages }] = await Promise.all([import('./german-text.ts'), import('./german-help.ts')]);
  return { shared: sharedText, nodes: nodeTexts, helps: helpPages };
}

function collect(): Map<string, NodeType> {
  const types = new Map<string, NodeType>();
  for (const [path, module] of Object.entries(definitions)) {
    const folder = path.slice(0, -'/node.ts'.length);
    const type = { definition: module.definition, icon: icons[`${folder}/icon.svg`] ?? fallbackIcon, help: helps[`${folder}/help.md`] ?? '' };
    types.set(type.definition.type, german ? translateType(type, german) : type);
  }
  return types;
}

const types = collect();
export const catalogue: NodeCatalogue = types;

let germanWords: ReadonlyMap<string, NodeText> | null = german?.nodes ?? null;

/** Has the search of an English page find nodes by German words, too. */
export async function loadGermanWords(): Promise<void> {
  germanWords ??= (await import('./german-text.ts')).nodeTexts;
}

/** What a type is called, in every language that is known by now. */
export function namesOf(type: string): readonly string[] {
  const english = definitions[`../../nodes/${type}/node.ts`]?.definition.title;
  const german = germanWords?.get(type)?.title;
  return [...new Set([english, german].filter((title) => title !== undefined))];
}

const byEnglishTitle = new Map(Object.values(definitions).map(({ definition }) => [definition.title, definition.type]));

/** A title that the engine gave a node of its type, in the page's language; a title that a person gave stays. */
export function titleIn(english: string): string {
  const type = byEnglishTitle.get(english);
  return (type === undefined ? undefined : catalogue.get(type)?.definition.title) ?? english;
}

/** The title of a param or port as the first node that has it says it in the page's language. */
export function fieldTitleIn(english: string): string {
  if (german === null) return english;
  return german.shared.texts[english] ?? [...german.nodes.values()].find(({ texts: own }) => own[english] !== undefined)?.texts[english] ?? english;
}

/** What the search finds a type by: its names and keywords, in every language that is known by now. */
export function searchWords(type: string): readonly string[] {
  return [...namesOf(type), ...(catalogue.get(type)?.definition.keywords ?? []), ...(germanWords?.get(type)?.keywords ?? [])];
}

export const categoryTitles: Readonly<Record<Category, string>> = {
  data: texts.state.categories.data,
  transform: texts.state.categories.transform,
  explore: texts.state.categories.explore,
  train: texts.state.categories.train,
  evaluate: texts.state.categories.evaluate,
  deploy: texts.state.categories.deploy,
  monitor: texts.state.categories.monitor,
};

export function categoryOf(type: string): string {
  return type.split('/', 1)[0] ?? '';
}

/** Node types in catalogue order: by category as an analyst works through them, then by title. */
export const orderedTypes: readonly NodeType[] = [];
orderTypes();

function orderTypes(): void {
  const ordered = [...types.values()].filter((type) => (categories as readonly string[]).includes(categoryOf(type.definition.type)));
  (orderedTypes as NodeType[]).splice(0, Infinity, ...ordered.sort((a, b) => {
    const order = categories.indexOf(categoryOf(a.definition.type) as Category) - categories.indexOf(categoryOf(b.definition.type) as Category);
    return order !== 0 ? order : a.definition.title.localeCompare(b.definition.title);
  }));
}

/** Nodes of the project's packs, once the engine has said which they are; before the first pipeline is opened. */
export function addPackTypes(added: readonly NodeType[]): void {
  for (const type of added) if (!types.has(type.definition.type)) types.set(type.definition.type, { ...type, icon: type.icon === '' ? fallbackIcon : type.icon });
  orderTypes();
}

/** The icon of a type, also of one that is not installed. */
export function iconOf(type: string): string {
  return (catalogue.get(type) ?? typeOfNode(catalogue, { id: '', type, version: 1, params: {} }))?.icon ?? (type === subflowType ? subflowIcon : fallbackIcon);
}

let components: ReadonlyMap<string, Component> = new Map();

/** Components that can be added by `component/<id>`. */
export function offerComponents(offered: ReadonlyMap<string, Component>): void {
  components = offered;
}

export const componentOf = (type: string): Component | undefined => components.get(type);

/** The definition behind what is offered to be added: a node type or a component. */
export function offeredDefinition(type: string): NodeDefinition | undefined {
  const component = components.get(type);
  return component === undefined ? catalogue.get(type)?.definition : typeOf(componentNode(component, 'x'))?.definition;
}

/** The type of a node: of the catalogue, or of what a subflow holds. */
export const typeOf = (node: PipelineNode): NodeType | undefined => typeOfNode(catalogue, node);

/** The title a person reads: the node's own, or its type's. */
export function titleOf(node: { readonly type: string; readonly title?: string | undefined }): string {
  return node.title || (node.type.startsWith('flow/') ? typeOf(node as PipelineNode) : catalogue.get(node.type))?.definition.title || node.type;
}

/** A node's line on its card in the page's language; `english` is what the engine says. */
export function lineOf({ type, params }: PipelineNode, english: string): string {
  const known = german && english !== '' ? catalogue.get(type) : undefined;
  return (german && known && lineIn(german, known.definition, params)) ?? english;
}

/** The title as a card shows it: long words of a type's title may be parted. */
export function cardTitleOf(node: PipelineNode): string {
  const parts = node.title ? undefined : german?.nodes.get(node.type)?.parts;
  return parts?.replaceAll('|', softHyphen) ?? titleOf(node);
}

/** Whether an input takes one connection; that of an unknown type is taken to. */
export function takesOneConnection(node: PipelineNode, port: string): boolean {
  const spec = typeOf(node)?.definition.inputs.find(({ name }) => name === port);
  return spec === undefined || !takesSeveral(spec);
}

import type { Diagnostic } from '#app/core/errors.ts';
import { mayBeEmpty, takesSeveral } from '#app/sdk/ports.ts';
import { inputMissing } from '../configure-inputs.ts';
import type { Endpoint, PipelineDocument, PipelineEdge, PipelineNode, SubflowContent } from '../document.ts';
import { nodeTitle } from '../graph.ts';
import type { NodeCatalogue } from '../types.ts';
import { copyPrefix, flatId, gatherId, pickId } from './ids.ts';
import { boundaryKind, inputType, isBoundary, isSubflow, outputType, typeOfNode } from './node-type.ts';

/** What stands in a flat document for a subflow. */
export interface SubflowPlace {
  /** Its id in the flat document, where no node has it. */
  readonly id: string;
  readonly node: PipelineNode & { content: SubflowContent };
  /** What the ids of the nodes inside begin with, one for each run. */
  readonly prefixes: readonly string[];
  /** By output: where the value is. Several: one for each run. */
  readonly outputs: Readonly<Record<string, readonly Endpoint[]>>;
  /** By input and output, for each run: where the value is that the node inside shows; null: nothing comes there. */
  readonly inside: Readonly<Record<string, readonly (Endpoint | null)[]>>;
}

export interface Expanded {
  /** Without subflows: what runs. The very document where there are none. */
  readonly document: PipelineDocument;
  /** By the id that the subflow would have in the flat document; outer ones first. */
  readonly subflows: ReadonlyMap<string, SubflowPlace>;
  readonly diagnostics: readonly Diagnostic[];
}

/** More nodes than this do not come of what a person draws: a repeat of repeats. */
const maxNodes = 100_000;

const expansions = new WeakMap<PipelineDocument, { readonly catalogue: NodeCatalogue; readonly expanded: Expanded }>();

/**
 * A document with the nodes of its subflows in their places. Ids inside get those of the subflows around them in front (`ids.ts`), titles
 * too; a subflow that is repeated is there once for each run. Documents are immutable values: one is expanded once.
 */
export function expandSubflows(document: PipelineDocument, catalogue: NodeCatalogue): Expanded {
  const known = expansions.get(document);
  if (known !== undefined && known.catalogue === catalogue) return known.expanded;
  const expanded = document.nodes.some((node) => isSubflow(node) || isBoundary(node)) ? new Expansion(document, catalogue).run() : { document, subflows: new Map<string, SubflowPlace>(), diagnostics: [] };
  expansions.set(document, { catalogue, expanded });
  return expanded;
}

/** The port that a person means, in the flat document: of a subflow the one inside, of an input what comes in. */
export function flatPort(expanded: Expanded, nodeId: string, port: string, run = 0): Endpoint {
  const place = expanded.subflows.get(nodeId);
  if (place !== undefined) {
    const ends = Object.hasOwn(place.outputs, port) ? (place.outputs[port] ?? []) : [];
    return ends[run] ?? ends[0] ?? { node: nodeId, port };
  }
  for (const around of expanded.subflows.values()) {
    const index = around.prefixes.findIndex((prefix) => nodeId.startsWith(prefix));
    const inner = nodeId.slice(around.prefixes[index]?.length);
    const end = index === -1 || !Object.hasOwn(around.inside, inner) ? undefined : around.inside[inner]?.[index];
    if (end) return end;
  }
  return { node: nodeId, port };
}

/** Whether a flat id is of a node inside a subflow, or of what puts the tables of its runs together. */
export const isInside = ({ id, prefixes }: SubflowPlace, flat: string): boolean => prefixes.some((prefix) => flat.startsWith(prefix)) || flat.startsWith(gatherId(id, ''));

const insides = new WeakMap<SubflowPlace, readonly string[]>();

/** The nodes of the flat document that a subflow stands for. A place is of one expansion: they are looked for once. */
export function insideOf(place: SubflowPlace, { document }: Expanded): readonly string[] {
  const known = insides.get(place) ?? document.nodes.flatMap(({ id }) => (isInside(place, id) ? [id] : []));
  insides.set(place, known);
  return known;
}

/** The nodes of the flat document that stand for a node as drawn: of a subflow all inside; of a port of one what it shows. */
export function flatNodes(expanded: Expanded, nodeId: string): readonly string[] {
  const place = expanded.subflows.get(nodeId);
  if (place !== undefined) return insideOf(place, expanded);
  const { node } = flatPort(expanded, nodeId, '');
  return [node];
}

/** The nodes of one content (or of the document) in one place of the flat document. */
interface Level {
  readonly prefix: string;
  readonly title: string;
  readonly nodes: ReadonlyMap<string, PipelineNode>;
  readonly incoming: ReadonlyMap<string, readonly PipelineEdge[]>;
  /** What is connected to an input of the content. */
  outside(input: string): readonly Endpoint[];
}

class Expansion {
  readonly #given: PipelineDocument;
  readonly #catalogue: NodeCatalogue;
  readonly #nodes: PipelineNode[] = [];
  readonly #edges: PipelineEdge[] = [];
  readonly #ids = new Set<string>();
  readonly #diagnostics: Diagnostic[] = [];
  readonly #levels: { readonly level: Level; readonly edges: readonly PipelineEdge[] }[] = [];
  /** By flat id, outer ones first; `levels` one for each run. */
  readonly #opened = new Map<string, { readonly around: Level; readonly node: PipelineNode & { content: SubflowContent }; readonly prefixes: readonly string[]; readonly levels: readonly Level[] }>();
  /** Answers of `#sources` by flat id and port; undefined while one is being found. */
  readonly #found = new Map<string, readonly Endpoint[] | undefined>();
  readonly #gathered = new Set<string>();
  readonly #picked = new Set<string>();

  constructor(document: PipelineDocument, catalogue: NodeCatalogue) {
    this.#given = document;
    this.#catalogue = catalogue;
  }

  run(): Expanded {
    const { nodes, edges } = this.#given;
    this.#enter('', '', nodes, edges, () => []);
    // All levels are known before any edge is followed: it may lead through subflows that come later.
    for (const { level, edges: drawn } of this.#levels) this.#connect(level, drawn);
    const subflows = new Map([...this.#opened].map(([id, opened]): [string, SubflowPlace] => [id, this.#placeOf(id, opened)]));
    return { document: { ...this.#given, nodes: this.#nodes, edges: this.#edges }, subflows, diagnostics: this.#diagnostics };
  }

  #placeOf(id: string, { around, node, prefixes, levels }: { readonly around: Level; readonly node: PipelineNode & { content: SubflowContent }; readonly prefixes: readonly string[]; readonly levels: readonly Level[] }): SubflowPlace {
    const outputs: Record<string, readonly Endpoint[]> = {};
    const inside: Record<string, readonly (Endpoint | null)[]> = {};
    for (const port of node.content.nodes) {
      if (port.type === inputType) inside[port.id] = levels.map((level) => level.outside(port.id)[0] ?? null);
      if (port.type !== outputType) continue;
      outputs[port.id] = this.#sources(around, { node: node.id, port: port.id });
      inside[port.id] = levels.map((level) => this.#end(level, port.id)[0] ?? null);
    }
    return { id, node, prefixes, outputs, inside };
  }

  /** What is connected to an output of a content. */
  #end(level: Level, output: string): readonly Endpoint[] {
    return (level.incoming.get(output) ?? []).slice(0, 1).flatMap((edge) => this.#sources(level, edge.from));
  }

  #enter(prefix: string, title: string, nodes: readonly PipelineNode[], edges: readonly PipelineEdge[], outside: Level['outside']): Level {
    const incoming = new Map<string, PipelineEdge[]>();
    for (const edge of edges) {
      const list = incoming.get(edge.to.node);
      if (list === undefined) incoming.set(edge.to.node, [edge]);
      else list.push(edge);
    }
    const level: Level = { prefix, title, nodes: new Map(nodes.map((node) => [node.id, node])), incoming, outside };
    for (const node of nodes) {
      if (isSubflow(node)) this.#open(level, node);
      else if (!isBoundary(node)) this.#add({ ...node, id: flatId(prefix, node.id), ...(prefix === '' ? {} : { title: this.#titled(title, node) }) });
      else if (prefix === '') this.#complain(node.id, 'boundary-outside', `“${nodeTitle(node, typeOfNode(this.#catalogue, node)?.definition.title)}” is a port of a subflow, but it is in none.`, 'Delete it, or cut it and paste it inside a subflow.');
    }
    this.#levels.push({ level, edges });
    return level;
  }

  readonly #titled = (title: string, node: PipelineNode): string => `${title} ▸ ${nodeTitle(node, typeOfNode(this.#catalogue, node)?.definition.title)}`.slice(-200);

  #add(node: PipelineNode): void {
    if (this.#ids.has(node.id)) {
      this.#complain(node.id, 'subflow-id-clash', `Two nodes would have the id “${node.id}” when the subflows are put in.`, 'Delete one of them and draw it anew.');
      return;
    }
    this.#ids.add(node.id);
    this.#nodes.push(node);
  }

  #complain(nodeId: string, code: string, message: string, remedy: string, port?: string): void {
    this.#diagnostics.push({ severity: 'error', code, message, remedy, place: { nodeId, ...(port === undefined ? {} : { port }) } });
  }

  #open(level: Level, node: PipelineNode & { content: SubflowContent }): void {
    const { content, repeat } = node;
    const id = flatId(level.prefix, node.id);
    const title = level.prefix === '' ? nodeTitle(node, node.component?.title ?? 'Subflow') : this.#titled(level.title, node);
    this.#checkPorts(level, node, id, title);
    const runs = node.bypassed === true || !this.#check(node, id, title) ? [] : runsOf(node);
    if (this.#nodes.length + content.nodes.length * runs.length > maxNodes) {
      // Once is enough: what repeats it would say the same for each of its runs.
      if (!this.#diagnostics.some(({ code }) => code === 'subflow-too-large')) this.#complain(id, 'subflow-too-large', `Repeated ${runs.length} times, “${title}” would make more than ${maxNodes.toLocaleString('en')} nodes.`, 'Repeat fewer times, or put less inside.');
      runs.length = 0;
    }
    const prefixes = runs.map((_, run) => copyPrefix(id, repeat === undefined ? null : run));
    const levels: Level[] = [];
    this.#opened.set(id, { around: level, node, prefixes, levels });
    for (const [index, run] of runs.entries()) {
      const inside = repeat === undefined ? title : `${title} (${run.label})`;
      const outside = (input: string): readonly Endpoint[] => {
        const given = (level.incoming.get(node.id) ?? []).filter((edge) => edge.to.port === input).slice(0, 1).flatMap((edge) => this.#sources(level, edge.from));
        return repeat?.over === 'groups' && repeat.input === input && given[0] !== undefined ? [this.#pick(id, node, index, input, given[0], inside)] : given;
      };
      levels.push(this.#enter(prefixes[index] ?? '', inside, withValues(content, { ...node.params, ...run.params }), content.edges, outside));
    }
  }

  #checkPorts(level: Level, node: PipelineNode, id: string, title: string): void {
    const definition = typeOfNode(this.#catalogue, node)?.definition;
    const edges = level.incoming.get(node.id) ?? [];
    for (const { to } of edges) {
      if (definition?.inputs.every(({ name }) => name !== to.port)) this.#complain(id, 'unknown-port', `A connection goes to an input of “${title}” that is no longer there.`, 'Delete the connection, or bring the input back inside.', to.port);
    }
    for (const spec of definition?.inputs ?? []) {
      if (mayBeEmpty(spec) || node.bypassed === true || edges.some(({ to }) => to.port === spec.name)) continue;
      const { message, remedy } = inputMissing(title, spec);
      this.#complain(id, 'input-missing', message, remedy, spec.name);
    }
  }

  /** False where there is nothing to run, which is said. */
  #check(node: PipelineNode, id: string, title: string): boolean {
    const { repeat } = node;
    if (repeat === undefined) return true;
    if (runsOf(node).length === 0) {
      this.#complain(id, 'repeat-empty', `“${title}” is to be repeated, but over nothing.`, repeat.over === 'params' ? 'Add a row to its list of runs, or switch repeating off.' : 'Choose the groups it runs for, or switch repeating off.');
      return false;
    }
    if (repeat.over === 'groups' && repeat.by === '') {
      this.#complain(id, 'repeat-no-column', `“${title}” is to be repeated for groups, but no column says which.`, 'Choose the column whose values are the groups.');
      return false;
    }
    const input = repeat.over === 'groups' ? node.content?.nodes.find((one) => one.id === repeat.input && one.type === inputType) : undefined;
    if (repeat.over === 'groups' && (input === undefined || boundaryKind(input) !== 'table')) {
      this.#complain(id, 'repeat-no-input', `“${title}” is to be repeated for groups of rows, but the input with the rows is gone.`, 'Choose a table input.');
      return false;
    }
    return true;
  }

  #connect(level: Level, edges: readonly PipelineEdge[]): void {
    for (const edge of edges) {
      const target = level.nodes.get(edge.to.node);
      if (target !== undefined && (isSubflow(target) || isBoundary(target))) continue;
      const sources = this.#sources(level, edge.from);
      this.#checkSource(level, edge);
      const to = { ...edge.to, node: flatId(level.prefix, edge.to.node) };
      const spec = target === undefined ? undefined : typeOfNode(this.#catalogue, target)?.definition.inputs.find(({ name }) => name === edge.to.port);
      if (sources.length > 1 && spec !== undefined && !takesSeveral(spec)) {
        const from = level.nodes.get(edge.from.node);
        this.#complain(to.node, 'repeat-gives-several', `“${from === undefined ? edge.from.node : nodeTitle(from, 'Subflow')}” gives ${sources.length} of these, one for each run, but the input “${spec.title}” takes one.`, 'Put this node inside the subflow, so that it runs each time, or connect an input that takes several.', edge.to.port);
        continue;
      }
      sources.forEach((from, index) => this.#edges.push({ ...edge, id: `${flatId(level.prefix, edge.id)}${index === 0 ? '' : `#${index}`}`, from, to }));
    }
  }

  #checkSource(level: Level, { from, to }: PipelineEdge): void {
    const node = level.nodes.get(from.node);
    if (node === undefined || !isSubflow(node) || node.content.nodes.some(({ id, type }) => id === from.port && type === outputType)) return;
    this.#complain(flatId(level.prefix, to.node), 'unknown-port', `A connection comes from an output of “${nodeTitle(node, 'Subflow')}” that is no longer there.`, 'Delete the connection, or bring the output back inside.', to.port);
  }

  /** Where the value of an output of this level is made. */
  #sources(level: Level, from: Endpoint): readonly Endpoint[] {
    const node = level.nodes.get(from.node);
    const flat = { ...from, node: flatId(level.prefix, from.node) };
    if (node === undefined || (!isSubflow(node) && !isBoundary(node))) return [flat];
    const key = `${flat.node}\0${flat.port}`;
    if (this.#found.has(key)) return this.#found.get(key) ?? [];
    // Subflows that only hand on, in a circle, give nothing.
    this.#found.set(key, undefined);
    const found = node.type === inputType ? level.outside(node.id) : isSubflow(node) ? this.#sourcesInside(level, node, from.port, flat.node) : [];
    this.#found.set(key, found);
    return found;
  }

  #sourcesInside(level: Level, node: PipelineNode & { content: SubflowContent }, port: string, id: string): readonly Endpoint[] {
    const type = typeOfNode(this.#catalogue, node);
    const spec = type?.definition.outputs.find(({ name }) => name === port);
    if (node.bypassed === true) {
      const input = type?.definition.inputs.find(({ kind }) => kind === spec?.kind)?.name;
      return (level.incoming.get(node.id) ?? []).filter((edge) => edge.to.port === input).flatMap((edge) => this.#sources(level, edge.from));
    }
    const ends = (this.#opened.get(id)?.levels ?? []).flatMap((inner) => this.#end(inner, port));
    return node.repeat !== undefined && spec?.kind === 'table' && ends.length > 0 ? [this.#gather(id, node, port, ends)] : ends;
  }

  /** The tables of all runs under each other. */
  #gather(id: string, node: PipelineNode, port: string, ends: readonly Endpoint[]): Endpoint {
    const flat = gatherId(id, port);
    const end = { node: flat, port: 'table' };
    if (this.#gathered.has(flat)) return end;
    this.#gathered.add(flat);
    const column = node.repeat?.column ?? '';
    this.#add({ id: flat, type: 'transform/concatenate', version: this.#catalogue.get('transform/concatenate')?.definition.version ?? 1, title: `${nodeTitle(node, 'Subflow')} ▸ all runs`, params: { kind: 'all', source: column, names: runsOf(node).map(({ label }) => label) } });
    ends.forEach((from, index) => this.#edges.push({ id: `${flat}#${index}`, from, to: { node: flat, port: 'tables' } }));
    return end;
  }

  /** The rows of one group. */
  #pick(id: string, node: PipelineNode, run: number, input: string, from: Endpoint, title: string): Endpoint {
    const flat = pickId(id, run, input);
    const end = { node: flat, port: 'table' };
    if (this.#picked.has(flat) || node.repeat?.over !== 'groups') return end;
    this.#picked.add(flat);
    const condition = { column: node.repeat.by, operator: 'equals', value: node.repeat.values[run] ?? '', upTo: '', anyCase: false };
    this.#add({ id: flat, type: 'transform/filter-rows', version: this.#catalogue.get('transform/filter-rows')?.definition.version ?? 1, title: `${title} ▸ rows`, params: { by: 'conditions', conditions: [condition] } });
    this.#edges.push({ id: `${flat}#`, from, to: { node: flat, port: 'table' } });
    return end;
  }
}

interface Run {
  readonly label: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What a subflow runs for; once where it is not repeated. */
export function runsOf({ repeat }: Pick<PipelineNode, 'repeat'>): Run[] {
  if (repeat === undefined) return [{ label: '', params: {} }];
  if (repeat.over === 'params') return repeat.runs.map(({ label, params }, index) => ({ label: label === '' ? String(index + 1) : label, params }));
  return repeat.values.map((value) => ({ label: value, params: repeat.param === undefined ? {} : { [repeat.param]: value } }));
}

/** The nodes inside, with what the subflow says of their params in place. */
export function withValues(content: SubflowContent, values: Readonly<Record<string, unknown>>): readonly PipelineNode[] {
  const byNode = new Map<string, Record<string, unknown>>();
  for (const { name, node, param } of content.exposed) {
    if (!Object.hasOwn(values, name)) continue;
    const own = byNode.get(node) ?? {};
    own[param] = values[name];
    byNode.set(node, own);
  }
  if (byNode.size === 0) return content.nodes;
  return content.nodes.map((node) => {
    const own = byNode.get(node.id);
    return own === undefined ? node : { ...node, params: { ...node.params, ...own } };
  });
}

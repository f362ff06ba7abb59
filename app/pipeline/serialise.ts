import type { PipelineDocument } from './document.ts';

/** Values that fit into this many characters stay on one line. */
const lineWidth = 100;

const topKeys = ['format', 'version', 'id', 'title', 'description', 'nodes', 'edges', 'notes', 'groups', 'layout'];
const nodeKeys = ['id', 'type', 'version', 'title', 'comment', 'bypassed', 'pinned', 'limits', 'component', 'repeat', 'params', 'content'];
const contentKeys = ['exposed', 'nodes', 'edges', 'notes', 'groups', 'layout'];
const edgeKeys = ['id', 'from', 'to'];
const endpointKeys = ['node', 'port'];
const noteKeys = ['id', 'x', 'y', 'width', 'height', 'colour', 'text'];
const groupKeys = ['id', 'title', 'within', 'colour', 'collapsed', 'box', 'nodes'];
const boxKeys = ['x', 'y', 'width', 'height'];
const pointKeys = ['x', 'y'];

type Json = Readonly<Record<string, unknown>>;

/**
 * The document as text for a `*.pipeline.json` file: equal documents give equal bytes. Known keys come in a fixed order, unknown
 * ones after them sorted by code unit; params are sorted; nodes keep their order, one field a line; edges, notes' places and
 * layout take one line an element, so that a git diff shows what was changed. Ends with a line feed.
 */
export function serialiseDocument(document: PipelineDocument): string {
  return print(document, (_, made) => made());
}

/**
 * As `serialiseDocument`, remembering the text of each node, edge, note, group and place by its object: after an edit of a large pipeline only
 * what changed is printed anew. For documents that are never changed in place, as those of a `History`.
 */
export function serialiseUnchanging(document: PipelineDocument): string {
  return print(document, (element, made) => {
    const known = printed.get(element);
    if (known !== undefined) return known;
    const text = made();
    printed.set(element, text);
    return text;
  });
}

const printed = new WeakMap<object, string>();

/** The text of an element: as `made` gives it, or as it is known. */
type Known = (element: object, made: () => string) => string;

function print(document: PipelineDocument, known: Known): string {
  const members = ordered(document, topKeys).map(([key, value]) => `  ${JSON.stringify(key)}: ${section(key, value, known)}`);
  return `{\n${members.join(',\n')}\n}\n`;
}

function section(key: string, value: unknown, known: Known): string {
  switch (key) {
    case 'nodes':
      return list(value, known, (node) => block(node, nodeKeys, known));
    case 'edges':
      return list(value, known, edgeLine);
    case 'notes':
      return list(value, known, (note) => block(note, noteKeys, known));
    case 'groups':
      return list(value, known, (group) => block(group, groupKeys, known));
    case 'layout':
      return layoutSection(value as Json, known);
    default:
      return pretty(value, 2);
  }
}

function list(value: unknown, known: Known, text: (element: Json) => string): string {
  const elements = value as readonly Json[];
  return elements.length === 0 ? '[]' : `[\n${elements.map((element) => `    ${known(element, () => text(element))}`).join(',\n')}\n  ]`;
}

/** A node, note or group: one field a line. */
function block(element: Json, keys: readonly string[], known: Known): string {
  const members = ordered(element, keys).map(([key, value]) => {
    const text = key === 'params' ? paramsBlock(value as Json) : key === 'box' ? inline(value, boxKeys) : isContent(key, value) ? contentBlock(value, known) : pretty(value, 6);
    return `      ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${members.join(',\n')}\n    }`;
}

const contentLists = ['nodes', 'edges', 'notes', 'groups'];

/** Other programs' `content` is printed as any value. */
const isContent = (key: string, value: unknown): value is Json =>
  key === 'content' && typeof value === 'object' && value !== null && contentLists.every((name) => Array.isArray((value as Json)[name])) && typeof (value as Json)['layout'] === 'object';

/** What a subflow holds, as the document itself is printed, further in. JSON text holds no line breaks of its own. */
function contentBlock(content: Json, known: Known): string {
  const members = ordered(content, contentKeys).map(([key, value]) => `  ${JSON.stringify(key)}: ${section(key, value, known)}`);
  return `{\n${members.join(',\n')}\n}`.replaceAll('\n', '\n      ');
}

/** Params: always one a line, so that changing one is a one-line diff. */
function paramsBlock(params: Json): string {
  const members = ordered(params, []).map(([key, value]) => `        ${JSON.stringify(key)}: ${pretty(value, 8)}`);
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n      }`;
}

function edgeLine(edge: Json): string {
  const members = ordered(edge, edgeKeys).map(([key, value]) => {
    const text = key === 'from' || key === 'to' ? inline(value, endpointKeys) : inline(value);
    return `${JSON.stringify(key)}: ${text}`;
  });
  return `{ ${members.join(', ')} }`;
}

function layoutSection(layout: Json, known: Known): string {
  const place = (point: unknown): string => (typeof point === 'object' && point !== null ? known(point, () => inline(point, pointKeys)) : inline(point, pointKeys));
  const members = ordered(layout, []).map(([id, point]) => `    ${JSON.stringify(id)}: ${place(point)}`);
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n  }`;
}

/** Entries in the order of `keys`, then the others sorted; `undefined` members are dropped, as JSON does. */
function ordered(value: Json, keys: readonly string[]): [string, unknown][] {
  const known = keys.filter((key) => value[key] !== undefined && Object.hasOwn(value, key));
  const others = Object.keys(value)
    .filter((key) => value[key] !== undefined && !keys.includes(key))
    .sort();
  return [...known, ...others].map((key) => [key, value[key]]);
}

function inline(value: unknown, keys: readonly string[] = []): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map((item) => inline(item)).join(', ')}]`;
  const members = ordered(value as Json, keys).map(([key, item]) => `${JSON.stringify(key)}: ${inline(item)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** One line where it fits, else one item a line. Depth is bounded by `parseDocument`, so recursion is safe. */
function pretty(value: unknown, indent: number): string {
  const line = inline(value);
  if (value === null || typeof value !== 'object' || line.length + indent <= lineWidth) return line;
  const inner = ' '.repeat(indent + 2);
  const close = ' '.repeat(indent);
  if (Array.isArray(value)) return `[\n${value.map((item) => inner + pretty(item, indent + 2)).join(',\n')}\n${close}]`;
  const members = ordered(value as Json, []).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${pretty(item, indent + 2)}`);
  return `{\n${members.join(',\n')}\n${close}}`;
}

/** A drawing as a tree: the page makes elements of it, exported files text. Text is never markup in either. */
export interface SvgNode {
  readonly tag: string;
  /** As React names them: `strokeWidth`, `textAnchor`. */
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (SvgNode | string)[];
}

type Given = Readonly<Record<string, string | number | undefined>>;

export function svg(tag: string, attributes: Given = {}, ...children: readonly (SvgNode | string | null)[]): SvgNode {
  const set = Object.entries(attributes).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  return { tag, attributes: Object.fromEntries(set), children: children.filter((child) => child !== null) };
}

/** Text that HTML and SVG show as it is, also inside quoted attributes. Characters that no XML may hold are left out. */
export const escapeMarkup = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** Names that SVG itself writes with capitals. */
const kept = new Set(['viewBox', 'preserveAspectRatio']);
const attributeName = (name: string): string => (name === 'className' ? 'class' : kept.has(name) ? name : name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));

export function svgMarkup(node: SvgNode): string {
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${attributeName(name)}="${escapeMarkup(String(value))}"`);
  const children = node.children.map((child) => (typeof child === 'string' ? escapeMarkup(child) : svgMarkup(child))).join('');
  return children === '' ? `<${node.tag}${attributes.join('')}/>` : `<${node.tag}${attributes.join('')}>${children}</${node.tag}>`;
}

/** A coordinate with at most two decimals: drawings stay small, and equal on every machine. */
export const px = (value: number): number => Math.round(value * 100) / 100;

import type { PipelineDocument, PipelineGroup } from '#app/pipeline/document.ts';
import { groupTree } from '#app/pipeline/group-tree.ts';
import { ink } from './chart/colours.ts';
import { px, svg, type SvgNode } from './chart/svg.ts';

/** A pipeline as one drawing: what is on the canvas, at the places it has there. */

export interface PictureNames {
  titleOf(node: PipelineDocument['nodes'][number]): string;
  /** One line that says what the node does as configured. */
  lineOf(nodeId: string): string;
  /** Text of its icon's SVG file; '' where there is none. */
  iconOf(type: string): string;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const card = { width: 208, height: 60 };
const margin = 24;
/** Hues of the categories, as on the canvas. */
const hues: Readonly<Record<string, number>> = { data: 245, transform: 295, explore: 200, train: 45, evaluate: 150, deploy: 350, monitor: 100 };
const mostDrawn = 400;

export function pipelinePicture(document: PipelineDocument, names: PictureNames): SvgNode {
  const placed = document.nodes.slice(0, mostDrawn).map((node, index) => ({ node, at: document.layout[node.id] ?? { x: (index % 6) * 260, y: Math.floor(index / 6) * 110 } }));
  const byId = new Map(placed.map((one) => [one.node.id, one]));
  const noteBoxes = document.notes.map(({ x, y, width, height, text }) => ({ x, y, width, height, text }));
  const groups = groupTree(document);
  const boxOf = (group: PipelineGroup): (Box & { readonly title: string }) | null => {
    const inside = [...group.nodes.flatMap((id) => byId.get(id) ?? []).map(({ at }): Box => ({ ...at, ...card })), ...groups.childrenOf(group.id).flatMap((child) => boxOf(child) ?? [])];
    if (inside.length === 0 || group.collapsed === true) return null;
    const [left, top] = [least(inside.map(({ x }) => x)) - 16, least(inside.map(({ y }) => y)) - 34];
    return { title: group.title, x: left, y: top, width: most(inside.map((box) => box.x + box.width)) + 16 - left, height: most(inside.map((box) => box.y + box.height)) + 16 - top };
  };
  const groupBoxes = groups.outermostFirst.flatMap((group) => boxOf(group) ?? []);
  const boxes = [...placed.map(({ node, at }) => ({ ...at, width: card.width, height: card.height + lines(node.comment ?? '', 34, 3).length * 15 })), ...noteBoxes, ...groupBoxes];
  const [left, top] = [least(boxes.map(({ x }) => x)) - margin, least(boxes.map(({ y }) => y)) - margin];
  const [width, height] = [most(boxes.map((box) => box.x + box.width)) + margin - left, most(boxes.map((box) => box.y + box.height)) + margin - top];
  const edges = document.edges.flatMap((edge) => {
    const [from, to] = [byId.get(edge.from.node), byId.get(edge.to.node)];
    if (from === undefined || to === undefined) return [];
    const [x1, y1, x2, y2] = [from.at.x + card.width, from.at.y + card.height / 2, to.at.x, to.at.y + card.height / 2];
    const reach = Math.max(40, Math.abs(x2 - x1) / 2);
    return [svg('path', { d: `M${px(x1)} ${px(y1)}C${px(x1 + reach)} ${px(y1)} ${px(x2 - reach)} ${px(y2)} ${px(x2)} ${px(y2)}`, fill: 'none', stroke: ink.axis, strokeWidth: 1.5 })];
  });
  const summary = `The pipeline “${document.title}”: ${placed.map(({ node }) => names.titleOf(node)).slice(0, 30).join(', ')}${document.nodes.length > 30 ? ' and more' : ''}.`;
  return svg(
    'svg',
    { viewBox: `${px(left)} ${px(top)} ${px(width)} ${px(height)}`, width: px(width), height: px(height), role: 'img', 'aria-label': summary, className: 'picture' },
    ...groupBoxes.map((box) => svg('g', {}, svg('rect', { x: box.x, y: box.y, width: box.width, height: box.height, rx: 10, fill: ink.grid, fillOpacity: 0.35, stroke: ink.axis, strokeDasharray: '4 3' }), svg('text', { x: box.x + 12, y: box.y + 20, fontSize: 12, fontWeight: 600, fill: ink.muted }, box.title))),
    ...noteBoxes.map((box) => svg('g', {}, svg('rect', { x: box.x, y: box.y, width: box.width, height: box.height, rx: 6, fill: 'oklch(var(--picture-l) var(--picture-c) 95)' }), ...lines(box.text, Math.floor((box.width - 16) / 6.2), Math.floor((box.height - 12) / 16)).map((line, index) => svg('text', { x: box.x + 8, y: box.y + 20 + index * 16, fontSize: 12, fill: ink.text }, line)))),
    ...edges,
    ...placed.map(({ node, at }) => nodeCard(at, names.titleOf(node), names.lineOf(node.id), node.type, names.iconOf(node.type), node.bypassed === true, node.comment ?? '')),
    document.nodes.length > mostDrawn ? svg('text', { x: px(left + 12), y: px(top + height - 8), fontSize: 12, fill: ink.muted }, `The first ${mostDrawn} of ${document.nodes.length} nodes.`) : null,
  );
}

const least = (values: readonly number[]): number => values.reduce((low, value) => Math.min(low, value), values[0] ?? 0);
const most = (values: readonly number[]): number => values.reduce((high, value) => Math.max(high, value), values[0] ?? 0);

function nodeCard(at: { readonly x: number; readonly y: number }, title: string, line: string, type: string, icon: string, bypassed: boolean, comment: string): SvgNode {
  const hue = hues[type.split('/')[0] ?? ''] ?? 260;
  return svg(
    'g',
    { opacity: bypassed ? 0.5 : undefined },
    svg('rect', { x: at.x, y: at.y, width: card.width, height: card.height, rx: 8, fill: ink.surface, stroke: ink.axis, strokeWidth: 1, strokeDasharray: bypassed ? '4 3' : undefined }),
    svg('rect', { x: at.x + 12, y: at.y + 14, width: 32, height: 32, rx: 6, fill: `oklch(var(--picture-l) var(--picture-c) ${hue})` }),
    svg('g', { transform: `translate(${px(at.x + 19)} ${px(at.y + 21)}) scale(0.75)`, fill: 'none', stroke: `oklch(var(--picture-ink-l) var(--picture-ink-c) ${hue})`, strokeWidth: 1.75, strokeLinecap: 'round', strokeLinejoin: 'round' }, ...iconShapes(icon)),
    svg('text', { x: at.x + 54, y: at.y + (line === '' ? 35 : 27), fontSize: 13, fontWeight: 600, fill: ink.text }, cut(title, 21)),
    line === '' ? null : svg('text', { x: at.x + 54, y: at.y + 45, fontSize: 11, fill: ink.muted }, cut(line, 26)),
    ...lines(comment, 34, 3).map((part, index) => svg('text', { x: at.x + 4, y: at.y + card.height + 14 + index * 15, fontSize: 11, fill: ink.muted }, part)),
    svg('title', {}, line === '' ? title : `${title}\n${line}`),
  );
}

const cut = (text: string, longest: number): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

function lines(text: string, width: number, count: number): string[] {
  const found: string[] = [];
  for (const word of text.replaceAll(/[#*_`]/g, '').split(/\s+/).filter((part) => part !== '')) {
    const last = found.at(-1);
    if (last !== undefined && last.length + word.length < width) found[found.length - 1] = `${last} ${word}`;
    else found.push(cut(word, width));
  }
  const shown = found.slice(0, Math.max(0, count));
  const last = shown.at(-1);
  if (last !== undefined && shown.length < found.length) shown[shown.length - 1] = cut(`${last} …`, width + 2);
  return shown;
}

/** Shapes of an icon file, by what they are allowed to say: icons of plug-ins are not trusted more than that. */
function iconShapes(text: string): SvgNode[] {
  return [...text.matchAll(/<(path|circle|rect|line|polyline|polygon|ellipse)\s([^<>]*?)\/?>/g)].map(([, tag = '', attributes = '']) => {
    const known = [...attributes.matchAll(/\b(d|cx|cy|r|rx|ry|x|y|x1|x2|y1|y2|width|height|points|fill)="([^"<>]*)"/g)].map(([, name = '', value = '']): [string, string] => [name, name === 'fill' && value !== 'none' ? 'none' : value]);
    return svg(tag, Object.fromEntries(known));
  });
}

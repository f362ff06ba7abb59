import type { Command, Point } from '#app/pipeline/commands.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { Chosen } from './flow-model.ts';
import { boundsOf, cardAt, type Box } from './geometry.ts';
import { groupTree } from '#app/pipeline/group-tree.ts';
import { membersOf, moveGroups, shownBox } from './groups.ts';

/** Lining things up: the alignments and distributions of the menu as commands. Pure functions. */

export type Alignment = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom';
export type Direction = 'across' | 'down';

/** What moves as one: a card, a note, or a group with what is in it. */
interface Unit {
  readonly kind: 'node' | 'note' | 'group';
  readonly id: string;
  readonly box: Box;
}

/** Units of a selection. A group counts as one beside others; alone, what is in it is meant. */
function unitsOf(document: PipelineDocument, selection: Chosen): Unit[] {
  const inGroups = new Set<string>();
  const groups = document.groups.flatMap((group): Unit[] => {
    const isWithin = groupTree(document).around(group.id).some(({ id }) => selection.groups.includes(id));
    const box = selection.groups.includes(group.id) && !isWithin ? shownBox(document, group) : null;
    if (box === null) return [];
    for (const id of membersOf(document, group)) inGroups.add(id);
    return [{ kind: 'group', id: group.id, box }];
  });
  const nodes = (skip: ReadonlySet<string>): Unit[] =>
    selection.nodes.flatMap((id) => {
      const at = skip.has(id) || !Object.hasOwn(document.layout, id) ? undefined : document.layout[id];
      return at ? [{ kind: 'node' as const, id, box: cardAt(at) }] : [];
    });
  const notes = document.notes.flatMap((note): Unit[] => (selection.notes.includes(note.id) ? [{ kind: 'note', id: note.id, box: note }] : []));
  const units = [...groups, ...nodes(inGroups), ...notes];
  return units.length > 1 ? units : nodes(new Set());
}

/** How many things of a selection can be lined up. */
export const unitCount = (document: PipelineDocument, selection: Chosen): number => unitsOf(document, selection).length;

function placed(document: PipelineDocument, units: readonly Unit[], to: (unit: Unit) => Point): Command | null {
  const positions: Record<string, Point> = {};
  const groups = new Map<string, Point>();
  const notes: Command[] = [];
  for (const unit of units) {
    const { x, y } = to(unit);
    if (x === unit.box.x && y === unit.box.y) continue;
    if (unit.kind === 'node') positions[unit.id] = { x, y };
    else if (unit.kind === 'group') groups.set(unit.id, { x: x - unit.box.x, y: y - unit.box.y });
    else {
      const note = document.notes.find(({ id }) => id === unit.id);
      if (note) notes.push({ type: 'set-note', note: { ...note, x, y } });
    }
  }
  const commands: Command[] = [...(Object.keys(positions).length > 0 ? [{ type: 'move' as const, positions }] : []), ...moveGroups(document, groups), ...notes];
  const [first] = commands;
  return first === undefined ? null : commands.length === 1 ? first : { type: 'batch', commands };
}

/** Lines the selection up by its outermost edge, or by the middle of all of it. Null for fewer than two things, or where they are. */
export function align(document: PipelineDocument, selection: Chosen, how: Alignment): Command | null {
  const units = unitsOf(document, selection);
  const all = boundsOf(units.map(({ box }) => box));
  if (all === null || units.length < 2) return null;
  return placed(document, units, ({ box }) => {
    switch (how) {
      case 'left':
        return { x: all.x, y: box.y };
      case 'centre':
        return { x: Math.round(all.x + (all.width - box.width) / 2), y: box.y };
      case 'right':
        return { x: all.x + all.width - box.width, y: box.y };
      case 'top':
        return { x: box.x, y: all.y };
      case 'middle':
        return { x: box.x, y: Math.round(all.y + (all.height - box.height) / 2) };
      case 'bottom':
        return { x: box.x, y: all.y + all.height - box.height };
    }
  });
}

/** Equal gaps between neighbours; the first and the last stay. Gaps are rounded to whole units. Null for fewer than three things. */
export function distribute(document: PipelineDocument, selection: Chosen, direction: Direction): Command | null {
  const start = (box: Box): number => (direction === 'across' ? box.x : box.y);
  const size = (box: Box): number => (direction === 'across' ? box.width : box.height);
  const units = unitsOf(document, selection).sort((a, b) => start(a.box) - start(b.box) || start(a.box) + size(a.box) - start(b.box) - size(b.box));
  const [first] = units;
  const last = units.at(-1);
  if (units.length < 3 || first === undefined || last === undefined) return null;
  const room = start(last.box) + size(last.box) - start(first.box) - units.reduce((sum, { box }) => sum + size(box), 0);
  const gap = room / (units.length - 1);
  const places = new Map<Unit, number>();
  let at = start(first.box);
  for (const unit of units) {
    places.set(unit, unit === last ? start(last.box) : Math.round(at));
    at += size(unit.box) + gap;
  }
  return placed(document, units, (unit) => {
    const next = places.get(unit) ?? start(unit.box);
    return direction === 'across' ? { x: next, y: unit.box.y } : { x: unit.box.x, y: next };
  });
}

import type { ReactNode } from 'react';
import { AlignStartVertical, Group as GroupIcon, Palette, Wrench } from 'lucide-react';
import { ContextMenu, type MenuItem } from '../ui/index.ts';
import { diagnosticsOf, useConfiguration } from '../state/configuration.ts';
import { applyFix, canFix } from '../state/leaks.ts';
import { usePipeline } from '../state/pipeline.ts';
import { useSelection } from '../state/selection.ts';
import { actionItem } from '../app/action-menu.ts';
import { actionIds, actionTable, keysOf } from '../app/shortcuts.ts';
import { openQuickAdd } from './adding.ts';
import { colourSelection, groupsMeant, hasGroup } from './arranging.ts';
import { lastPointer } from './canvas-store.ts';
import { groupColours } from './groups.ts';
import { isInside, selectedSubflow } from './subflows.ts';
import { Swatch, colourTitles } from './swatch.tsx';
import { texts } from '../text/texts.ts';

/** Right click: what can be done with what is selected, or with the empty canvas. */
export function CanvasMenu({ children }: { readonly children: ReactNode }) {
  return <ContextMenu items={() => canvasMenuItems()}>{children}</ContextMenu>;
}

/** Tab adds on the canvas only. */
const keyOutsideCanvas = 'Ctrl+.';

/** `rename`: where a title is typed, when not on the canvas. */
export function canvasMenuItems(rename?: () => void): readonly MenuItem[] {
  const { nodes, edges, notes, groups } = useSelection.getState();
  const line = (id: string): MenuItem => ({ kind: 'separator', id });
  const renameItem = (label?: string): MenuItem => ({ ...actionItem('edit.rename'), ...(label ? { label } : {}), ...(rename ? { onSelect: () => setTimeout(rename) } : {}) });
  if (nodes.length > 0) {
    return [
      ...fixes(nodes),
      actionItem('run.selected'),
      actionItem('run.force'),
      actionItem('view.result'),
      actionItem('edit.configure'),
      ...(nodes.length === 1 && rename === undefined ? [actionItem('edit.cardParams')] : []),
      line('1'),
      ...(nodes.length === 1 ? [{ ...actionItem('edit.add'), label: texts.outline.addAfter, keys: rename ? keyOutsideCanvas : keysOf('edit.add') }, actionItem('edit.addBefore'), actionItem('edit.connectTo'), actionItem('edit.connections'), line('1a')] : []),
      ...(groups.length > 0 ? [renameItem(texts.canvas.did.renameGroup)] : nodes.length === 1 ? [renameItem(), actionItem('edit.comment'), actionItem('edit.replace')] : [actionItem('edit.connect')]),
      actionItem('edit.bypass'),
      ...(groups.length > 0 ? [] : [actionItem('edit.moveToGroup')]),
      ...arrangeItems(),
      ...subflowItems(),
      ...groupItems(),
      line('2'),
      actionItem('edit.copy'),
      actionItem('edit.cut'),
      actionItem('edit.duplicate'),
      line('3'),
      { kind: 'submenu', id: 'select', label: texts.app.groups.Select, items: [actionItem('select.upstream'), actionItem('select.downstream')] },
      line('4'),
      actionItem('edit.deleteReconnect'),
      { ...actionItem('edit.delete'), danger: true },
    ];
  }
  if (edges.length > 0) return [{ ...actionItem('edit.delete'), label: texts.canvas.menu.deleteConnection, danger: true }];
  if (groups.length > 0) return [renameItem(texts.canvas.did.renameGroup), ...groupItems(), line('1'), { ...actionItem('edit.delete'), label: texts.canvas.menu.deleteGroup, danger: true }];
  if (notes.length > 0) return [...(notes.length > 1 ? arrangeItems() : []), colourItem(), actionItem('edit.duplicate'), { ...actionItem('edit.delete'), label: texts.canvas.menu.deleteNote, danger: true }];
  const pointer = lastPointer();
  return [
    { id: 'add-here', needs: 'edit', label: texts.canvas.menu.addNode, keys: 'Tab', onSelect: () => setTimeout(() => openQuickAdd('pointer', pointer)) },
    actionItem('edit.note'),
    ...(isInside() ? [actionItem('subflow.input'), actionItem('subflow.output'), actionItem('subflow.leave')] : []),
    actionItem('edit.paste'),
    line('1'),
    actionItem('edit.selectAll'),
    actionItem('view.tidy'),
    actionItem('view.fit'),
    line('2'),
    actionItem('run.all'),
  ];
}

function arrangeItems(): readonly MenuItem[] {
  const { nodes, notes } = useSelection.getState();
  if (nodes.length + notes.length < 2) return [];
  const ids = actionIds.filter((id) => actionTable[id].group === 'Arrange');
  return [{ kind: 'submenu', id: 'arrange', label: texts.canvas.menu.arrange, icon: <AlignStartVertical />, items: ids.map((id) => actionItem(id)) }];
}

/** Grouping where nothing is grouped, else what can be done with the group. */
function groupItems(): readonly MenuItem[] {
  const { groups } = useSelection.getState();
  if (!hasGroup()) return [actionItem('edit.group')];
  const { document } = usePipeline.getState();
  const meant = document ? groupsMeant(document) : [];
  const collapsed = meant.length > 0 && meant.every((group) => group.collapsed === true);
  const own: MenuItem[] = [
    ...(groups.length > 0 ? [] : [actionItem('edit.group')]),
    { ...actionItem('edit.collapse'), label: collapsed ? texts.canvas.menu.expand : texts.canvas.menu.collapse },
    ...(meant.some(({ box }) => box !== undefined) ? [actionItem('edit.fitGroup')] : []),
    ...(groups.length > 0 ? [colourItem()] : []),
    actionItem('edit.ungroup'),
  ];
  return groups.length > 0 ? own : [{ kind: 'submenu', id: 'group', label: texts.common.group, icon: <GroupIcon />, items: own }];
}

function subflowItems(): readonly MenuItem[] {
  if (selectedSubflow() === null) return [{ ...actionItem('subflow.toggle'), label: texts.canvas.did.makeSubflow }];
  return [actionItem('subflow.open'), { ...actionItem('subflow.toggle'), label: texts.canvas.did.dissolve }];
}

function colourItem(): MenuItem {
  return {
    kind: 'submenu',
    id: 'colour',
    label: texts.common.colour,
    icon: <Palette />,
    items: groupColours.map((colour) => ({ id: `colour-${colour}`, label: colourTitles[colour], icon: <Swatch colour={colour} />, onSelect: () => colourSelection(colour) })),
  };
}

/** What mends the leaks of the one selected node. */
function fixes(nodes: readonly string[]): readonly MenuItem[] {
  const [id, ...more] = nodes;
  if (id === undefined || more.length > 0) return [];
  const items = diagnosticsOf(useConfiguration.getState(), id).flatMap((finding): MenuItem[] =>
    finding.fix === undefined ? [] : [{ id: `fix-${finding.code}`, label: texts.canvas.fix(finding.fix.title), icon: <Wrench size={14} />, disabled: !canFix(), onSelect: () => applyFix(finding) }],
  );
  return items.length === 0 ? [] : [...items, { kind: 'separator', id: 'fixes' }];
}

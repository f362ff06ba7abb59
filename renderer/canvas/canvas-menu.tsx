import type { ReactNode } from 'react';
import { Wrench } from 'lucide-react';
import { ContextMenu, type MenuItem } from '../ui/index.ts';
import { diagnosticsOf, useConfiguration } from '../state/configuration.ts';
import { applyFix, canFix } from '../state/leaks.ts';
import { useSelection } from '../state/selection.ts';
import { actionItem } from '../app/action-menu.ts';
import { openQuickAdd } from './adding.ts';
import { useCanvas } from './canvas-store.ts';

/** Right click: what can be done with what is selected, or with the empty canvas. */
export function CanvasMenu({ children }: { readonly children: ReactNode }) {
  return <ContextMenu items={items}>{children}</ContextMenu>;
}

function items(): readonly MenuItem[] {
  const { nodes, edges, notes } = useSelection.getState();
  const line = (id: string): MenuItem => ({ kind: 'separator', id });
  if (nodes.length > 0) {
    return [
      ...fixes(nodes),
      actionItem('run.selected'),
      actionItem('run.force'),
      actionItem('view.result'),
      line('1'),
      ...(nodes.length === 1 ? [actionItem('edit.rename')] : [actionItem('edit.connect')]),
      actionItem('edit.bypass'),
      line('2'),
      actionItem('edit.copy'),
      actionItem('edit.cut'),
      actionItem('edit.duplicate'),
      line('3'),
      actionItem('select.upstream'),
      actionItem('select.downstream'),
      ...(nodes.length > 1 ? [actionItem('view.tidy')] : []),
      line('4'),
      actionItem('edit.deleteReconnect'),
      { ...actionItem('edit.delete'), danger: true },
    ];
  }
  if (edges.length > 0) return [{ ...actionItem('edit.delete'), label: 'Delete connection', danger: true }];
  if (notes.length > 0) return [actionItem('edit.duplicate'), { ...actionItem('edit.delete'), label: 'Delete note', danger: true }];
  const { pointer } = useCanvas.getState();
  return [
    { id: 'add-here', label: 'Add node…', keys: 'Tab', onSelect: () => setTimeout(() => openQuickAdd('pointer', pointer)) },
    actionItem('edit.note'),
    actionItem('edit.paste'),
    line('1'),
    actionItem('edit.selectAll'),
    actionItem('view.tidy'),
    actionItem('view.fit'),
    line('2'),
    actionItem('run.all'),
  ];
}

/** What mends the leaks of the one selected node. */
function fixes(nodes: readonly string[]): readonly MenuItem[] {
  const [id, ...more] = nodes;
  if (id === undefined || more.length > 0) return [];
  const items = diagnosticsOf(useConfiguration.getState(), id).flatMap((finding): MenuItem[] =>
    finding.fix === undefined ? [] : [{ id: `fix-${finding.code}`, label: `Fix: ${finding.fix.title}`, icon: <Wrench size={14} />, disabled: !canFix(), onSelect: () => applyFix(finding) }],
  );
  return items.length === 0 ? [] : [...items, { kind: 'separator', id: 'fixes' }];
}

import type { KeyboardEvent } from 'react';
import { primaryNode, useSelection } from '../state/selection.ts';
import { choose } from './canvas-store.ts';

/** Ports by keyboard: arrows go from one to the next, Enter chooses what it is connected to. */

const nodeElement = (nodeId: string): HTMLElement | null => document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(nodeId)}"]`);
const portsIn = (node: HTMLElement | null, side: 'in' | 'out'): readonly HTMLElement[] => [...(node?.querySelectorAll<HTMLElement>(`.port[data-side="${side}"]`) ?? [])];

/** To the first output of the selected node; to its first input where it has none. */
export function focusPorts(): void {
  const nodeId = primaryNode(useSelection.getState());
  const node = nodeId === null ? null : nodeElement(nodeId);
  (portsIn(node, 'out')[0] ?? portsIn(node, 'in')[0])?.focus({ preventScroll: true });
}

/** Keys at a port of a node. */
export function onPortKey(event: KeyboardEvent<HTMLElement>, nodeId: string, name: string, side: 'in' | 'out'): void {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const node = nodeElement(nodeId);
  const siblings = portsIn(node, side);
  const at = siblings.indexOf(event.currentTarget);
  const across = (to: 'in' | 'out') => (to === side ? undefined : (portsIn(node, to)[at] ?? portsIn(node, to).at(-1)));
  switch (event.key) {
    case 'ArrowUp':
      siblings[at - 1]?.focus({ preventScroll: true });
      break;
    case 'ArrowDown':
      siblings[at + 1]?.focus({ preventScroll: true });
      break;
    case 'ArrowLeft':
      across('in')?.focus({ preventScroll: true });
      break;
    case 'ArrowRight':
      across('out')?.focus({ preventScroll: true });
      break;
    case 'Enter':
    case ' ':
      choose({ list: 'fitting', nodeId, port: { name, side } });
      break;
    case 'Delete':
    case 'Backspace':
      choose({ list: 'present', nodeId, port: { name, side } });
      break;
    case 'Escape':
      node?.focus({ preventScroll: true });
      break;
    default:
      return;
  }
  // Not the canvas' own meaning of the key as well.
  event.preventDefault();
}

import { create } from 'zustand';

export const nodeDragType = 'application/x-penstock-node';

/** The node type being dragged from the catalogue; the drag's own data cannot be read before the drop. */
export const useNodeDrag = create<{ readonly type: string | null }>(() => ({ type: null }));

/** Edge whose wire passes under a point of the page, or null. */
export function edgeAt(x: number, y: number): string | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const edge = element.closest('.react-flow__edge');
    if (edge) return edge.getAttribute('data-id');
  }
  return null;
}

/** Node whose card is under a point of the page, or null. */
export function nodeAt(x: number, y: number): string | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const node = element.closest<HTMLElement>('[data-testid="node-card"]');
    if (node) return node.dataset['nodeId'] ?? null;
  }
  return null;
}

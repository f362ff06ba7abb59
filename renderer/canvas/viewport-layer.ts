import { useStoreApi } from '@xyflow/react';
import { useState } from 'react';

/** Where what moves with the canvas is put by `createPortal`. React Flow's own portal looks for it at every change of its store. */
export function useViewportLayer(): Element | null {
  const store = useStoreApi();
  const [layer] = useState(() => store.getState().domNode?.querySelector('.react-flow__viewport-portal') ?? null);
  return layer;
}

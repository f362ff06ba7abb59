import { useStore, useStoreApi } from '@xyflow/react';
import { getNodesInside } from '@xyflow/system';
import { startTransition, useEffect, useState } from 'react';

/** Up to so many cards, all are on the page. */
const few = 250;

/** More than this are never all on the page. */
const most = 3000;

/** All are on the page where more than this share of them is in sight. */
const share = 1 / 6;

/** So long the view stands still before cards leave the page or come onto it, ms. */
const restMs = 250;

/** What may be added without asking anew. */
const spare = 50;

/**
 * Whether cards that are out of sight are left off the page. Where a good part is in sight, asking at each movement which ones are, and
 * bringing them on and off, takes longer than moving them all. A view in motion changes nothing: hundreds of cards at once would be a jolt.
 */
export function useLeavesOut(): boolean {
  const store = useStoreApi();
  const [mounted, setMounted] = useState(0);
  const leavesOut = useStore(({ nodes }) => nodes.length > few && nodes.length > mounted);
  useEffect(() => {
    const decide = (): void => {
      const { nodes: { length }, nodeLookup, width, height, transform } = store.getState();
      if (length <= few) return;
      const all = length <= most && getNodesInside(nodeLookup, { x: 0, y: 0, width, height }, transform, true).length > length * share;
      startTransition(() => setMounted(all ? length + spare : 0));
    };
    let resting = setTimeout(decide, restMs);
    const unsubscribe = store.subscribe(({ transform, nodes }, before) => {
      if (transform === before.transform && nodes.length === before.nodes.length) return;
      clearTimeout(resting);
      resting = setTimeout(decide, restMs);
    });
    return () => {
      clearTimeout(resting);
      unsubscribe();
    };
  }, [store]);
  return leavesOut;
}

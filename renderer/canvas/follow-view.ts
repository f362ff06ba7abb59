import { useStoreApi } from '@xyflow/react';
import { useLayoutEffect } from 'react';

/** Where the canvas is scrolled to, in pixels, and its zoom. */
export type View = readonly [x: number, y: number, zoom: number];

/**
 * Draws by hand at every movement of the view, and once at first: what only moves with it need not render, and without any render React has
 * nothing to do at a turn of the wheel. `draw` is the same function as long as it draws the same.
 */
export function useFollowView(draw: (view: View) => void): void {
  const store = useStoreApi();
  useLayoutEffect(() => {
    let drawn: View = store.getState().transform;
    draw(drawn);
    return store.subscribe(({ transform }) => {
      if (transform[0] === drawn[0] && transform[1] === drawn[1] && transform[2] === drawn[2]) return;
      drawn = transform;
      draw(drawn);
    });
  }, [store, draw]);
}

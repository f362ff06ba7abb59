import { revealNode } from '../canvas/canvas-store.ts';
import { revealFlat } from '../state/level.ts';
import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { useView } from '../state/view.ts';

/** Goes to the canvas with the node that made a version selected; to the pipeline alone where the node is gone since. */
export async function openTrainer(path: string, nodeId: string | null): Promise<void> {
  if (path !== usePipeline.getState().path) await openPipeline(path);
  if (usePipeline.getState().path !== path) return;
  useView.setState({ page: 'canvas' });
  const { root } = usePipeline.getState();
  // A node inside a subflow has the subflow's id in front of its own.
  if (nodeId === null || root?.nodes.every(({ id }) => id !== nodeId && !nodeId.startsWith(`${id}/`)) !== false) return;
  const shown = revealFlat(nodeId);
  // The canvas is drawn in the frame after.
  requestAnimationFrame(() => requestAnimationFrame(() => revealNode(shown)));
}

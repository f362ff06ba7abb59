import { client } from '../rpc/client.ts';
import { useAskedColumn } from '../state/asked-column.ts';
import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { revealFlat } from '../state/level.ts';
import { select } from '../state/selection.ts';
import { useSlices } from '../state/slices.ts';
import { showDock, useView } from '../state/view.ts';

/** Where something is to be seen: a node of a pipeline, and a column and rows of the table at one of its inputs. */
export interface CanvasPlace {
  readonly pipelineId: string;
  readonly pipelinePath: string | null;
  readonly nodeId: string;
  readonly input: string | null;
  readonly column: string | null;
  readonly slice: string | null;
}

/** Opens the canvas at a node; where a column or rows are named, at the table that feeds it, narrowed to the rows, with the column marked. */
export async function openOnCanvas(place: CanvasPlace): Promise<void> {
  const { pipelineId } = place;
  if (usePipeline.getState().root?.id !== pipelineId) {
    const path = place.pipelinePath ?? (await client.run.list({ pipelineId, limit: 1 }).catch(() => []))[0]?.pipelinePath ?? null;
    if (path === null) return;
    await openPipeline(path);
    // Selections of the pipeline that was open before go when it has left the page.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }
  useView.setState({ page: 'canvas' });
  const shown = revealFlat(place.nodeId);
  const edge = usePipeline.getState().document?.edges.find(({ to }) => to.node === shown && to.port === place.input);
  if (edge === undefined || (place.column === null && place.slice === null)) {
    select({ nodes: [shown] });
    return;
  }
  const { node, port } = edge.from;
  select({ nodes: [node] }, port);
  useSlices.getState().clear();
  if (place.slice !== null && place.slice !== '') useSlices.getState().set(`alarm ${place.nodeId}`, { nodeId: node, port, filter: place.slice, label: place.slice });
  showDock('table');
  if (place.column !== null) useAskedColumn.setState({ asked: { nodeId: node, port, column: place.column } });
}

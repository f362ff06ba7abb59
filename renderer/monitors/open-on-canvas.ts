import { openAtRun } from '../history/open-at-run.ts';
import { useAskedColumn } from '../state/asked-column.ts';
import { usePipeline } from '../state/pipeline.ts';
import { select } from '../state/selection.ts';
import { useSlices } from '../state/slices.ts';
import { showDock } from '../state/view.ts';

/** Where something is to be seen: a node of a pipeline as a run left it, and a column and rows of the table at one of its inputs. */
export interface CanvasPlace {
  readonly runId: string | null;
  readonly pipelineId: string;
  readonly pipelinePath: string | null;
  readonly nodeId: string;
  readonly input: string | null;
  readonly column: string | null;
  readonly slice: string | null;
}

/** Opens the canvas at a node; where a column or rows are named, at the table that feeds it, narrowed to the rows, with the column marked. */
export async function openOnCanvas(place: CanvasPlace): Promise<void> {
  const shown = await openAtRun(place);
  if (shown === null) return;
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

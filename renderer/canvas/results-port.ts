import { indexGraph } from '#app/pipeline/graph.ts';
import { usePipeline } from '../state/pipeline.ts';
import { primaryNode, useSelection } from '../state/selection.ts';
import { showDock } from '../state/view.ts';
import { portsOf } from './geometry.ts';

/** Shows the value of the selected node's nth output in the results. */
export function viewPort(index: number): void {
  const { document } = usePipeline.getState();
  const id = primaryNode(useSelection.getState());
  const node = document && id !== null ? indexGraph(document).nodes.get(id) : undefined;
  const port = document && node ? portsOf(document, node).outputs[index] : undefined;
  if (!port) return;
  useSelection.setState({ port: port.name });
  showDock(port.kind === 'table' ? 'table' : 'charts');
}

import { revealNode } from '../../canvas/canvas-store.ts';
import { openPipeline, usePipeline } from '../../state/pipeline.ts';
import { currentLevel, revealFlat } from '../../state/level.ts';
import { showInspector } from '../../state/view.ts';
import type { ListedProblem } from './problem-groups.ts';

/** Frames to wait for a pipeline that was just opened to be drawn, and for a form to appear. */
const patience = 120;

/** Goes to where a problem is: opens its pipeline, selects the node, and brings the param into view with the focus on it. */
export async function openProblem(path: string | null, { diagnostic, node }: ListedProblem): Promise<void> {
  if (path !== null && path !== usePipeline.getState().path) {
    await openPipeline(path);
    if (usePipeline.getState().path !== path) return;
  }
  const { root } = usePipeline.getState();
  const known = currentLevel()?.expanded;
  if (node === null || root === null || (root.nodes.every(({ id }) => id !== node.id) && known?.document.nodes.every(({ id }) => id !== node.id) !== false && known?.subflows.has(node.id) !== true)) return;
  const shown = revealFlat(node.id);
  showInspector('parameters');
  soon(() => {
    revealNode(shown);
    return true;
  });
  const param = diagnostic.place?.param;
  if (param !== undefined && param.length > 0) soon(() => focusParam(param));
}

/** Tries in one frame after the other until it is done. */
function soon(attempt: () => boolean, left = patience): void {
  requestAnimationFrame(() => {
    if (!attempt() && left > 0) soon(attempt, left - 1);
  });
}

/** The narrowest field there is for a path of params; unfolds what hides it. */
function focusParam(param: readonly (string | number)[]): boolean {
  for (let length = param.length; length > 0; length--) {
    const field = document.querySelector<HTMLElement>(`[data-testid="inspector-body"] [data-testid="param-${CSS.escape(param.slice(0, length).join('.'))}"]`);
    if (field === null) continue;
    const folded = field.closest('details');
    if (folded !== null) folded.open = true;
    field.scrollIntoView({ block: 'nearest' });
    field.querySelector<HTMLElement>('input, textarea, button, [contenteditable="true"]')?.focus();
    return true;
  }
  return false;
}

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
  if (param !== undefined && param.length > 0) keepFocus(() => fieldOf(param));
}

/** Tries in one frame after the other until it is done. */
function soon(attempt: () => boolean, left = patience): void {
  requestAnimationFrame(() => {
    if (!attempt() && left > 0) soon(attempt, left - 1);
  });
}

/** Frames for which a field must have kept the focus: a form that just opened is drawn anew when the engine has answered. */
const settled = 30;

/** Gives a field the focus and gives it back while the page settles; ends at once when the person does something else. */
function keepFocus(find: () => HTMLElement | null): void {
  let kept = 0;
  const acted = new AbortController();
  for (const event of ['keydown', 'pointerdown']) addEventListener(event, () => acted.abort(), { capture: true, signal: acted.signal });
  soon(() => {
    if (acted.signal.aborted) return true;
    const field = find();
    kept = field?.contains(document.activeElement) === true ? kept + 1 : 0;
    if (field !== null && kept === 0) {
      field.scrollIntoView({ block: 'nearest' });
      field.querySelector<HTMLElement>('input, textarea, button, [contenteditable="true"]')?.focus();
    }
    if (kept >= settled) acted.abort();
    return kept >= settled;
  });
}

/** The narrowest field there is for a path of params, null while its form is not there. */
function fieldOf(param: readonly (string | number)[]): HTMLElement | null {
  for (let length = param.length; length > 0; length--) {
    const field = document.querySelector<HTMLElement>(`[data-testid="inspector-body"] [data-testid="param-${CSS.escape(param.slice(0, length).join('.'))}"]`);
    if (field !== null) return field;
  }
  return null;
}

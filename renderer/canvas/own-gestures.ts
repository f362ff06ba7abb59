import { holdPanels, releasePanels } from '../state/followed.ts';

/**
 * While a gesture that began on the canvas goes on, its movements end at the root of the page. Beyond it the panels around the canvas
 * listen, and measure themselves at every movement to see whether the pointer is on one of their borders: a layout of the whole page. Nor
 * do they follow what it selects before it is over.
 * @returns ends it.
 */
export function ownGestures(pane: HTMLElement): () => void {
  const page = pane.ownerDocument;
  // The element that React listens on: listeners of one element all run.
  const root = page.querySelector('#root');
  if (root === null) return () => undefined;
  let isOwn = false;
  /** Nothing is drawn from a port or the end of a wire: that listens at the page. */
  let isMove = false;
  const begin = ({ target }: PointerEvent): void => {
    isOwn = true;
    isMove = target instanceof Element && target.closest('.react-flow__handle, .react-flow__edgeupdater') === null;
  };
  const end = (): void => {
    isOwn = false;
    isMove = false;
    releasePanels();
  };
  const move = (event: Event): void => {
    if (!isOwn) return;
    event.stopPropagation();
    holdPanels();
  };
  // Dragging and panning listen at the window, before this. React would look for handlers at every element up from here, and there are none.
  const mouseMove = (event: Event): void => {
    if (isMove) event.stopPropagation();
  };
  pane.addEventListener('pointerdown', begin, true);
  // After what is done at the end of a gesture.
  page.addEventListener('pointerup', end);
  page.addEventListener('pointercancel', end);
  page.addEventListener('mousemove', mouseMove, true);
  root.addEventListener('pointermove', move);
  return () => {
    pane.removeEventListener('pointerdown', begin, true);
    page.removeEventListener('pointerup', end);
    page.removeEventListener('pointercancel', end);
    page.removeEventListener('mousemove', mouseMove, true);
    root.removeEventListener('pointermove', move);
    releasePanels();
  };
}

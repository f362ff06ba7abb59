/**
 * While a gesture that began on the canvas goes on, its movements end at the root of the page. Beyond it the panels around the canvas
 * listen, and measure themselves at every movement to see whether the pointer is on one of their borders: a layout of the whole page.
 * @returns ends it.
 */
export function ownGestures(pane: HTMLElement): () => void {
  const page = pane.ownerDocument;
  // The element that React listens on: listeners of one element all run.
  const root = page.querySelector('#root');
  if (root === null) return () => undefined;
  let isOwn = false;
  const begin = (): void => {
    isOwn = true;
  };
  const end = (): void => {
    isOwn = false;
  };
  const move = (event: Event): void => {
    if (isOwn) event.stopPropagation();
  };
  pane.addEventListener('pointerdown', begin, true);
  page.addEventListener('pointerup', end, true);
  page.addEventListener('pointercancel', end, true);
  root.addEventListener('pointermove', move);
  return () => {
    pane.removeEventListener('pointerdown', begin, true);
    page.removeEventListener('pointerup', end, true);
    page.removeEventListener('pointercancel', end, true);
    root.removeEventListener('pointermove', move);
  };
}

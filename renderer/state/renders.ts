declare global {
  interface Window {
    /** Where a test puts an object here, renders are counted in it by part and id: what did not change must not render. */
    penstockRenders?: Record<string, number>;
  }
}

/** Parts of the page whose renders are counted. */
export type RenderedPart = 'card' | 'wire' | 'note' | 'frame' | 'chip' | 'pane' | 'controls' | 'top-bar' | 'catalogue' | 'inspector';

/** Notes a render of a part of the page, for tests. */
export function noteRender(part: RenderedPart, id = ''): void {
  const { penstockRenders: counts } = window;
  if (counts === undefined) return;
  const key = id === '' ? part : `${part} ${id}`;
  counts[key] = (counts[key] ?? 0) + 1;
}

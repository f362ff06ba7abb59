/** How much cards show, by zoom: one attribute on the pane, and the style sheet does the rest, so that no card renders again. */
export function detailAt(zoom: number): 'far' | 'low' | 'middle' | 'near' {
  if (zoom < 0.32) return 'far';
  if (zoom < 0.66) return 'low';
  return zoom < 1.15 ? 'middle' : 'near';
}

/** Below this zoom a sign is a few pixels: cards are drawn flat, so that thousands in sight still move smoothly. */
export const tinyBelow = 0.18;

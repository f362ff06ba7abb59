import { create } from 'zustand';
import { useSelection } from './selection.ts';

/** Time for which the canvas rests before the panels take up what a gesture selected, ms. */
const restMs = 100;

/**
 * What the inspector and the results are about: the selection, at once. Only while something is dragged or a box is drawn they stay where
 * they are, and follow when the canvas rests: to set up forms, editors and tables for a node takes as long as several frames of the gesture.
 */
export const useFollowed = create(() => useSelection.getState());

let isHeld = false;
let resting: ReturnType<typeof setTimeout> | undefined;

function follow(): void {
  clearTimeout(resting);
  useFollowed.setState(useSelection.getState(), true);
}

useSelection.subscribe(() => {
  if (!isHeld) follow();
});

/** A gesture on the canvas began. */
export function holdPanels(): void {
  isHeld = true;
  clearTimeout(resting);
}

/** It ended. */
export function releasePanels(): void {
  if (!isHeld) return;
  isHeld = false;
  if (useFollowed.getState() !== useSelection.getState()) resting = setTimeout(follow, restMs);
}

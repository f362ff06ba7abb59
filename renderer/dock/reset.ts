import { useView } from '../state/view.ts';
import { resetDock } from './views.ts';

/** Every panel where it was the first time. */
export function resetLayout(): void {
  resetDock();
  useView.setState((state) => ({ catalogueOpen: true, historyOpen: false, outlineOpen: false, inspectorOpen: true, resets: state.resets + 1, page: 'canvas' }));
}

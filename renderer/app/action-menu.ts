import type { MenuItem } from '../ui/index.ts';
import { actionNeeds, isEnabled, runAction } from './actions.ts';
import { actionTable, keysOf, type ActionId } from './shortcuts.ts';

/** A menu entry for an action, with its keys, greyed while it can do nothing. */
export function actionItem(id: ActionId): Extract<MenuItem, { readonly onSelect: () => void }> {
  // Run after the menu has given its focus back, so that an action may take it.
  return { id, label: actionTable[id].title, keys: keysOf(id), disabled: !isEnabled(id), needs: actionNeeds(id), onSelect: () => setTimeout(() => runAction(id)) };
}

import { Cable, Ellipsis, ListPlus, Trash2, Unplug } from 'lucide-react';
import { actionNeeds, runAction, isEnabled } from '../app/actions.ts';
import { actionTable, keysOf, type ActionId } from '../app/shortcuts.ts';
import { canvasMenuItems } from '../canvas/canvas-menu.tsx';
import { refusesEdit } from '../state/editing.ts';
import { useSelection } from '../state/selection.ts';
import { IconButton, Menu, whyNot } from '../ui/index.ts';
import { useOutline } from './outline-store.ts';
import { texts } from '../text/texts.ts';

/** What is done most, as buttons; the rest in a menu. */
export function OutlineToolbar() {
  // Which of them can do something depends on what is selected.
  useSelection();
  const button = (id: ActionId, icon: React.ReactNode) => (
    <IconButton needs={actionNeeds(id)} label={actionTable[id].title} keys={id === 'edit.add' ? 'Ctrl+.' : keysOf(id)} size="sm" disabled={!isEnabled(id) && whyNot(actionNeeds(id)) === null} data-testid={`outline-${id}`} onClick={() => runAction(id)}>
      {icon}
    </IconButton>
  );
  return (
    <div role="toolbar" aria-label={texts.outline.title} className="flex h-8 shrink-0 items-center gap-1 border-b border-line px-2">
      {button('edit.add', <ListPlus size={15} />)}
      {button('edit.connectTo', <Cable size={15} />)}
      {button('edit.connections', <Unplug size={15} />)}
      {button('edit.delete', <Trash2 size={15} />)}
      <span className="flex-1" />
      <Menu
        align="end"
        trigger={
          <button type="button" aria-label={texts.outline.more} data-testid="outline-more" className="inline-flex size-6 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink">
            <Ellipsis size={15} />
          </button>
        }
        items={canvasMenuItems(renameHere)}
      />
    </div>
  );
}

/** Types the title in the outline's own row. */
export function renameHere(): void {
  const { groups, nodes } = useSelection.getState();
  if (refusesEdit()) return;
  useOutline.setState({ renaming: groups.at(-1) ?? nodes.at(-1) ?? null });
}

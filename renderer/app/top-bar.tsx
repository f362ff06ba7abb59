import { BookOpenText, Command as CommandIcon, Moon, PanelBottom, PanelLeft, PanelRight, Redo2, Sun, Undo2 } from 'lucide-react';
import { useDescription } from '../description/description-store.ts';
import { noteRender } from '../state/renders.ts';
import { useView } from '../state/view.ts';
import { IconButton, keyText, useTheme } from '../ui/index.ts';
import { runAction } from './actions.ts';
import { PipelineSwitcher } from './pipeline-switcher.tsx';
import { ProblemsButton } from './problems-button.tsx';
import { RunControls } from './run-controls.tsx';
import { SaveStateLine } from './save-state.tsx';
import { keysOf } from './shortcuts.ts';
import { useStepLabels } from './undo-here.ts';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';

function DescribeButton() {
  const open = useDescription((store) => store.open);
  return (
    <IconButton data-testid="describe" label={texts.help.describe} keys={keysOf('help.describe')} pressed={open} onClick={() => runAction('help.describe')}>
      <BookOpenText size={16} />
    </IconButton>
  );
}

/** Apart from the rest of the bar: what can be undone changes with every edit. */
function UndoButtons() {
  const { undoLabel, redoLabel } = useStepLabels();
  return (
    <>
      <IconButton needs="edit" data-testid="undo" label={undoLabel ? texts.app.undoWhat(told(undoLabel)) : texts.app.undo} keys={keysOf('edit.undo')} disabled={undoLabel === null} onClick={() => runAction('edit.undo')}>
        <Undo2 size={16} />
      </IconButton>
      <IconButton needs="edit" data-testid="redo" label={redoLabel ? texts.app.redoWhat(told(redoLabel)) : texts.app.redo} keys={keysOf('edit.redo')} disabled={redoLabel === null} onClick={() => runAction('edit.redo')}>
        <Redo2 size={16} />
      </IconButton>
    </>
  );
}

export function TopBar() {
  noteRender('top-bar');
  const theme = useTheme((store) => store.theme);
  const view = useView();
  const divider = <span className="mx-1 h-5 w-px shrink-0 bg-line max-[760px]:hidden" />;
  return (
    <header className="flex h-11 shrink-0 overflow-x-auto [scrollbar-width:none] items-center gap-1 border-b border-line bg-chrome pl-1.5 pr-2">
      <PipelineSwitcher />
      {divider}
      <UndoButtons />
      <SaveStateLine />
      <span className="flex-1" />
      <DescribeButton />
      <ProblemsButton />
      <RunControls />
      {divider}
      <button
        type="button"
        onClick={() => runAction('palette.open')}
        data-testid="open-palette"
        className="flex h-7 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-md border border-line px-2 text-xs text-muted hover:bg-hover hover:text-ink"
      >
        <CommandIcon size={13} aria-hidden />
        <span className="max-[760px]:sr-only">{texts.app.commands}</span>
        <span className="text-faint max-[760px]:hidden">{keyText(keysOf('palette.open') ?? '')}</span>
      </button>
      <IconButton label={texts.app.catalogue} keys={keysOf('view.catalogue')} pressed={view.catalogueOpen && view.page === 'canvas'} onClick={() => runAction('view.catalogue')}>
        <PanelLeft size={16} />
      </IconButton>
      <IconButton label={texts.app.results} keys={keysOf('view.dock')} pressed={view.dockOpen && view.page === 'canvas'} onClick={() => runAction('view.dock')}>
        <PanelBottom size={16} />
      </IconButton>
      <IconButton label={texts.app.inspector} keys={keysOf('view.inspector')} pressed={view.inspectorOpen && view.page === 'canvas'} onClick={() => runAction('view.inspector')}>
        <PanelRight size={16} />
      </IconButton>
      <IconButton data-testid="theme-toggle" className="max-[760px]:hidden" label={theme === 'dark' ? texts.app.lightTheme : texts.app.darkTheme} onClick={() => runAction('view.theme')}>
        {theme === 'dark' ? <Sun size={16} /> : <Moon size={16} />}
      </IconButton>
    </header>
  );
}

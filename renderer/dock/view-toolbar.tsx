import { AppWindow, Columns2, LayoutDashboard, Maximize2, Minimize2, MoreHorizontal, PanelBottom, PanelRight, Pin as PinIcon, RotateCcw, Rows2, X } from 'lucide-react';
import { useParentTabsetState } from 'react-resizable-panels';
import { useShown, useStale } from '../results/use-result.ts';
import { addViewToReport } from '../reports/view-adding.ts';
import { titleOf } from '../state/catalogue.ts';
import { useSelection } from '../state/selection.ts';
import { keysOf } from '../app/shortcuts.ts';
import { tearOff } from '../windows/torn.ts';
import { IconButton, Menu, type MenuItem } from '../ui/index.ts';
import { viewKinds, type ViewData } from './layout.ts';
import { PortSwitcher } from './port-switcher.tsx';
import { resetLayout } from './reset.ts';
import { StaleBadge } from './stale-badge.tsx';
import { choosePort, closeView, isOpen, keepOpen, moveView, openView, splitView, toggleEnlarged } from './views.ts';
import { texts } from '../text/texts.ts';

interface ViewToolbarProps {
  readonly id: string;
  readonly view: ViewData;
  /** The only view in its place. */
  readonly alone: boolean;
}

/** Which node the front view is about, whether that is still so, the choice of its ports, and what can be done with the view. */
export function ViewToolbar({ id, view, alone }: ViewToolbarProps) {
  const shown = useShown(view.pin);
  const { node, ports, port } = shown;
  const stale = useStale(node?.id);
  const enlarged = useParentTabsetState()?.isMaximized ?? false;
  const aboutNode = view.kind !== 'problems' && node !== null;
  return (
    <div data-testid="results-toolbar" className="flex min-w-0 items-center gap-1.5 pl-2">
      <StaleBadge reason={aboutNode ? stale : null} />
      {aboutNode && view.pin === null ? <span className="max-w-44 min-w-0 truncate text-xs text-muted @max-[30rem]:hidden">{titleOf(node)}</span> : null}
      {aboutNode && ports.length > 1 && view.kind !== 'log' ? (
        <PortSwitcher ports={ports} current={port} choose={(name) => (view.pin === null ? useSelection.setState({ port: name }) : choosePort(id, name))} byKey={view.pin === null} />
      ) : null}
      <span className="flex items-center">
        {aboutNode && view.pin === null ? (
          <IconButton label={texts.views.actions.keep} keys={keysOf('view.keep')} size="sm" data-testid="keep-view" onClick={() => keepOpen(id)}>
            <PinIcon size={14} />
          </IconButton>
        ) : null}
        {aboutNode && port !== null && (view.kind === 'table' || view.kind === 'charts') ? (
          <IconButton needs="edit" label={texts.reports.addTo} keys={keysOf('report.add')} size="sm" data-testid="add-to-report" onClick={() => addViewToReport(view.kind, { node: shown.flat ?? node.id, known: shown.known ?? node.id, port, title: titleOf(node) })}>
            <LayoutDashboard size={14} />
          </IconButton>
        ) : null}
        <IconButton label={enlarged ? texts.views.putBack : texts.views.enlarge} keys={keysOf('view.enlarge')} size="sm" data-testid="enlarge-view" onClick={() => toggleEnlarged(id)}>
          {enlarged ? <Minimize2 size={14} /> : <Maximize2 size={14} />}
        </IconButton>
        <Menu
          align="end"
          trigger={
            <button type="button" aria-label={texts.views.more} data-testid="view-menu" className="inline-flex size-6 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink">
              <MoreHorizontal size={14} />
            </button>
          }
          items={menuItems(id, view, aboutNode, alone)}
        />
      </span>
    </div>
  );
}

function menuItems(id: string, view: ViewData, aboutNode: boolean, alone: boolean): readonly MenuItem[] {
  const closed = viewKinds.filter((kind) => !isOpen(kind));
  const splits = (aboutNode || !alone) && !(view.kind === 'problems' && alone);
  return [
    { id: 'right', label: texts.views.actions.splitRight, icon: <Columns2 />, keys: keysOf('view.splitRight'), disabled: !splits, onSelect: () => splitView('right', id) },
    { id: 'below', label: texts.views.actions.splitDown, icon: <Rows2 />, keys: keysOf('view.splitDown'), disabled: !splits, onSelect: () => splitView('bottom', id) },
    { kind: 'separator', id: 'after-split' },
    { id: 'to-right', label: texts.views.actions.toRight, icon: <PanelRight />, onSelect: () => moveView('right', id) },
    { id: 'to-bottom', label: texts.views.actions.toBottom, icon: <PanelBottom />, onSelect: () => moveView('bottom', id) },
    { id: 'window', label: texts.views.actions.tearOff, icon: <AppWindow />, keys: keysOf('view.tearOff'), disabled: !aboutNode, onSelect: () => tearOff(id) },
    { kind: 'separator', id: 'after-move' },
    ...closed.map((kind): MenuItem => ({ id: `open-${kind}`, label: openWords[kind], onSelect: () => openView(kind) })),
    { id: 'close', label: texts.views.actions.close, icon: <X />, onSelect: () => closeView(id) },
    { id: 'reset', label: texts.views.actions.resetLayout, icon: <RotateCcw />, onSelect: resetLayout },
  ];
}

const openWords = { table: texts.views.actions.openTable, charts: texts.views.actions.openCharts, log: texts.views.actions.openLog, problems: texts.views.actions.openProblems } as const;

import { Fragment } from 'react';
import { Activity, Boxes, CalendarClock, Database, History, Layers, LayoutDashboard, ListTree, Milestone, Settings, Target, Waypoints, Workflow, type LucideIcon, Server } from 'lucide-react';
import { AccountButton } from '../people/account-button.tsx';
import { useView, type PageName } from '../state/view.ts';
import { Tooltip, cx } from '../ui/index.ts';
import { runAction } from './actions.ts';
import { ProjectProblemsButton } from './project-problems-button.tsx';
import { keysOf } from './shortcuts.ts';
import { texts } from '../text/texts.ts';

interface RailPage {
  /** People and one's own account are reached from the account's menu. */
  readonly name: Exclude<PageName, 'people' | 'account'>;
  readonly title: string;
  readonly icon: LucideIcon;
}

/** The pages by what they are for: making, what came of it, operating it, telling of it. A line stands between groups. */
const groups: readonly (readonly RailPage[])[] = [
  [
    { name: 'brief', title: texts.brief.title, icon: Target },
    { name: 'canvas', title: texts.app.pages.canvas, icon: Workflow },
    { name: 'data', title: texts.app.pages.data, icon: Database },
    { name: 'features', title: texts.features.title, icon: Layers },
  ],
  [
    { name: 'runs', title: texts.app.pages.runs, icon: History },
    { name: 'models', title: texts.app.pages.models, icon: Boxes },
    { name: 'serving', title: texts.serving.title, icon: Server },
  ],
  [
    { name: 'monitors', title: texts.monitors.title, icon: Activity },
    { name: 'automation', title: texts.automation.title, icon: CalendarClock },
  ],
  [
    { name: 'reports', title: texts.reports.title, icon: LayoutDashboard },
    { name: 'trace', title: texts.trace.title, icon: Waypoints },
  ],
];

export function Rail() {
  return (
    <nav aria-label={texts.app.pages.label} className="flex w-12 shrink-0 flex-col items-center gap-1 overflow-y-auto border-r border-line bg-chrome py-2 [scrollbar-width:none] [&>button]:shrink-0">
      {groups.map((pages, index) => (
        <Fragment key={pages[0]?.name ?? index}>
          {index > 0 ? <span aria-hidden className="my-0.5 h-px w-6 shrink-0 bg-line" /> : null}
          {pages.map((page) => (
            <RailButton key={page.name} {...page} />
          ))}
        </Fragment>
      ))}
      <span className="flex-1" />
      <OutlineButton />
      <ProjectProblemsButton />
      <HistoryButton />
      <RailButton name="settings" title={texts.app.pages.settings} icon={Settings} />
      <AccountButton />
    </nav>
  );
}

function OutlineButton() {
  const open = useView((store) => store.outlineOpen && !store.historyOpen && store.catalogueOpen && store.page === 'canvas');
  return <PanelButton name="outline" title={texts.app.actions.outline} icon={ListTree} open={open} />;
}

function HistoryButton() {
  const open = useView((store) => store.historyOpen && store.catalogueOpen && store.page === 'canvas');
  return <PanelButton name="history" title={texts.app.pages.history} icon={Milestone} open={open} />;
}

/** A panel in the place of the catalogue. */
function PanelButton({ name, title, icon: Icon, open }: { readonly name: 'outline' | 'history'; readonly title: string; readonly icon: LucideIcon; readonly open: boolean }) {
  return (
    <Tooltip text={title} keys={keysOf(`view.${name}`)} side="right">
      <button
        type="button"
        aria-label={title}
        aria-pressed={open}
        data-testid={`rail-${name}`}
        onClick={() => runAction(`view.${name}`)}
        className={cx('flex size-9 items-center justify-center rounded-md', open ? 'bg-accent-soft text-accent-ink' : 'text-muted hover:bg-hover hover:text-ink')}
      >
        <Icon size={18} strokeWidth={1.75} />
      </button>
    </Tooltip>
  );
}

function RailButton({ name, title, icon: Icon }: RailPage) {
  const current = useView((store) => store.page === name);
  return (
    <Tooltip text={title} keys={keysOf(`page.${name}`)} side="right">
      <button
        type="button"
        aria-label={title}
        aria-current={current ? 'page' : undefined}
        data-testid={`rail-${name}`}
        onClick={() => useView.setState({ page: name })}
        className={cx('relative inline-flex size-9 items-center justify-center rounded-md transition-colors duration-100', current ? 'bg-accent-soft text-accent-ink' : 'text-muted hover:bg-hover hover:text-ink')}
      >
        <Icon size={19} strokeWidth={1.75} />
      </button>
    </Tooltip>
  );
}

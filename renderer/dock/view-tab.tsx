import { Pin as PinIcon, X } from 'lucide-react';
import type { TabRenderProps } from 'react-resizable-panels';
import { titleOf } from '../state/catalogue.ts';
import { useProblems, useShown } from '../results/use-result.ts';
import { Badge, cx } from '../ui/index.ts';
import { isView, type Tab, type ViewData } from './layout.ts';
import { viewWord } from './view-words.ts';
import { closeView, toggleEnlarged } from './views.ts';
import { texts } from '../text/texts.ts';

const testIds = { table: 'results-tab-table', charts: 'results-tab-report', log: 'results-tab-log', problems: 'results-tab-problems' } as const;

/** The handle of a view: its name; a double click enlarges it, the middle button or the cross closes it. */
export function ViewTab({ tab, tabProps }: { readonly tab: Tab; readonly tabProps: TabRenderProps }) {
  if (!isView(tab.data)) return <div {...tabProps} aria-label={texts.views.canvas} />;
  return <NamedTab id={tab.id} view={tab.data} tabProps={tabProps} />;
}

function NamedTab({ id, view, tabProps }: { readonly id: string; readonly view: ViewData; readonly tabProps: TabRenderProps }) {
  const { node, ports, port } = useShown(view.pin);
  const what = viewWord(view.kind, port?.kind ?? null);
  // A node without a table has no use for that view, unless it is all there is to see.
  const useless = view.pin === null && view.kind === 'table' && port !== null && !ports.some((one) => one.kind === 'table') && tabProps['aria-selected'] !== true;
  const name = view.pin === null ? what : `${what} · ${node ? titleOf(node) : view.pin.title}`;
  return (
    <div
      {...tabProps}
      data-testid={view.pin === null ? testIds[view.kind] : 'pinned-tab'}
      title={view.pin === null ? undefined : texts.views.stays(name, view.pin.pipeline)}
      hidden={useless}
      onDoubleClick={() => toggleEnlarged(id)}
      onAuxClick={(event) => {
        if (event.button === 1) closeView(id);
      }}
      className={cx(
        'group relative flex cursor-default items-center gap-1.5 whitespace-nowrap rounded-sm px-2 text-sm text-muted transition-colors duration-100 hover:text-ink aria-selected:font-medium aria-selected:text-ink -outline-offset-2 data-[tab-dragging]:opacity-40',
        useless && 'hidden',
        tabProps.className,
      )}
    >
      {view.pin === null ? null : <PinIcon size={12} aria-hidden className="shrink-0 text-accent-ink" />}
      <span className="max-w-56 truncate">{name}</span>
      {view.kind === 'problems' ? <ProblemCount /> : null}
      {/* By keyboard: Del on the tab. */}
      <span
        aria-hidden
        data-tab-ignore
        data-testid="close-view"
        title={texts.views.closeByKey}
        onClick={() => closeView(id)}
        onDoubleClick={(event) => event.stopPropagation()}
        className={cx(
          'flex size-5 items-center justify-center rounded-sm text-muted opacity-0 hover:bg-active hover:text-ink group-hover:opacity-100',
          view.pin === null ? 'absolute -right-1 bg-surface' : '-mr-1 group-aria-selected:opacity-100',
        )}
      >
        <X size={12} />
      </span>
      <span aria-hidden className="absolute inset-x-2 bottom-0 h-0.5 rounded-full bg-accent opacity-0 group-aria-selected:opacity-100" />
    </div>
  );
}

function ProblemCount() {
  const problems = useProblems().filter((problem) => problem.diagnostic.severity !== 'info');
  if (problems.length === 0) return null;
  return <Badge tone={problems.some((problem) => problem.diagnostic.severity === 'error') ? 'bad' : 'warn'}>{problems.length}</Badge>;
}

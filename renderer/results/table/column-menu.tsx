import { ArrowDown, ArrowUp, ChevronDown, Copy, Route, Sigma, SquareDashed } from 'lucide-react';
import type { SyntheticEvent } from 'react';
import { LazyMenu } from '../../ui/index.ts';
import { texts } from '../../text/texts.ts';

export interface ColumnActions {
  sort(column: string, descending: boolean): void;
  details(column: string): void;
  /** Keeps the rows where the column is missing. */
  missing(column: string): void;
  lineage(column: string): void;
}

/** The menu hangs in the header for React: without this a choice in it would be a click on the header, and sort. */
const stop = (event: SyntheticEvent): void => event.stopPropagation();

/** What can be done with one column; opens from its header. */
export function ColumnMenu({ column, actions }: { readonly column: string; readonly actions: ColumnActions }) {
  return (
    <span className="contents" onClick={stop} onDoubleClick={stop} onKeyDown={stop}>
      <LazyMenu
        align="end"
        button={{
          'aria-label': texts.table.menu.of(column),
          className: 'absolute right-1 top-1 inline-flex size-5 items-center justify-center rounded-sm bg-hover text-muted opacity-0 hover:bg-active hover:text-ink focus-visible:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100',
          ...{ 'data-testid': `column-menu-${column}` },
        }}
        items={() => [
          { id: 'ascending', label: texts.table.menu.ascending, icon: <ArrowUp />, onSelect: () => actions.sort(column, false) },
          { id: 'descending', label: texts.table.menu.descending, icon: <ArrowDown />, onSelect: () => actions.sort(column, true) },
          { kind: 'separator', id: 'after-sort' },
          { id: 'details', label: texts.table.menu.statistics, icon: <Sigma />, onSelect: () => actions.details(column) },
          { id: 'missing', label: texts.table.menu.onlyMissing, icon: <SquareDashed />, onSelect: () => actions.missing(column) },
          { id: 'lineage', label: texts.table.menu.lineage, icon: <Route />, onSelect: () => actions.lineage(column) },
          { kind: 'separator', id: 'after-lineage' },
          { id: 'copy', label: texts.table.menu.copyName, icon: <Copy />, onSelect: () => void navigator.clipboard.writeText(column) },
        ]}
      >
        <ChevronDown size={12} />
      </LazyMenu>
    </span>
  );
}

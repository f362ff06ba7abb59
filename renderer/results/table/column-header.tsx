import { memo, useRef } from 'react';
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { Column } from '#app/relation/types.ts';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import { TypeBadge, cx } from '../../ui/index.ts';
import { ColumnMenu, type ColumnActions } from './column-menu.tsx';
import { minWidth } from './column-widths.ts';
import { MiniHistogram } from './mini-histogram.tsx';
import { texts } from '../../text/texts.ts';

interface ColumnHeaderProps {
  readonly column: Column;
  readonly index: number;
  readonly id: string;
  readonly width: number;
  readonly left: number;
  readonly profile: ColumnProfile | null;
  readonly charts: boolean;
  readonly sorted: { readonly descending: boolean; readonly place: number; readonly of: number } | null;
  readonly active: boolean;
  readonly marked: boolean;
  readonly onSort: (index: number, add: boolean) => void;
  readonly onResize: (name: string, width: number) => void;
  readonly onFit: (name: string) => void;
  readonly actions: ColumnActions;
  /** The column's own slice is in force. */
  readonly brushed: boolean;
  readonly onBrush: (profile: ColumnProfile, from: number, to: number) => void;
}

/** Name, type, order and distribution of one column. Click sorts, Shift+click adds a second key, the edge resizes. */
export const ColumnHeader = memo(function ColumnHeader({ column, index, id, width, left, profile, charts, sorted, active, marked, onSort, onResize, onFit, actions, brushed, onBrush }: ColumnHeaderProps) {
  const Arrow = sorted?.descending ? ArrowDown : ArrowUp;
  return (
    <div
      id={id}
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={sorted ? (sorted.descending ? 'descending' : 'ascending') : 'none'}
      data-testid={`column-header-${column.name}`}
      className={cx('group absolute inset-y-0 border-r border-line', active && 'outline-2 -outline-offset-2 outline-focus', marked && 'bg-accent-soft')}
      style={{ width, left }}
    >
      <div onClick={(event) => onSort(index, event.shiftKey)} className={cx('flex h-full flex-col gap-1 px-2 pb-1.5 pt-1', !marked && 'hover:bg-hover')}>
        <div className="flex min-w-0 items-center gap-1.5">
          <span className="min-w-0 truncate text-xs font-semibold" title={column.name}>
            {column.name}
          </span>
          {sorted ? (
            <span className="flex shrink-0 items-center text-xs text-accent-ink">
              <Arrow size={13} aria-hidden />
              {sorted.of > 1 ? sorted.place : null}
            </span>
          ) : null}
          <TypeBadge type={column.type} iconOnly={sorted !== null} className="ml-auto" />
          <ColumnMenu column={column.name} actions={actions} />
        </div>
        {charts ? profile ? <MiniHistogram profile={profile} width={width - 17} brushed={brushed} onBrush={(from, to) => onBrush(profile, from, to)} /> : <div aria-hidden className="h-[28px] rounded-sm bg-hover" /> : null}
      </div>
      <ResizeHandle name={column.name} width={width} onResize={onResize} onFit={onFit} />
    </div>
  );
});

function ResizeHandle({ name, width, onResize, onFit }: { readonly name: string; readonly width: number; readonly onResize: (name: string, width: number) => void; readonly onFit: (name: string) => void }) {
  const drag = useRef<{ x: number; width: number } | null>(null);
  return (
    <div
      aria-hidden
      title={texts.table.resize}
      className="absolute inset-y-0 -right-1 z-10 w-2 cursor-col-resize touch-none hover:bg-accent/40"
      onPointerDown={(event) => {
        event.preventDefault();
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (drag.current) onResize(name, Math.max(minWidth, drag.current.width + event.clientX - drag.current.x));
      }}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={() => onFit(name)}
    />
  );
}

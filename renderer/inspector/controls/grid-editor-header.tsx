import { ArrowLeft, ArrowRight, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { GridTable } from '#app/sdk/grid.ts';
import { columnTypeLabels, columnTypeNames } from '#app/sdk/reader-params.ts';
import { Button, cx, Input, Popover, Select, TypeBadge } from '../../ui/index.ts';
import { withColumn, withColumnChanged, withColumnMoved, withoutColumn } from './grid-editor-model.ts';
import { texts } from '../../text/texts.ts';

interface HeaderCellProps {
  readonly id: string;
  readonly table: GridTable;
  readonly at: number;
  readonly active: boolean;
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
  readonly change: (table: GridTable) => void;
}

/** A column's name and type; opens a small form to rename, retype, move, add and remove. */
export function GridHeaderCell({ id, table, at, active, open, setOpen, change }: HeaderCellProps) {
  const column = table.columns[at];
  const [draft, setDraft] = useState<string | null>(null);
  if (column === undefined) return null;
  const taken = table.columns.some(({ name }, c) => c !== at && name.toLowerCase() === column.name.toLowerCase());
  const done = (): void => {
    if (draft !== null && draft !== column.name) change(withColumnChanged(table, at, { name: draft }));
    setDraft(null);
  };
  const act = (next: GridTable): void => {
    setOpen(false);
    change(next);
  };
  return (
    <div id={id} role="columnheader" aria-colindex={at + 2} aria-invalid={taken || column.name === '' || undefined} className={cx('h-7 shrink-0 border-b border-r border-line', active && 'outline outline-2 -outline-offset-2 outline-accent', (taken || column.name === '') && 'bg-bad-soft')} style={{ width: cellWidth }}>
      <Popover
        label={texts.inspector.grid.column(column.name)}
        open={open}
        onOpenChange={(next) => {
          if (!next) done();
          setOpen(next);
        }}
        className="w-60"
        trigger={
          <button type="button" tabIndex={-1} aria-label={texts.inspector.grid.column(column.name)} className="flex h-full w-full items-center gap-1.5 px-1.5 text-left text-xs font-medium hover:bg-hover">
            <TypeBadge type={column.type} />
            <span className="min-w-0 flex-1 truncate">{column.name === '' ? texts.inspector.grid.noName : column.name}</span>
          </button>
        }
      >
        <div className="flex flex-col gap-2 p-2.5" onKeyDown={(event) => event.stopPropagation()}>
          <Input
            aria-label={texts.inspector.grid.columnName}
            autoFocus
            value={draft ?? column.name}
            invalid={taken}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              done();
              setOpen(false);
            }}
          />
          <Select id={`${id}-type`} label={texts.common.type} value={column.type} items={columnTypeNames.map((type) => ({ value: type, label: columnTypeLabels[type] }))} onChange={(type) => change(withColumnChanged(table, at, { ...(draft === null ? {} : { name: draft }), type: columnTypeNames.find((one) => one === type) ?? 'string' }))} />
          <div className="grid grid-cols-2 gap-1">
            <Button size="sm" variant="quiet" icon={<ArrowLeft size={13} />} disabled={at === 0} onClick={() => act(withColumnMoved(table, at, at - 1))}>
              {texts.common.moveLeft}
            </Button>
            <Button size="sm" variant="quiet" icon={<ArrowRight size={13} />} disabled={at === table.columns.length - 1} onClick={() => act(withColumnMoved(table, at, at + 1))}>
              {texts.common.moveRight}
            </Button>
            <Button size="sm" variant="quiet" icon={<Plus size={13} />} onClick={() => act(withColumn(table, at + 1))}>
              {texts.inspector.grid.addAfter}
            </Button>
            <Button size="sm" variant="quiet" icon={<Trash2 size={13} />} onClick={() => act(withoutColumn(table, at))}>
              {texts.common.remove}
            </Button>
          </div>
        </div>
      </Popover>
    </div>
  );
}

export const cellWidth = 128;

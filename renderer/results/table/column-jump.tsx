import { useMemo, useState } from 'react';
import { Columns3 } from 'lucide-react';
import type { Schema } from '#app/relation/types.ts';
import { Button, Popover, SearchInput, TypeBadge, cx } from '../../ui/index.ts';
import { texts } from '../../text/texts.ts';

/** Finds a column by name and brings it into view. */
export function ColumnJump({ schema, onJump }: { readonly schema: Schema; readonly onJump: (index: number) => void }) {
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return schema.map((column, index) => ({ column, index })).filter(({ column }) => words.every((word) => column.name.toLowerCase().includes(word)));
  }, [schema, search]);
  const choose = (index: number) => {
    onJump(index);
    setOpen(false);
    setSearch('');
  };
  return (
    <Popover
      label={texts.common.columns}
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setActive(0);
      }}
      align="end"
      className="w-72 p-2"
      trigger={
        <Button size="sm" variant="quiet" icon={<Columns3 size={14} />} data-testid="column-jump">
          {texts.common.columnCount(String(schema.length), schema.length === 1)}
        </Button>
      }
    >
      <SearchInput
        label={texts.table.findColumn}
        placeholder={texts.table.findColumn}
        value={search}
        autoFocus
        onChange={(text) => {
          setSearch(text);
          setActive(0);
        }}
        onKeyDown={(event) => {
          const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
          if (step !== 0) {
            event.preventDefault();
            setActive((before) => Math.min(Math.max(0, before + step), found.length - 1));
          }
          const target = found[active];
          if (event.key === 'Enter' && target) choose(target.index);
        }}
      />
      <ul className="mt-2 max-h-56 overflow-auto" aria-label={texts.common.columns}>
        {found.slice(0, 300).map(({ column, index }, place) => (
          <li key={column.name}>
            <button
              type="button"
              onClick={() => choose(index)}
              className={cx('flex h-7 w-full items-center gap-2 rounded-sm px-2 text-left text-sm hover:bg-hover', place === active && 'bg-hover')}
            >
              <span className="min-w-0 flex-1 truncate">{column.name}</span>
              <TypeBadge type={column.type} />
            </button>
          </li>
        ))}
        {found.length === 0 ? <li className="px-2 py-3 text-sm text-muted">{texts.table.noColumn}</li> : null}
      </ul>
    </Popover>
  );
}

import { ChevronDown, TriangleAlert, X } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Schema } from '#app/relation/types.ts';
import type { FieldSpec } from './form-model.ts';
import { Checkbox, Input, Popover, SearchInput, Segmented, TypeBadge, cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

interface PickerProps {
  readonly id: string;
  readonly label: string;
  /** Null while nothing is known of the input. */
  readonly columns: Schema | null;
  readonly types: readonly string[] | undefined;
  readonly invalid: boolean;
}

const trigger = 'flex min-h-7 w-full items-center gap-2 rounded-md border border-line-control bg-surface px-2 text-left text-sm hover:bg-sunken aria-invalid:border-bad';

function useOffered(columns: Schema | null, types: readonly string[] | undefined, query: string): Schema {
  return useMemo(() => {
    const text = query.toLowerCase();
    return (columns ?? []).filter((column) => (!types || types.includes(column.type)) && column.name.toLowerCase().includes(text));
  }, [columns, types, query]);
}

interface ColumnPickerProps extends PickerProps {
  readonly value: string;
  readonly optional: boolean;
  readonly onChange: (name: string) => void;
}

/** One column of the input, with its type; free text while the input is not connected. */
export function ColumnPicker({ id, label, columns, types, invalid, value, optional, onChange }: ColumnPickerProps) {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const offered = useOffered(columns, types, query);
  if (columns === null) {
    return <Input id={id} value={value} placeholder={texts.inspector.columns.connectOne} invalid={invalid} onChange={(event) => onChange(event.target.value)} />;
  }
  const chosen = columns.find((column) => column.name === value);
  const pick = (name: string) => {
    onChange(name);
    setOpen(false);
  };
  return (
    <Popover
      label={label}
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setQuery('');
        setActive(0);
      }}
      className="w-[var(--radix-popover-trigger-width)] min-w-56"
      trigger={
        <button type="button" id={id} aria-label={texts.inspector.columns.noneChosen(label, value)} aria-invalid={invalid || undefined} className={trigger}>
          {chosen ? <TypeBadge type={chosen.type} iconOnly /> : value ? <TriangleAlert size={13} className="text-bad-ink" /> : null}
          <span className={cx('min-w-0 flex-1 truncate', !value && 'text-faint', value && !chosen && 'text-bad-ink')}>{value || texts.inspector.columns.choose}</span>
          <ChevronDown size={14} className="shrink-0 text-faint" />
        </button>
      }
    >
      <div className="border-b border-line p-1.5">
        <SearchInput
          autoFocus
          label={texts.common.searchColumns}
          placeholder={texts.common.searchColumns}
          value={query}
          onChange={(text) => {
            setQuery(text);
            setActive(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') setActive((index) => Math.min(index + 1, offered.length - 1));
            else if (event.key === 'ArrowUp') setActive((index) => Math.max(index - 1, 0));
            else if (event.key === 'Enter') pick(offered[active]?.name ?? value);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <div role="listbox" aria-label={label} className="max-h-72 overflow-auto p-1">
        {optional && value ? (
          <button type="button" onClick={() => pick('')} className="flex h-7 w-full items-center rounded-sm px-2 text-sm text-muted hover:bg-hover">
            {texts.common.none}
          </button>
        ) : null}
        {offered.map((column, index) => (
          <div
            key={column.name}
            role="option"
            aria-selected={column.name === value}
            onPointerMove={() => setActive(index)}
            onClick={() => pick(column.name)}
            className={cx('flex h-7 items-center justify-between gap-3 rounded-sm px-2 text-sm', index === active && 'bg-hover', column.name === value && 'font-medium text-accent-ink')}
          >
            <span className="truncate">{column.name}</span>
            <TypeBadge type={column.type} />
          </div>
        ))}
        {offered.length === 0 ? <NoColumns query={query} types={types} /> : null}
      </div>
    </Popover>
  );
}

interface ColumnParamProps extends Pick<PickerProps, 'id' | 'columns' | 'invalid'> {
  readonly field: FieldSpec;
  readonly value: unknown;
  readonly change: (value: string | null) => void;
}

/** The picker of a param that holds a column. One that need not be chosen, or is none to begin with, can be taken back. */
export function ColumnParam({ field: { title, schema, nullable }, value, change, ...rest }: ColumnParamProps) {
  return <ColumnPicker {...rest} label={title} value={typeof value === 'string' ? value : ''} types={schema.types} optional={nullable || schema.default === ''} onChange={(name) => change(name === '' && nullable ? null : name)} />;
}

function NoColumns({ query, types }: { readonly query: string; readonly types: readonly string[] | undefined }) {
  return <p className="px-2 py-3 text-center text-xs text-muted">{query ? texts.inspector.columns.noMatch(query) : types ? texts.inspector.columns.noType(types.join(` ${texts.common.or} `)) : texts.inspector.columns.noColumns}</p>;
}

interface ColumnsPickerProps extends PickerProps {
  /** Null: all other columns, where that is allowed. */
  readonly value: readonly string[] | null;
  readonly nullable: boolean;
  readonly onChange: (names: readonly string[] | null) => void;
}

/** Several columns, in the order they were chosen. */
export function ColumnsPicker({ id, label, columns, types, invalid, value, nullable, onChange }: ColumnsPickerProps) {
  const [query, setQuery] = useState('');
  const offered = useOffered(columns, types, query);
  const names = value ?? [];
  const chosen = new Set(names);
  const known = new Map((columns ?? []).map((column) => [column.name, column.type]));
  const gone = columns === null ? [] : names.filter((name) => !known.has(name));
  const visible = offered.map((column) => column.name);
  const list = useRef<HTMLUListElement>(null);
  // Of thirty columns the chosen one may be far down; the list opens where it is.
  const opened = columns !== null && value !== null;
  useLayoutEffect(() => {
    const first = list.current?.querySelector('[data-chosen]');
    if (list.current && first instanceof HTMLElement) list.current.scrollTop = Math.max(0, first.offsetTop - list.current.offsetTop - 28);
  }, [opened]);
  const allChosen = visible.length > 0 && visible.every((name) => chosen.has(name));
  return (
    <div className="flex flex-col gap-2">
      {nullable ? (
        <Segmented
          label={label}
          value={value === null ? 'all' : 'some'}
          items={[
            { value: 'all', label: texts.inspector.columns.allOther },
            { value: 'some', label: texts.common.choose },
          ]}
          onChange={(next) => onChange(next === 'all' ? null : names)}
        />
      ) : null}
      {value === null && nullable ? null : columns === null ? (
        <Input
          id={id}
          value={names.join(', ')}
          placeholder={texts.inspector.columns.connect}
          invalid={invalid}
          onChange={(event) => onChange(event.target.value.split(',').map((name) => name.trim()).filter(Boolean))}
        />
      ) : (
        <div className={cx('overflow-hidden rounded-md border bg-surface', invalid ? 'border-bad' : 'border-line-control')}>
          <div className="flex items-center gap-2 border-b border-line py-1 pl-2 pr-1">
            <Checkbox
              checked={allChosen}
              label={texts.inspector.columns.allShown}
              onChange={(next) => onChange(next ? [...names, ...visible.filter((name) => !chosen.has(name))] : names.filter((name) => !visible.includes(name)))}
            />
            <input
              id={id}
              aria-label={texts.inspector.columns.searchFor(label)}
              value={query}
              placeholder={texts.common.searchColumns}
              spellCheck={false}
              onChange={(event) => setQuery(event.target.value)}
              className="h-6 min-w-0 flex-1 select-text bg-transparent text-sm outline-none placeholder:text-faint"
            />
            <span className="shrink-0 text-xs tabular-nums text-faint">
              {texts.inspector.columns.chosen(names.length, columns.length)}
            </span>
          </div>
          <ul ref={list} className="max-h-56 overflow-auto p-1">
            {gone.map((name) => (
              <li key={name} className="flex h-6 items-center gap-2 px-1 text-sm text-bad-ink">
                <TriangleAlert size={13} className="shrink-0" />
                <span className="min-w-0 flex-1 truncate">{name}</span>
                <button type="button" aria-label={texts.inspector.lists.remove(name)} onClick={() => onChange(names.filter((other) => other !== name))} className="rounded-sm p-0.5 hover:bg-hover">
                  <X size={12} />
                </button>
              </li>
            ))}
            {offered.map((column) => (
              <li key={column.name} data-chosen={chosen.has(column.name) || undefined}>
                <label className="flex h-6 items-center gap-2 rounded-sm px-1 text-sm hover:bg-hover">
                  <Checkbox
                    checked={chosen.has(column.name)}
                    label={column.name}
                    onChange={(next) => onChange(next ? [...names, column.name] : names.filter((name) => name !== column.name))}
                  />
                  <span className="min-w-0 flex-1 truncate">{column.name}</span>
                  <TypeBadge type={column.type} />
                </label>
              </li>
            ))}
            {offered.length === 0 ? <NoColumns query={query} types={types} /> : null}
          </ul>
        </div>
      )}
    </div>
  );
}

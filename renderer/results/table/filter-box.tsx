import { useEffect, useId, useState } from 'react';
import { Filter, X } from 'lucide-react';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { client } from '../../rpc/client.ts';
import { cx } from '../../ui/index.ts';
import { useQuery } from '../use-query.ts';
import { texts } from '../../text/texts.ts';

interface FilterBoxProps {
  readonly schema: Schema | null;
  readonly applied: string;
  readonly onApply: (filter: string) => void;
  /** A condition over this table, as an example. */
  readonly example: string | null;
  /** Why the applied filter failed. */
  readonly error: Diagnostic | null;
}

const pause = 300;

/** A condition in the expression language; applied as soon as it is a valid one. */
export function FilterBox({ schema, applied, onApply, example, error }: FilterBoxProps) {
  const noteId = useId();
  const [text, setText] = useState(applied);
  const [settled, setSettled] = useState(applied);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text.trim()), pause);
    return () => clearTimeout(timer);
  }, [text]);

  const check = useQuery(settled === '' || schema === null ? null : JSON.stringify([settled, schema]), (signal) =>
    client.data.checkExpression({ text: settled, schema: [...(schema ?? [])] }, { signal }),
  );
  const current = settled === text.trim();
  const wrongType = check.data !== null && check.data.type !== null && check.data.type !== 'boolean';
  const valid = settled === '' || check.data?.type === 'boolean';
  useEffect(() => {
    if (current && valid && settled !== applied) onApply(settled);
  }, [current, valid, settled, applied, onApply]);

  const message = !current
    ? null
    : wrongType
      ? texts.table.filter.mustBe(check.data?.type ?? texts.table.filter.something)
      : (check.data?.diagnostics.find((one) => one.severity === 'error')?.message ?? check.error?.message ?? (settled === applied ? error?.message : null) ?? null);

  return (
    <div className="relative min-w-36 max-w-[520px] flex-1">
      <Filter size={13} aria-hidden className={cx('pointer-events-none absolute left-2 top-1.5', applied ? 'text-accent-ink' : 'text-faint')} />
      <input
        type="text"
        aria-label={texts.table.filter.label}
        aria-invalid={message !== null || undefined}
        aria-describedby={message !== null ? noteId : undefined}
        data-testid="table-filter"
        placeholder={example === null ? texts.table.filter.byCondition : texts.table.filter.example(example)}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter') setSettled(text.trim());
          if (event.key === 'Escape') setText('');
        }}
        className="h-[26px] w-full select-text text-ellipsis rounded-md border border-line-control bg-surface px-7 font-mono text-xs placeholder:font-sans placeholder:text-faint focus-visible:border-focus focus-visible:outline-1 focus-visible:-outline-offset-1 aria-invalid:border-bad"
      />
      {text ? (
        <button type="button" aria-label={texts.table.filter.clear} onClick={() => setText('')} className="absolute right-1 top-[3px] inline-flex size-5 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-ink">
          <X size={13} />
        </button>
      ) : null}
      {message !== null ? (
        <p id={noteId} role="alert" className="selectable absolute left-0 top-full z-40 mt-1 max-w-full animate-appear rounded-md bg-raised px-2 py-1 text-xs text-bad-ink shadow-float">
          {message}
        </p>
      ) : null}
    </div>
  );
}

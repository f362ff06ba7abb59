import { useId, useLayoutEffect, useRef, type ComponentProps, type ReactNode } from 'react';
import { Search, TriangleAlert, X } from 'lucide-react';
import { cx } from './class-names.ts';
import { texts } from '../text/texts.ts';

const field =
  'w-full rounded-md border border-line-control bg-surface text-sm text-ink placeholder:text-faint hover:border-muted focus-visible:border-focus focus-visible:outline-1 focus-visible:-outline-offset-1 aria-invalid:border-bad disabled:opacity-50 select-text';

interface InputProps extends ComponentProps<'input'> {
  readonly invalid?: boolean;
  /** Shown inside at the right: `ms`, `%`. */
  readonly unit?: string | undefined;
  readonly mono?: boolean;
}

export function Input({ invalid, unit, mono, className, ...rest }: InputProps) {
  const input = (
    <input
      spellCheck={false}
      autoComplete="off"
      aria-invalid={invalid || undefined}
      className={cx(field, 'h-7 px-2', mono && 'font-mono text-xs', unit && 'pr-10', className)}
      {...rest}
    />
  );
  if (!unit) return input;
  return (
    <div className="relative w-full">
      {input}
      <span className="pointer-events-none absolute right-2 top-1 text-xs leading-5 text-faint">{unit}</span>
    </div>
  );
}

/** Height in px up to which a text field grows with its text; beyond it scrolls. */
const tallest = 320;

/** Text of several lines; as tall as what is in it, so that nothing is cut off in the middle of a line. */
export function TextArea({ invalid, className, value, ...rest }: ComponentProps<'textarea'> & { readonly invalid?: boolean }) {
  const element = useRef<HTMLTextAreaElement>(null);
  // Not CSS `field-sizing`: the desktop page runs on a Chrome that does not know it.
  useLayoutEffect(() => {
    const area = element.current;
    if (!area) return;
    area.style.height = 'auto';
    const borders = area.offsetHeight - area.clientHeight;
    if (area.scrollHeight > 0) area.style.height = `${Math.min(tallest, area.scrollHeight + borders)}px`;
  }, [value]);
  return <textarea ref={element} spellCheck={false} aria-invalid={invalid || undefined} value={value} className={cx(field, 'block min-h-16 resize-y px-2 py-1', className)} {...rest} />;
}

interface SearchInputProps extends Omit<ComponentProps<'input'>, 'value' | 'onChange'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
}

export function SearchInput({ value, onChange, label, className, ...rest }: SearchInputProps) {
  return (
    <div className={cx('relative', className)}>
      <Search size={14} className="pointer-events-none absolute left-2 top-[7px] text-faint" aria-hidden />
      <input
        type="text"
        role="searchbox"
        aria-label={label}
        spellCheck={false}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={cx(field, 'h-7 pl-7 pr-7')}
        {...rest}
      />
      {value ? (
        <button type="button" aria-label={texts.state.clearSearch} onClick={() => onChange('')} className="absolute right-1 top-1 inline-flex size-5 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-ink">
          <X size={13} />
        </button>
      ) : null}
    </div>
  );
}

interface FieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** One sentence each; makes the field's error text. */
  readonly errors?: readonly { readonly message: string; readonly remedy?: string | undefined; readonly severity?: 'error' | 'warning' | 'info'; readonly action?: ReactNode }[];
  /** Beside the label, at the right. */
  readonly trailing?: ReactNode;
  readonly testId?: string;
  /** Puts label and control on one line (switches). */
  readonly inline?: boolean;
  readonly children: (ids: { readonly id: string; readonly describedBy: string | undefined }) => ReactNode;
}

/** A label, its control, a hint and the errors beside it. */
export function Field({ label, hint, errors = [], trailing, testId, inline = false, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const describedBy = hint || errors.length > 0 ? noteId : undefined;
  return (
    <div data-testid={testId} className="flex min-w-0 flex-col gap-1">
      <div className="flex min-h-5 items-center justify-between gap-2">
        <label htmlFor={id} title={typeof hint === 'string' ? hint : undefined} className={cx('min-w-0 truncate', inline ? 'text-sm text-ink' : 'text-xs font-medium text-muted')}>
          {label}
        </label>
        {trailing}
        {inline ? children({ id, describedBy }) : null}
      </div>
      {inline ? null : children({ id, describedBy })}
      {describedBy ? (
        <div id={noteId} className="flex flex-col gap-1">
          {hint ? <p data-hint className="text-xs text-faint">{hint}</p> : null}
          {errors.map((error) => (
            <FieldMessage key={error.message} {...error} />
          ))}
        </div>
      ) : null}
    </div>
  );
}

interface FieldMessageProps {
  readonly message: string;
  readonly remedy?: string | undefined;
  readonly severity?: 'error' | 'warning' | 'info';
  /** A button that does what the remedy says. */
  readonly action?: ReactNode;
}

export function FieldMessage({ message, remedy, severity = 'error', action }: FieldMessageProps) {
  const tone = severity === 'error' ? 'text-bad-ink' : severity === 'warning' ? 'text-warn-ink' : 'text-muted';
  return (
    <div role={severity === 'error' ? 'alert' : undefined} className={cx('selectable flex gap-1.5 text-xs', tone)}>
      <TriangleAlert size={13} className="mt-px shrink-0" aria-hidden />
      <div className="min-w-0">
        <p>
          {message}
          {remedy ? <span className="text-muted"> {remedy}</span> : null}
        </p>
        {action ? <div className="mt-1.5 flex min-w-0 empty:hidden">{action}</div> : null}
      </div>
    </div>
  );
}

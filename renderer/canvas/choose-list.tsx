import { Fragment, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { cx } from '../ui/index.ts';
import { afterChoosing } from './canvas-store.ts';
import { texts } from '../text/texts.ts';

export interface Choice {
  readonly key: string;
  /** Heading that it stands under, with the others of the same one. */
  readonly section: string;
  readonly text: string;
  readonly detail?: string;
  readonly sign: ReactNode;
}

/** Beyond this many a person types rather than reads on. */
const mostShown = 200;

interface ChooseListProps<T extends Choice> {
  readonly title: string;
  readonly placeholder: string;
  readonly choices: readonly T[];
  /** Where there is nothing to choose. */
  readonly empty: string;
  readonly onChoose: (choice: T) => void;
  readonly onClose: () => void;
  /** Keys of the list's own; true where it was one. */
  readonly onKey?: (event: KeyboardEvent, choice: T) => boolean;
  /** What else can be done with the choice that is marked. */
  readonly renderActions?: (choice: T) => ReactNode;
}

/** A list in the middle of the window: type to narrow it, arrows and Enter to choose. */
export function ChooseList<T extends Choice>({ title, placeholder, choices, empty, onChoose, onClose, onKey, renderActions }: ChooseListProps<T>) {
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return choices.filter(({ section, text, detail }) => {
      const all = `${section} ${text} ${detail ?? ''}`.toLowerCase();
      return words.every((word) => all.includes(word));
    });
  }, [choices, query]);
  const shown = found.slice(0, mostShown);
  const at = Math.min(active, shown.length - 1);
  const current = shown[at];
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at, shown]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive(Math.min(at + 1, shown.length - 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && current) onChoose(current);
    else if (!current || onKey?.(event, current) !== true) return;
    event.preventDefault();
  };
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-[70] bg-black/20" />
        <Radix.Content
          aria-describedby={undefined}
          data-testid="choose-list"
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            afterChoosing();
          }}
          className="fixed inset-x-0 top-[12vh] z-[75] mx-auto flex max-h-[76vh] w-[480px] [@media(max-height:560px)]:top-[4vh] [@media(max-height:560px)]:max-h-[92vh] max-w-[94vw] animate-appear flex-col overflow-hidden rounded-lg bg-raised shadow-float"
        >
          <div className="flex items-center justify-between gap-2 pl-4 pr-2 pt-2">
            <Radix.Title className="min-w-0 truncate text-sm font-semibold">{title}</Radix.Title>
            <Radix.Close aria-label={texts.common.close} className="inline-flex size-6 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink">
              <X size={14} />
            </Radix.Close>
          </div>
          <input
            autoFocus
            role="combobox"
            aria-expanded
            aria-controls="choose-options"
            aria-activedescendant={current ? `choose-${at}` : undefined}
            aria-label={title}
            data-testid="choose-search"
            placeholder={placeholder}
            value={query}
            spellCheck={false}
            onChange={(event) => {
              setQuery(event.target.value);
              setActive(0);
            }}
            onKeyDown={onKeyDown}
            className="h-9 shrink-0 select-text border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-faint"
          />
          <div ref={list} id="choose-options" role="listbox" aria-label={title} className="min-h-0 flex-1 overflow-auto p-1.5">
            {shown.map((choice, index) => (
              <Fragment key={choice.key}>
                {choice.section !== shown[index - 1]?.section ? (
                  <p role="presentation" className="px-2 pb-0.5 pt-1.5 text-xs text-faint">
                    {choice.section}
                  </p>
                ) : null}
                <div
                  id={`choose-${index}`}
                  role="option"
                  aria-selected={index === at}
                  data-testid={`choose-${choice.key}`}
                  onPointerMove={() => setActive(index)}
                  onClick={() => (renderActions ? setActive(index) : onChoose(choice))}
                  onDoubleClick={() => onChoose(choice)}
                  className={cx('flex min-h-8 items-center gap-2.5 rounded-md px-2 py-1', index === at && 'bg-hover')}
                >
                  {choice.sign}
                  <span className="min-w-0 flex-1">
                    <span className="block truncate text-sm leading-[18px]">{choice.text}</span>
                    {choice.detail === undefined ? null : <span className="block truncate text-xs text-muted">{choice.detail}</span>}
                  </span>
                </div>
              </Fragment>
            ))}
            {shown.length === 0 ? <p className="px-2 py-6 text-center text-sm text-muted">{query === '' ? empty : texts.outline.noMatch(query)}</p> : null}
            {found.length > shown.length ? <p className="px-2 py-2 text-xs text-faint">{texts.outline.moreMatches(found.length - shown.length)}</p> : null}
          </div>
          {current && renderActions ? <div className="flex flex-wrap justify-end gap-2 border-t border-line px-3 py-2">{renderActions(current)}</div> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

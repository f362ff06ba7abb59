import { ChevronDown, ChevronUp, StickyNote, Group as GroupIcon, X } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { categoryOf, iconOf } from '../state/catalogue.ts';
import { outputSchema, useConfiguration } from '../state/configuration.ts';
import { usePipeline } from '../state/pipeline.ts';
import { select } from '../state/selection.ts';
import { IconButton, NodeTile, cx } from '../ui/index.ts';
import { revealNode, useCanvas } from './canvas-store.ts';
import { findInPipeline, markedSpans, placeTitles, type Found } from './find.ts';
import { selectGroup } from './group-frame.tsx';
import { texts } from '../text/texts.ts';

/** Ctrl+F: what is on the canvas by title, type, param, column, comment or note. The arrows go from one to the next. */
export function FindPanel() {
  const open = useCanvas((store) => store.finding);
  return open === null ? null : <FindBody key={open} />;
}

function FindBody() {
  const document = usePipeline((store) => store.document);
  const nodes = useConfiguration((store) => store.nodes);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const asked = useDeferredValue(query);
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => {
    if (!document) return [];
    const columnsOf = (id: string): readonly string[] => [...new Set(Object.keys(nodes[id]?.outputs ?? {}).flatMap((port) => outputSchema(nodes, id, port)?.map(({ name }) => name) ?? []))];
    return findInPipeline(document, asked, columnsOf);
  }, [document, nodes, asked]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active, found]);
  // The first is shown as it is typed; the person has not chosen yet, so nothing is selected.
  const [first] = found;
  useEffect(() => {
    if (first) revealNode(first.id);
  }, [first]);

  const go = (index: number) => {
    const target = found[index];
    if (!target) return;
    setActive(index);
    show(target);
  };
  const close = () => {
    useCanvas.setState({ finding: null });
    window.document.querySelector<HTMLElement>('[data-testid="canvas"]')?.focus({ preventScroll: true });
  };
  const step = (by: 1 | -1) => go((active + by + found.length) % found.length);
  return (
    <div data-testid="find-panel" role="search" className="absolute right-3 top-3 z-30 flex w-[340px] max-w-[calc(100%-24px)] animate-appear flex-col overflow-hidden rounded-lg bg-raised shadow-float">
      <div className="flex h-10 shrink-0 items-center gap-0.5 pr-1.5">
        <input
          autoFocus
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls="find-list"
          aria-activedescendant={found[active] ? `find-${active}` : undefined}
          aria-label={texts.canvas.find.label}
          data-testid="find-input"
          placeholder={texts.canvas.find.placeholder}
          value={query}
          spellCheck={false}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === 'Escape') close();
            else if (found.length === 0) return;
            else if (event.key === 'ArrowDown') step(1);
            else if (event.key === 'ArrowUp') step(-1);
            else if (event.key === 'Enter') {
              go(active);
              close();
            } else return;
            event.preventDefault();
          }}
          className="h-full min-w-0 flex-1 select-text bg-transparent pl-3 text-sm outline-none placeholder:text-faint"
        />
        <span role="status" data-testid="find-count" className="shrink-0 px-1 text-xs tabular-nums text-faint">
          {query.trim() === '' ? '' : found.length === 0 ? texts.canvas.find.nothing : texts.canvas.find.place(Math.min(active + 1, found.length), found.length)}
        </span>
        <IconButton size="sm" label={texts.canvas.find.before} keys="↑" disabled={found.length === 0} onClick={() => step(-1)}>
          <ChevronUp size={14} />
        </IconButton>
        <IconButton size="sm" label={texts.canvas.find.next} keys="↓" disabled={found.length === 0} onClick={() => step(1)}>
          <ChevronDown size={14} />
        </IconButton>
        <IconButton size="sm" label={texts.common.close} keys="Esc" onClick={close}>
          <X size={14} />
        </IconButton>
      </div>
      {found.length > 0 ? (
        <div ref={list} id="find-list" role="listbox" aria-label={texts.canvas.find.found} className="max-h-[min(300px,40vh)] overflow-auto border-t border-line p-1">
          {found.slice(0, 200).map((one, index) => (
            <div
              key={`${one.kind} ${one.id}`}
              id={`find-${index}`}
              role="option"
              aria-selected={index === active}
              data-testid={`find-item-${one.id}`}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => go(index)}
              className={cx('flex items-center gap-2 rounded-md px-1.5 py-1 hover:bg-hover', index === active && 'bg-hover')}
            >
              <Sign found={one} />
              <span className="min-w-0 flex-1">
                <span className="block truncate text-sm leading-[18px]">
                  <Marked text={one.title} query={asked} />
                </span>
                {one.place === 'title' || (one.kind === 'note' && one.text === one.title) ? null : (
                  <span className="block truncate text-xs text-muted">
                    <Marked text={one.text} query={asked} />
                  </span>
                )}
              </span>
              <span className="shrink-0 text-xs text-faint">{one.kind === 'group' ? texts.common.group : placeTitles[one.place]}</span>
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}

function show(target: Found): void {
  const { document } = usePipeline.getState();
  const group = target.kind === 'group' ? document?.groups.find(({ id }) => id === target.id) : undefined;
  if (group) selectGroup(group);
  else select(target.kind === 'note' ? { notes: [target.id] } : { nodes: [target.id] });
  revealNode(target.id);
}

function Sign({ found }: { readonly found: Found }) {
  const node = usePipeline((store) => (found.kind === 'node' ? store.document?.nodes.find(({ id }) => id === found.id) : undefined));
  if (node) return <NodeTile svg={iconOf(node.type)} category={categoryOf(node.type)} size={24} />;
  return <span className="flex size-6 shrink-0 items-center justify-center text-faint">{found.kind === 'note' ? <StickyNote size={15} /> : <GroupIcon size={15} />}</span>;
}

function Marked({ text, query }: { readonly text: string; readonly query: string }) {
  const parts: React.ReactNode[] = [];
  let at = 0;
  for (const [start, end] of markedSpans(text, query)) {
    parts.push(text.slice(at, start), <mark key={start} className="rounded-[2px] bg-warn-soft text-ink">{text.slice(start, end)}</mark>);
    at = end;
  }
  return [...parts, text.slice(at)];
}

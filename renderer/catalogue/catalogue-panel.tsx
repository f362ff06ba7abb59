import { ChevronRight } from 'lucide-react';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { NodeType } from '#app/pipeline/types.ts';
import type { Category } from '#app/sdk/node.ts';
import { addFromCatalogue } from '../canvas/adding.ts';
import { nodeDragType, useNodeDrag } from '../canvas/drag.ts';
import { searchTypes } from '../canvas/type-search.ts';
import { keysOf } from '../app/shortcuts.ts';
import { useWhyNotEdit } from '../state/editing.ts';
import { noteRender } from '../state/renders.ts';
import { categoryOf, categoryTitles, orderedTypes } from '../state/catalogue.ts';
import { useComponents } from '../state/components.ts';
import { EmptyState, Kbd, NodeTile, SearchInput, Tooltip, cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

/** All node types by category: drag onto the canvas, double-click or Enter adds. */
export function CataloguePanel() {
  noteRender('catalogue');
  const components = useComponents((store) => store.types);
  const why = useWhyNotEdit();
  const [query, setQuery] = useState('');
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => {
    const found = searchTypes([...orderedTypes, ...components], query);
    const byCategory = new Map<string, NodeType[]>();
    for (const type of found) {
      const category = categoryOf(type.definition.type);
      byCategory.set(category, [...(byCategory.get(category) ?? []), type]);
    }
    return [...byCategory];
  }, [query, components]);

  const items = () => [...(list.current?.querySelectorAll<HTMLElement>('[data-catalogue-item]') ?? [])];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = all[at + (event.key === 'ArrowDown' ? 1 : -1)];
    event.preventDefault();
    if (next) next.focus();
    else if (event.key === 'ArrowUp') document.querySelector<HTMLElement>('[data-testid="catalogue-search"]')?.focus();
  };

  return (
    <section aria-label={texts.state.catalogue.label} className="flex h-full flex-col bg-chrome" onKeyDown={onKeyDown}>
      <div className="p-2 pb-1.5">
        <SearchInput
          label={texts.state.catalogue.search}
          data-testid="catalogue-search"
          placeholder={texts.state.catalogue.searchKeys(keysOf('catalogue.search') ?? '')}
          value={query}
          onChange={setQuery}
          onKeyDown={(event) => {
            const [first] = groups[0]?.[1] ?? [];
            if (event.key === 'Enter' && first && why === null) addFromCatalogue(first.definition.type);
            if (event.key === 'Escape') setQuery('');
          }}
        />
      </div>
      <div ref={list} className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-3">
        {groups.map(([category, types]) => {
          const open = query !== '' || !closed.has(category);
          return (
            <div key={category} data-category={category}>
              <button
                type="button"
                aria-expanded={open}
                onClick={() => setClosed((before) => toggle(before, category))}
                className="sticky top-0 z-10 flex h-7 w-full items-center gap-1.5 bg-chrome px-1.5 text-xs font-semibold text-muted hover:text-ink"
              >
                <ChevronRight size={12} className={cx('transition-transform duration-120', open && 'rotate-90')} />
                {category === 'component' ? texts.inspector.subflow.component.section : (categoryTitles[category as Category] ?? category)}
                <span className="ml-auto font-normal tabular-nums text-faint">{types.length}</span>
              </button>
              {open ? types.map((type) => <CatalogueItem key={type.definition.type} type={type} why={why} />) : null}
            </div>
          );
        })}
        {groups.length === 0 ? (
          <EmptyState title={texts.state.catalogue.noMatch} className="h-auto">
            {query === '' ? texts.state.catalogue.none : texts.state.catalogue.nothingCalled(query)}
          </EmptyState>
        ) : null}
      </div>
      <p className="flex shrink-0 items-center gap-1.5 overflow-hidden whitespace-nowrap border-t border-line px-3 py-1.5 text-xs text-faint">
        {why === null ? (
          <>
            {texts.state.catalogue.drag} <Kbd keys="Enter" /> {texts.state.catalogue.toAdd}
          </>
        ) : (
          <span data-testid="catalogue-locked" className="whitespace-normal">
            {why}
          </span>
        )}
      </p>
    </section>
  );
}

function toggle(set: ReadonlySet<string>, value: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

/** `why`: the reason why nothing can be added. */
function CatalogueItem({ type, why }: { readonly type: NodeType; readonly why: string | null }) {
  const { definition, icon } = type;
  return (
    <Tooltip text={why ?? definition.summary} side="right">
      <div
        role="button"
        tabIndex={0}
        draggable={why === null}
        aria-disabled={why !== null || undefined}
        data-catalogue-item
        data-testid={`catalogue-item-${definition.type}`}
        aria-label={`${definition.title}. ${definition.summary}`}
        onDragStart={(event) => {
          event.dataTransfer.setData(nodeDragType, definition.type);
          event.dataTransfer.effectAllowed = 'copy';
          useNodeDrag.setState({ type: definition.type });
          const ghost = dragGhost(event.currentTarget);
          event.dataTransfer.setDragImage(ghost, 104, 30);
          setTimeout(() => ghost.remove());
        }}
        onDragEnd={() => useNodeDrag.setState({ type: null })}
        onDoubleClick={() => why === null && addFromCatalogue(definition.type)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          if (why === null) addFromCatalogue(definition.type);
        }}
        className={cx('flex h-8 items-center gap-2 rounded-md px-1.5 focus-visible:-outline-offset-2', why === null ? 'cursor-grab hover:bg-hover active:cursor-grabbing' : 'opacity-60')}
      >
        <NodeTile svg={icon} category={categoryOf(definition.type)} size={24} />
        <span className="min-w-0 flex-1 truncate text-sm">{definition.title}</span>
      </div>
    </Tooltip>
  );
}

/** What is dragged looks like the card that will be there. */
function dragGhost(row: HTMLElement): HTMLElement {
  const ghost = document.createElement('div');
  ghost.className = 'fixed -left-[999px] top-0 flex h-[60px] w-[208px] items-center gap-2.5 rounded-lg border border-accent bg-surface px-2.5 text-sm font-medium';
  for (const child of row.children) ghost.append(child.cloneNode(true));
  document.body.append(ghost);
  return ghost;
}

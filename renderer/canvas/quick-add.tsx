import { Fragment, useEffect, useMemo, useRef, useState } from 'react';
import { CornerDownLeft } from 'lucide-react';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { useComponents } from '../state/components.ts';
import { categoryOf, categoryTitles, orderedTypes } from '../state/catalogue.ts';
import { usePipeline } from '../state/pipeline.ts';
import { NodeTile, cx } from '../ui/index.ts';
import { addTyped, replaceBy } from './adding.ts';
import { returnFocus, useCanvas, type QuickAddRequest } from './canvas-store.ts';
import { fits, fittingJoint, freePlace, type Joint } from './edits.ts';
import { inputKind, outputKind } from './edits.ts';
import { replacementsFor } from './replace.ts';
import { searchTypes } from './type-search.ts';
import { useWhatNext } from './use-what-next.ts';
import { texts } from '../text/texts.ts';

const menuWidth = 320;
const menuHeight = 400;
const heading = 'px-2 pb-0.5 pt-1.5 text-xs text-faint';

/** The menu of node types at the pointer or beside the selected node: type, arrow, Enter. */
export function QuickAdd() {
  const request = useCanvas((store) => store.quickAdd);
  return request ? <QuickAddMenu request={request} key={`${request.at.x} ${request.at.y}`} /> : null;
}

function QuickAddMenu({ request }: { readonly request: QuickAddRequest }) {
  const document = usePipeline((store) => store.document);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const { joint, lenient = false, replace } = request;
  const [isChoosing, setChoosing] = useState(false);
  const next = useWhatNext(document, joint, isChoosing || query !== '');
  const types = useMemo(() => {
    if (!document) return [];
    if (replace !== undefined) return searchTypes(replacementsFor(document, replace), query);
    const found = searchTypes([...orderedTypes, ...useComponents.getState().types], query);
    if (!joint) return found;
    // Searched for by name, what fits another output of the node counts as well as what fits the one meant first.
    const joins = query.trim() !== '' && lenient ? fittingJoint : (doc: PipelineDocument, type: string) => (fits(doc, type, joint) ? joint : null);
    const all = found.filter((type) => joins(document, type.definition.type, joint) !== null);
    // A table is worked on far more often than written at once: without a query the writers come last.
    const last = (type: (typeof all)[number]): boolean => query.trim() === '' && joint.kind !== 'before' && categoryOf(type.definition.type) === 'data';
    const first = query.trim() === '' ? next.flatMap(({ type }) => all.find(({ definition }) => definition.type === type) ?? []) : [];
    const others = all.filter((type) => !first.includes(type));
    const fitting = [...first, ...others.filter((type) => !last(type)), ...others.filter(last)];
    return lenient ? [...fitting, ...found.filter((type) => !fitting.includes(type))] : fitting;
  }, [document, query, joint, lenient, replace, next]);
  const why = new Map(next.map((suggestion) => [suggestion.type, suggestion.why]));
  const suggested = query.trim() === '' && replace === undefined ? types.filter(({ definition }) => why.has(definition.type)).length : 0;
  // Offered for all there is, a type may fit another output than the one that was meant first.
  const joinOf = (document: PipelineDocument, type: string): Joint | null => (joint === undefined ? null : lenient ? fittingJoint(document, type, joint) : fits(document, type, joint) ? joint : null);
  const close = () => {
    useCanvas.setState({ quickAdd: null });
    returnFocus();
  };
  const choose = (index: number) => {
    const type = types[index];
    if (!type || !document) return;
    close();
    if (replace !== undefined) return replaceBy(replace, type.definition.type);
    const at = joint ? request.at : freePlace(document, request.at);
    addTyped(type.definition.type, at, joint ? (joinOf(document, type.definition.type) ?? undefined) : undefined);
  };
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  // What closed just before gives its focus back to the canvas a moment later: not from under this menu, whose keys would then be commands.
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const stay = ({ target }: FocusEvent): void => {
      if (useCanvas.getState().quickAdd === null || !(target instanceof Element) || target.closest('[data-testid="canvas"]') === null) return;
      if (menu.current?.contains(target) === false) menu.current.querySelector('input')?.focus({ preventScroll: true });
    };
    window.addEventListener('focusin', stay);
    return () => window.removeEventListener('focusin', stay);
  }, []);
  if (!document) return null;

  const kind = joint ? (joint.kind === 'before' ? inputKind(document, joint.to) : outputKind(document, joint.kind === 'after' ? joint.from : joint.edge.from)) : null;
  const left = Math.max(8, Math.min(request.screen.x, window.innerWidth - menuWidth - 8));
  const height = Math.min(menuHeight, window.innerHeight - 16);
  const top = Math.max(8, Math.min(request.screen.y, window.innerHeight - height - 8));
  return (
    <div className="fixed inset-0 z-[60]" onPointerDown={(event) => event.target === event.currentTarget && close()} onContextMenu={(event) => event.preventDefault()}>
      <div
        ref={menu}
        role="dialog"
        aria-label={replace === undefined ? texts.canvas.add.title : texts.canvas.add.replaceTitle}
        data-testid="quick-add"
        className="absolute flex animate-appear flex-col overflow-hidden rounded-lg bg-raised shadow-float"
        style={{ left, top, width: menuWidth, maxHeight: height }}
      >
        <input
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls="quick-add-list"
          aria-activedescendant={types[active] ? `quick-add-${active}` : undefined}
          aria-label={texts.canvas.add.search}
          data-testid="quick-add-search"
          placeholder={replace !== undefined ? texts.canvas.add.replace : kind === null || lenient ? texts.canvas.add.any : joint?.kind === 'before' ? texts.canvas.add.giving(texts.canvas.aKind[kind]) : texts.canvas.add.taking(texts.canvas.aKind[kind])}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === 'Escape') close();
            else if (event.key === 'Enter') choose(active);
            else if (event.key === 'ArrowDown' || (event.key === 'Tab' && !event.shiftKey)) setActive((index) => Math.min(index + 1, types.length - 1));
            else if (event.key === 'ArrowUp' || event.key === 'Tab') setActive((index) => Math.max(index - 1, 0));
            else return;
            setChoosing(true);
            event.preventDefault();
          }}
          className="h-10 shrink-0 select-text border-b border-line bg-transparent px-3 text-base outline-none placeholder:text-faint"
        />
        <div ref={list} id="quick-add-list" role="listbox" aria-label={texts.canvas.add.nodes} className="min-h-0 overflow-auto p-1">
          {types.map((type, index) => {
            const { definition } = type;
            const category = categoryOf(definition.type);
            const joins = !joint || joinOf(document, definition.type) !== null;
            const reason = joins ? why.get(definition.type) : undefined;
            return (
              <Fragment key={definition.type}>
                {suggested > 0 && index === 0 ? <p role="presentation" className={heading}>{texts.canvas.add.likely}</p> : null}
                {suggested > 0 && index === suggested ? <p role="presentation" className={heading}>{texts.canvas.add.everything}</p> : null}
                <div
                  id={`quick-add-${index}`}
                  role="option"
                  aria-selected={index === active}
                  data-testid={`quick-add-item-${definition.type}`}
                  onPointerMove={() => {
                    setChoosing(true);
                    setActive(index);
                  }}
                  onClick={() => choose(index)}
                  className={cx('flex items-center gap-2.5 rounded-md px-2 py-1.5', index === active && 'bg-hover')}
                >
                  <NodeTile svg={type.icon} category={category} size={26} />
                  <span className="min-w-0 flex-1">
                    <span className="block truncate text-sm leading-[18px]">{definition.title}</span>
                    <span data-testid={reason === undefined ? undefined : 'quick-add-why'} className={cx('block truncate text-xs', reason === undefined ? 'text-faint' : 'text-accent-ink')} title={reason}>
                      {reason !== undefined ? reason : joins ? definition.summary : texts.canvas.add.notConnected(categoryTitles[category as keyof typeof categoryTitles] ?? '')}
                    </span>
                  </span>
                  {index === active ? <CornerDownLeft size={13} className="shrink-0 text-faint" /> : null}
                </div>
              </Fragment>
            );
          })}
          {types.length === 0 ? <p className="px-2 py-6 text-center text-sm text-muted">{texts.canvas.add.noMatch(query)}</p> : null}
        </div>
      </div>
    </div>
  );
}

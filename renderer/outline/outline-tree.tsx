import { useVirtualizer, defaultRangeExtractor } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { runAction } from '../app/actions.ts';
import { canvasMenuItems } from '../canvas/canvas-menu.tsx';
import { revealNode } from '../canvas/canvas-store.ts';
import { selectGroup } from '../canvas/group-frame.tsx';
import { select, useSelection } from '../state/selection.ts';
import { ContextMenu } from '../ui/index.ts';
import { TypeAhead, isLetter, titlesOf, treeStep } from './outline-keys.ts';
import { OutlineRow, rowHeight } from './outline-row.tsx';
import { setClosed, useOutline } from './outline-store.ts';
import { renameHere } from './outline-toolbar.tsx';
import { visibleItems, type OutlineItem } from './tree.ts';
import { texts } from '../text/texts.ts';

/** Rows drawn beyond what is visible, on either side. */
const overscan = 8;

/** The rows. One of them can have the focus (roving); selection follows it, and the canvas the selection. */
export function OutlineTree({ document, items }: { readonly document: PipelineDocument; readonly items: readonly OutlineItem[] }) {
  const closed = useOutline((store) => store.closed);
  const chosenNodes = useSelection((store) => store.nodes);
  const chosenGroups = useSelection((store) => store.groups);
  const shown = useMemo(() => visibleItems(items, closed), [items, closed]);
  const chosen = useMemo(() => new Set([...chosenNodes, ...chosenGroups]), [chosenNodes, chosenGroups]);
  const [active, setActive] = useState<string | null>(() => chosenGroups.at(-1) ?? chosenNodes.at(-1) ?? null);
  const place = useRef(0);
  const found = shown.findIndex(({ id }) => id === active);
  // Where the row that was current is gone, the one now in its place is.
  const at = found >= 0 ? found : Math.min(place.current, shown.length - 1);
  place.current = at;
  const scroller = useRef<HTMLDivElement>(null);
  const typed = useRef(new TypeAhead());
  const hasFocus = useRef(false);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    // The current row stays, however far it is scrolled away: it may have the focus.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), ...(at >= 0 ? [at] : [])])].sort((a, b) => a - b),
  });

  const focusRow = useCallback(() => scroller.current?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus({ preventScroll: true }), []);

  // What is selected on the canvas becomes the current row, and is opened to where it can be seen.
  const meant = chosenGroups.at(-1) ?? chosenNodes.at(-1) ?? null;
  useEffect(() => {
    if (meant === null) return;
    setActive(meant);
    const parents = new Map(items.map(({ id, parent }) => [id, parent]));
    for (let above = parents.get(meant) ?? null; above !== null; above = parents.get(above) ?? null) {
      if (useOutline.getState().closed.has(above)) setClosed(above, false);
    }
  }, [meant, items]);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
  }, [at, virtual]);
  useLayoutEffect(() => {
    const { activeElement } = window.document;
    const inTree = scroller.current?.contains(activeElement) === true && activeElement?.getAttribute('role') === 'treeitem';
    // It moved from row to row, or its row went (deleted, undone).
    if (hasFocus.current && (inTree || activeElement === window.document.body)) focusRow();
  });

  const choose = useCallback(
    (item: OutlineItem, how: { readonly more: boolean }) => {
      setActive(item.id);
      if (item.kind === 'group') {
        const group = document.groups.find(({ id }) => id === item.id);
        if (group) selectGroup(group, how.more);
      } else {
        const { nodes } = useSelection.getState();
        select({ nodes: how.more ? (nodes.includes(item.id) && nodes.at(-1) !== item.id ? nodes.filter((id) => id !== item.id) : [...nodes.filter((id) => id !== item.id), item.id]) : [item.id] });
      }
      revealNode(item.id);
    },
    [document],
  );
  const open = useCallback((item: OutlineItem) => {
    if (item.kind === 'node') runAction('edit.configure');
    else setClosed(item.id, !useOutline.getState().closed.has(item.id));
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    const item = shown[at];
    if (!item || (event.target instanceof HTMLElement && event.target.getAttribute('role') !== 'treeitem')) return;
    if (isLetter(event) || (event.key === ' ' && !event.ctrlKey && typed.current.isTyping(event))) {
      const index = typed.current.find(event, titlesOf(document, shown), at);
      const next = index === null ? undefined : shown[index];
      if (next) choose(next, { more: false });
      event.preventDefault();
      return;
    }
    const pageSize = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 1);
    const step = treeStep(event, shown, at, closed, pageSize);
    if (step === null) return;
    event.preventDefault();
    if ('close' in step) setClosed(step.close, true);
    else if ('open' in step) setClosed(step.open, false);
    else if ('go' in step) {
      const next = shown[step.go];
      if (next && next !== item) choose(next, { more: step.extend });
    } else if (step.act === 'toggle') choose(item, { more: chosen.size > 1 || !chosen.has(item.id) });
    else if (step.act === 'rename') {
      if (!chosen.has(item.id)) choose(item, { more: false });
      renameHere();
    } else if (step.act === 'configure') {
      if (!chosen.has(item.id)) choose(item, { more: false });
      open(item);
    } else runAction(step.act === 'delete' ? 'edit.delete' : 'edit.selectAll');
  };

  return (
    <ContextMenu items={() => canvasMenuItems(renameHere)}>
      <div
        ref={scroller}
        role="tree"
        aria-label={texts.outline.tree}
        aria-multiselectable
        data-testid="outline-tree"
        onKeyDown={onKeyDown}
        onFocus={() => {
          hasFocus.current = true;
        }}
        onBlur={(event) => {
          // Removed rows lose the focus to nothing; then it is given to the row in their place.
          if (event.relatedTarget !== null) hasFocus.current = event.currentTarget.contains(event.relatedTarget);
        }}
        className="relative min-h-0 flex-1 overflow-auto"
      >
        <div className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const item = shown[index];
            if (!item) return null;
            return (
              <OutlineRow
                key={item.id}
                document={document}
                item={item}
                current={index === at}
                selected={chosen.has(item.id)}
                closed={closed.has(item.id)}
                top={start}
                onPress={choose}
                onOpen={open}
                onRenamed={focusRow}
              />
            );
          })}
        </div>
      </div>
    </ContextMenu>
  );
}

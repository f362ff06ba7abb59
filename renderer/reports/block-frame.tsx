import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { GripVertical } from 'lucide-react';
import { gridColumns, type Block, type Place } from '#app/reports/document.ts';
import { fitted, stepped } from '#app/reports/layout.ts';
import { cx, useMay } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { BlockContent, OriginMark } from './block-content.tsx';
import { duplicateSelected, removeSelected } from './block-edits.ts';
import { gridAt, type GridMeasure } from './grid-measure.ts';
import { editReport, selectBlocks, useReport } from './report-store.ts';
import { TextWriter } from './text-writer.tsx';
import { useBlock } from './use-block.ts';

interface BlockFrameProps {
  readonly block: Block;
  /** Where it stands while something is dragged. */
  readonly place: Place;
  readonly pinned: Readonly<Record<string, string>>;
  readonly revision: string;
  readonly tone: 'light' | 'dark';
  readonly measure: () => GridMeasure | null;
  /** While it is dragged, and when it is let go (null). */
  readonly onDrag: (place: Place | null) => void;
  readonly onChoose: () => void;
}

const cards: ReadonlySet<Block['type']> = new Set(['table', 'chart', 'metric', 'value', 'picture']);
const steps: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A block on the page: selected by a click, moved by dragging and by the arrow keys, resized by its edges and with Shift. */
export function BlockFrame({ block, place, pinned, revision, tone, measure, onDrag, onChoose }: BlockFrameProps) {
  const selected = useReport((state) => state.selected.includes(block.id));
  const writing = useReport((state) => state.writing === block.id);
  const locked = useMay('edit') !== null;
  const { data, error } = useBlock(block, pinned, revision);
  const start = useRef<{ readonly x: number; readonly y: number; readonly column: number; readonly row: number; readonly part: 'move' | 'right' | 'bottom' | 'corner'; moved: boolean } | null>(null);
  const resolved = error === null ? data : { state: 'failed' as const, problem: error };

  const begin = (part: 'move' | 'right' | 'bottom' | 'corner') => (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || writing) return;
    if (part === 'move' && (event.target as HTMLElement).closest('button, a, input, textarea, [data-still]')) return;
    event.stopPropagation();
    const { selected: before } = useReport.getState();
    if (event.shiftKey || event.ctrlKey || event.metaKey) selectBlocks(before.includes(block.id) ? before.filter((id) => id !== block.id) : [...before, block.id]);
    else if (!before.includes(block.id) || before.length > 1) selectBlocks([block.id]);
    const grid = locked ? null : measure();
    if (grid === null) return;
    const at = gridAt(grid, event.clientX, event.clientY);
    start.current = { x: event.clientX, y: event.clientY, ...at, part, moved: false };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const placeAt = (event: PointerEvent): Place | null => {
    const grid = measure();
    const from = start.current;
    if (grid === null || from === null) return null;
    const at = gridAt(grid, event.clientX, event.clientY);
    const [columns, rows] = [at.column - from.column, at.row - from.row];
    if (from.part === 'move') return fitted({ ...block.place, x: Math.max(0, Math.min(gridColumns - block.place.w, block.place.x + columns)), y: block.place.y + rows });
    return fitted({ ...block.place, w: from.part === 'bottom' ? block.place.w : Math.max(1, Math.min(gridColumns - block.place.x, block.place.w + columns)), h: from.part === 'right' ? block.place.h : block.place.h + rows });
  };
  const move = (event: PointerEvent) => {
    const from = start.current;
    if (from === null) return;
    if (!from.moved && Math.hypot(event.clientX - from.x, event.clientY - from.y) < 5) return;
    from.moved = true;
    onDrag(placeAt(event));
  };
  const end = (event: PointerEvent) => {
    const from = start.current;
    const to = placeAt(event);
    start.current = null;
    onDrag(null);
    if (from?.moved && to !== null && JSON.stringify(to) !== JSON.stringify(block.place)) editReport({ type: 'place', places: { [block.id]: to } }, { label: from.part === 'move' ? texts.reports.edits.move : texts.reports.edits.resize });
  };
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget) return;
    const step = steps[event.key];
    if (step !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      const { x, y, w, h } = block.place;
      const to = event.shiftKey ? fitted({ x, y, w: Math.min(gridColumns - x, w + step[0]), h: h + step[1] }) : stepped(useReport.getState().report?.blocks ?? [], block.id, step);
      if (to === null) return;
      editReport({ type: 'place', places: { [block.id]: to } }, { group: `${event.shiftKey ? 'resize' : 'move'} ${block.id}`, label: event.shiftKey ? texts.reports.edits.resize : texts.reports.edits.move });
      // The block moves among its neighbours on the page, too, and keeps the focus.
      const { currentTarget } = event;
      requestAnimationFrame(() => currentTarget.focus());
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      removeSelected();
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'd') {
      event.preventDefault();
      event.stopPropagation();
      duplicateSelected();
    } else if (event.key === 'Enter' || event.key === 'F2') {
      event.preventDefault();
      if (block.type === 'text' && !locked) useReport.setState({ selected: [block.id], writing: block.id });
      else onChoose();
    } else if (event.key === 'Escape') selectBlocks([]);
  };
  const isCard = cards.has(block.type);
  return (
    <div
      role="group"
      tabIndex={0}
      data-testid="report-block"
      data-block-id={block.id}
      data-block-type={block.type}
      data-selected={selected}
      data-ready={resolved !== null || !isCard}
      aria-label={texts.reports.blockLabel(texts.reports.types[block.type], block.title ?? '')}
      aria-roledescription={texts.reports.block}
      style={{ gridColumn: `${place.x + 1} / span ${place.w}`, gridRow: `${place.y + 1} / span ${place.h}` }}
      onPointerDown={begin('move')}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => {
        start.current = null;
        onDrag(null);
      }}
      onFocus={(event) => {
        if (event.target === event.currentTarget && !useReport.getState().selected.includes(block.id)) selectBlocks([block.id]);
      }}
      onDoubleClick={() => block.type === 'text' && !locked && useReport.setState({ writing: block.id })}
      onKeyDown={onKey}
      className={cx(
        'group/block relative flex min-w-0 flex-col rounded-md outline-offset-2',
        isCard ? 'border border-line bg-surface p-3' : 'px-1',
        selected ? 'outline-2 outline-accent' : 'hover:outline-1 hover:outline-line-strong',
      )}
    >
      {locked ? null : <GripVertical size={14} aria-hidden className="absolute -left-4 top-1.5 cursor-grab text-faint opacity-0 group-hover/block:opacity-100" />}
      {block.title || resolved?.state === 'ready' ? (
        <header className={cx('flex items-center gap-2', block.title ? 'pb-1' : 'absolute right-8 top-2 z-10')}>
          {block.title ? <h3 className="min-w-0 flex-1 truncate text-sm font-semibold">{block.title}</h3> : null}
          <OriginMark resolved={resolved} />
        </header>
      ) : null}
      {writing && block.type === 'text' ? <TextWriter block={block} /> : <BlockContent block={block} resolved={resolved} tone={tone} onChoose={onChoose} />}
      {block.caption ? <p className="pt-1 text-xs text-muted">{block.caption}</p> : null}
      {selected && !locked ? (
        <>
          <span data-testid="resize-right" aria-hidden className="absolute -right-1.5 top-4 bottom-4 w-3 cursor-ew-resize" onPointerDown={begin('right')} />
          <span data-testid="resize-bottom" aria-hidden className="absolute -bottom-1.5 left-4 right-4 h-3 cursor-ns-resize" onPointerDown={begin('bottom')} />
          <span data-testid="resize-corner" aria-hidden className="absolute -bottom-1.5 -right-1.5 size-3.5 cursor-nwse-resize rounded-sm border-2 border-accent bg-surface" onPointerDown={begin('corner')} />
        </>
      ) : null}
    </div>
  );
}

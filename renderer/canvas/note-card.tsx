import { NodeResizer, type NodeProps } from '@xyflow/react';
import { memo, useEffect, useState } from 'react';
import { Markdown } from '../results/report/markdown.tsx';
import { refusesEdit, useWhyNotEdit } from '../state/editing.ts';
import { edit } from '../state/pipeline.ts';
import { cx } from '../ui/index.ts';
import { useCanvas } from './canvas-store.ts';
import type { NoteNode } from './flow-model.ts';
import { snap } from './geometry.ts';
import { noteRender } from '../state/renders.ts';
import { texts } from '../text/texts.ts';

/** Text on the canvas, in Markdown. Double click or Enter edits, Escape leaves; the corner resizes. */
function NoteCardView({ data, selected }: NodeProps<NoteNode>) {
  const { note } = data;
  noteRender('note', note.id);
  const locked = useWhyNotEdit() !== null;
  const [draft, setDraft] = useState<string | null>(note.text === '' && !locked ? '' : null);
  const asked = useCanvas((store) => store.renaming === note.id);
  useEffect(() => {
    if (!asked) return;
    useCanvas.setState({ renaming: null });
    setDraft(note.text);
  }, [asked, note.text]);
  const finish = () => {
    if (draft !== null && draft !== note.text) edit({ type: 'set-note', note: { ...note, text: draft } });
    setDraft(null);
  };
  return (
    <div
      data-testid={`note-${note.id}`}
      data-category={note.colour ?? 'monitor'}
      className={cx('size-full overflow-hidden rounded-md border p-2.5 text-sm', selected ? 'border-accent' : 'border-transparent')}
      style={{ background: 'color-mix(in oklab, var(--category-soft) 75%, transparent)' }}
      onDoubleClick={(event) => {
        event.stopPropagation();
        if (!refusesEdit()) setDraft(note.text);
      }}
    >
      <NodeResizer
        isVisible={selected && !locked}
        minWidth={96}
        minHeight={48}
        lineClassName="!border-transparent"
        handleClassName="!size-2 !rounded-sm !border-accent !bg-surface"
        onResizeEnd={(_event, box) => edit({ type: 'set-note', note: { ...note, x: snap(box.x), y: snap(box.y), width: snap(box.width), height: snap(box.height) } })}
      />
      {draft === null ? (
        <div className="size-full overflow-hidden break-words">
          {note.text.trim() === '' ? <span className="text-faint">{texts.canvas.doubleClick}</span> : <Markdown text={note.text} breaks className="gap-1.5" />}
        </div>
      ) : (
        <textarea
          autoFocus
          aria-label={texts.canvas.noteText}
          value={draft}
          placeholder={texts.canvas.notePlaceholder}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={finish}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key !== 'Escape') return;
            finish();
            window.document.querySelector<HTMLElement>('[data-testid="canvas"]')?.focus({ preventScroll: true });
          }}
          className="nodrag nopan nowheel size-full resize-none select-text bg-transparent text-ink outline-none placeholder:text-muted"
        />
      )}
    </div>
  );
}

export const NoteCard = memo(NoteCardView);

import { useEffect, useRef, useState } from 'react';
import type { PipelineNode } from '#app/pipeline/document.ts';
import { edit } from '../state/pipeline.ts';
import { texts } from '../text/texts.ts';
import { startCommenting, useCanvas } from './canvas-store.ts';

/** As the schema of documents says. */
const longest = 10_000;

/** What a person wrote about a node, under its card: three lines of it at most. A double click, or the key for comments, edits it there. */
export function NodeComment({ node }: { readonly node: PipelineNode }) {
  const editing = useCanvas((store) => store.commenting === node.id);
  if (editing) return <CommentField node={node} />;
  if (node.comment === undefined || node.comment.trim() === '') return null;
  return (
    <p
      data-testid={`comment-${node.id}`}
      title={node.comment}
      className="node-comment pointer-events-auto line-clamp-3 cursor-text whitespace-pre-line break-words text-xs leading-[15px] text-muted"
      onDoubleClick={(event) => {
        event.stopPropagation();
        startCommenting(node.id);
      }}
    >
      {node.comment.trim()}
    </p>
  );
}

/** Leaving and Ctrl+Enter keep what was typed, Escape does not; Enter is a new line, as in notes. */
function CommentField({ node }: { readonly node: PipelineNode }) {
  const [text, setText] = useState(node.comment ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  const finished = useRef(false);
  useEffect(() => {
    // It may have just come into being under a menu that still gives its focus back.
    const frame = requestAnimationFrame(() => field.current?.focus({ preventScroll: true }));
    return () => cancelAnimationFrame(frame);
  }, []);
  const finish = (keep: boolean) => {
    if (finished.current) return;
    finished.current = true;
    useCanvas.setState({ commenting: null });
    const comment = text.trim();
    if (keep && comment !== (node.comment ?? '')) edit({ type: 'set-comment', nodeId: node.id, comment: comment === '' ? null : comment }, { label: texts.canvas.did.comment });
  };
  return (
    <textarea
      ref={field}
      aria-label={texts.canvas.nodeComment}
      data-testid="comment-field"
      value={text}
      rows={3}
      maxLength={longest}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => finish(true)}
      onDoubleClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation();
        const keeps = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
        if (!keeps && event.key !== 'Escape') return;
        finish(keeps);
        window.document.querySelector<HTMLElement>('[data-testid="canvas"]')?.focus({ preventScroll: true });
      }}
      className="comment-field nodrag nopan nowheel pointer-events-auto relative z-10 w-full resize-none select-text rounded-sm border border-focus bg-surface p-1 text-xs leading-[15px] text-ink outline-none"
    />
  );
}

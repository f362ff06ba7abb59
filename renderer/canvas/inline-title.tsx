import { useLayoutEffect, useRef, useState } from 'react';
import { cx } from '../ui/index.ts';
import { useCanvas } from './canvas-store.ts';

interface InlineTitleProps {
  readonly label: string;
  readonly title: string;
  /** What was typed, trimmed; called only when it differs. */
  readonly onChange: (title: string) => void;
  readonly className?: string;
}

/** A title while it is typed on the canvas. Enter and leaving keep it, Escape does not. */
export function InlineTitle({ label, title, onChange, className }: InlineTitleProps) {
  const [text, setText] = useState(title);
  const input = useRef<HTMLInputElement>(null);
  const finished = useRef(false);
  const settled = useRef(false);
  // At once, for who goes on typing: and once more where a menu that the card came into being under has taken the focus back.
  useLayoutEffect(() => {
    const take = (): void => {
      input.current?.focus({ preventScroll: true });
      input.current?.select();
    };
    take();
    const frame = requestAnimationFrame(() => {
      settled.current = true;
      if (window.document.activeElement !== input.current) take();
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  const finish = (keep: boolean) => {
    if (finished.current) return;
    finished.current = true;
    useCanvas.setState({ renaming: null });
    if (keep && text.trim() !== title) onChange(text.trim());
  };
  return (
    <input
      ref={input}
      aria-label={label}
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => settled.current && finish(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== 'Enter' && event.key !== 'Escape') return;
        finish(event.key === 'Enter');
        window.document.querySelector<HTMLElement>('[data-testid="canvas"]')?.focus({ preventScroll: true });
      }}
      className={cx('nodrag nopan -ml-1 h-[18px] w-full select-text rounded-sm border border-focus bg-surface px-1 text-sm font-medium leading-4 outline-none', className)}
    />
  );
}

import { createElement, useMemo, useState, type PointerEvent, type ReactNode } from 'react';
import type { SvgNode } from '#app/reports/chart/svg.ts';

interface Tip {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** A drawing as elements; what marks say stands beside the pointer. */
export function SvgView({ drawing, className }: { readonly drawing: SvgNode; readonly className?: string }) {
  const [tip, setTip] = useState<Tip | null>(null);
  const elements = useMemo(() => draw(drawing, 0), [drawing]);
  const move = (event: PointerEvent) => {
    const mark = event.target instanceof Element ? event.target.closest('[data-tip]') : null;
    const text = mark?.getAttribute('data-tip') ?? null;
    setTip(text === null ? null : { text, x: event.clientX, y: event.clientY });
  };
  return (
    <div className={className} onPointerMove={move} onPointerLeave={() => setTip(null)}>
      {elements}
      {tip === null ? null : (
        <div
          aria-hidden
          className="pointer-events-none fixed z-[90] max-w-80 whitespace-pre-line rounded-md bg-raised px-2 py-1.5 text-xs text-ink shadow-float"
          style={{ left: Math.min(tip.x + 14, window.innerWidth - 240), top: Math.min(tip.y + 14, window.innerHeight - 90) }}
        >
          {tip.text}
        </div>
      )}
    </div>
  );
}

/** Titles become what is told beside the pointer: the browser's own come late, and look otherwise. */
function draw(node: SvgNode, key: number): ReactNode {
  const title = node.children.find((child) => typeof child !== 'string' && child.tag === 'title');
  const tip = title !== undefined && typeof title !== 'string' ? title.children.join('') : undefined;
  const children = node.children.filter((child) => child !== title).map((child, index) => (typeof child === 'string' ? child : draw(child, index)));
  return createElement(node.tag, { key, ...node.attributes, ...(tip === undefined ? {} : { 'data-tip': tip }) }, ...children);
}

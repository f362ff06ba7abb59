import { useMemo } from 'react';
import { cx } from './class-names.ts';

/**
 * A node type's icon.svg, drawn in the colour around it. The svg text ships with the app (nodes/**\/icon.svg); it is still
 * reduced to shapes, so that an icon can carry neither script nor outside references.
 */
export function NodeIcon({ svg, size = 18, className }: { readonly svg: string; readonly size?: number; readonly className?: string }) {
  const markup = useMemo(() => iconMarkup(svg), [svg]);
  return (
    <svg
      viewBox={markup.viewBox}
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
      className={cx('shrink-0', className)}
      dangerouslySetInnerHTML={{ __html: markup.inner }}
    />
  );
}

const shapes = new Set(['path', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'rect', 'g']);
const attributes = new Set(['d', 'cx', 'cy', 'r', 'rx', 'ry', 'x', 'y', 'x1', 'y1', 'x2', 'y2', 'width', 'height', 'points', 'transform', 'fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity']);
const parsed = new Map<string, { viewBox: string; inner: string }>();

function iconMarkup(svg: string): { viewBox: string; inner: string } {
  const known = parsed.get(svg);
  if (known) return known;
  const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  const viewBox = root.getAttribute('viewBox') ?? '0 0 24 24';
  for (const element of [...root.querySelectorAll('*')]) {
    if (!shapes.has(element.tagName)) {
      element.remove();
      continue;
    }
    for (const attribute of [...element.attributes]) if (!attributes.has(attribute.name)) element.removeAttribute(attribute.name);
  }
  const result = { viewBox, inner: root.tagName === 'svg' ? root.innerHTML : '' };
  parsed.set(svg, result);
  return result;
}

/** The category-coloured tile that stands for a node type everywhere. */
export function NodeTile({ svg, category, size = 36 }: { readonly svg: string; readonly category: string; readonly size?: number }) {
  return (
    <span
      data-category={category}
      className="inline-flex shrink-0 items-center justify-center rounded-md bg-category-soft text-category"
      style={{ width: size, height: size }}
    >
      <NodeIcon svg={svg} size={Math.round(size * 0.55)} />
    </span>
  );
}

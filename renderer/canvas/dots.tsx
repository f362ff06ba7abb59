import { useStore } from '@xyflow/react';
import { memo, useCallback, useRef } from 'react';
import { detailAt } from './detail.ts';
import { useFollowView, type View } from './follow-view.ts';

/** Canvas units between two dots, and across one. */
const near = { gap: 24, size: 1.9 };
const far = { gap: 72, size: 4 };

const isFar = (zoom: number): boolean => {
  const detail = detailAt(zoom);
  return detail === 'far' || detail === 'low';
};

/** The grid, coarser from afar. */
function DotsView() {
  const { gap, size } = useStore((store) => isFar(store.transform[2])) ? far : near;
  const pattern = useRef<SVGPatternElement>(null);
  useFollowView(useCallback(([x, y, zoom]: View) => pattern.current?.setAttribute('patternTransform', `translate(${x} ${y}) scale(${zoom})`), []));
  return (
    <svg aria-hidden className="pointer-events-none absolute inset-0 -z-1 size-full">
      <pattern ref={pattern} id="canvas-dots" x={-gap / 2} y={-gap / 2} width={gap} height={gap} patternUnits="userSpaceOnUse">
        <circle cx={size / 2} cy={size / 2} r={size / 2} fill="var(--canvas-dot)" />
      </pattern>
      <rect width="100%" height="100%" fill="url(#canvas-dots)" />
    </svg>
  );
}

export const Dots = memo(DotsView);

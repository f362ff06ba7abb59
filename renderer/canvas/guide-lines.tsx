import { ViewportPortal, useStore } from '@xyflow/react';
import { memo } from 'react';
import { cx } from '../ui/index.ts';
import { useGuides } from './canvas-store.ts';

/** While something is dragged: the lines it is in line with. One pixel wide at every zoom. */
function GuideLinesView() {
  const guides = useGuides((store) => store.guides);
  const zoom = useStore((store) => store.transform[2]);
  if (guides.length === 0) return null;
  return (
    <ViewportPortal>
      {guides.map(({ axis, at, from, to, gap }) => (
        <div
          key={`${axis} ${at} ${from}`}
          data-testid={gap ? 'guide-gap' : 'guide-line'}
          className={cx('pointer-events-none absolute bg-bad', gap && (axis === 'x' ? 'guide-gap-down' : 'guide-gap-across'))}
          style={axis === 'x' ? { left: at - 0.5 / zoom, top: from, width: 1 / zoom, height: to - from, zIndex: 1000 } : { left: from, top: at - 0.5 / zoom, width: to - from, height: 1 / zoom, zIndex: 1000 }}
        />
      ))}
    </ViewportPortal>
  );
}

export const GuideLines = memo(GuideLinesView);

import { useStore } from '@xyflow/react';
import { memo } from 'react';
import { createPortal } from 'react-dom';
import { cx } from '../ui/index.ts';
import { useGuides } from './canvas-store.ts';
import { useViewportLayer } from './viewport-layer.ts';

/** While something is dragged: the lines it is in line with. */
function GuideLinesView() {
  const areShown = useGuides((store) => store.guides.length > 0);
  // Only then do they follow the view.
  return areShown ? <Lines /> : null;
}

/** One pixel wide at every zoom. */
function Lines() {
  const guides = useGuides((store) => store.guides);
  const zoom = useStore((store) => store.transform[2]);
  const layer = useViewportLayer();
  if (layer === null) return null;
  return createPortal(
    guides.map(({ axis, at, from, to, gap }) => (
      <div
        key={`${axis} ${at} ${from}`}
        data-testid={gap ? 'guide-gap' : 'guide-line'}
        className={cx('pointer-events-none absolute bg-bad', gap && (axis === 'x' ? 'guide-gap-down' : 'guide-gap-across'))}
        style={axis === 'x' ? { left: at - 0.5 / zoom, top: from, width: 1 / zoom, height: to - from, zIndex: 1000 } : { left: from, top: at - 0.5 / zoom, width: to - from, height: 1 / zoom, zIndex: 1000 }}
      />
    )),
    layer,
  );
}

export const GuideLines = memo(GuideLinesView);

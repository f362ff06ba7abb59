import { ViewportPortal, useStore } from '@xyflow/react';
import { useCanvas } from './canvas-store.ts';

/** While something is dragged: the lines it is in line with. One pixel wide at every zoom. */
export function GuideLines() {
  const guides = useCanvas((store) => store.guides);
  const zoom = useStore((store) => store.transform[2]);
  if (guides.length === 0) return null;
  return (
    <ViewportPortal>
      {guides.map(({ axis, at, from, to }) => (
        <div
          key={`${axis} ${at}`}
          data-testid="guide-line"
          className="pointer-events-none absolute bg-bad"
          style={axis === 'x' ? { left: at - 0.5 / zoom, top: from, width: 1 / zoom, height: to - from, zIndex: 1000 } : { left: from, top: at - 0.5 / zoom, width: to - from, height: 1 / zoom, zIndex: 1000 }}
        />
      ))}
    </ViewportPortal>
  );
}

import { Maximize, Map as MapIcon, Minus, Plus, StickyNote, Workflow } from 'lucide-react';
import { memo, useCallback, useRef } from 'react';
import { IconButton } from '../ui/index.ts';
import { keysOf } from '../app/shortcuts.ts';
import { runAction } from '../app/actions.ts';
import { noteRender } from '../state/renders.ts';
import { useView } from '../state/view.ts';
import { zoomIn, zoomOut, zoomTo } from './canvas-store.ts';
import { useFollowView, type View } from './follow-view.ts';
import { texts } from '../text/texts.ts';

const percent = (zoom: number): string => `${Math.round(zoom * 100)} %`;

/** It changes with every turn of the wheel, so it is written by hand. */
function ZoomLevel() {
  const button = useRef<HTMLButtonElement>(null);
  useFollowView(useCallback(([, , zoom]: View) => {
    const { current } = button;
    if (current !== null && current.textContent !== percent(zoom)) current.textContent = percent(zoom);
  }, []));
  return <button ref={button} type="button" className="h-7 w-12 rounded-md text-xs tabular-nums text-muted hover:bg-hover hover:text-ink" title={texts.canvas.controls.zoom100} onClick={() => zoomTo(1)} />;
}

/** Zoom and layout, bottom left of the canvas. */
function CanvasControlsView() {
  const minimap = useView((store) => store.minimap);
  noteRender('controls');
  return (
    <div className="absolute bottom-3 left-3 flex items-center gap-0.5 rounded-lg border border-line bg-surface p-0.5 shadow-card">
      <IconButton label={texts.canvas.controls.zoomOut} keys={keysOf('view.zoomOut')} tooltipSide="top" onClick={zoomOut}>
        <Minus size={15} />
      </IconButton>
      <ZoomLevel />
      <IconButton label={texts.canvas.controls.zoomIn} keys={keysOf('view.zoomIn')} tooltipSide="top" onClick={zoomIn}>
        <Plus size={15} />
      </IconButton>
      <span className="mx-0.5 h-4 w-px bg-line" />
      <IconButton label={texts.canvas.controls.fit} keys={keysOf('view.fit')} tooltipSide="top" onClick={() => runAction('view.fit')}>
        <Maximize size={15} />
      </IconButton>
      <IconButton needs="edit" label={texts.canvas.did.tidy} keys={keysOf('view.tidy')} tooltipSide="top" onClick={() => runAction('view.tidy')}>
        <Workflow size={15} />
      </IconButton>
      <IconButton needs="edit" label={texts.canvas.did.addNote} keys={keysOf('edit.note')} tooltipSide="top" onClick={() => runAction('edit.note')}>
        <StickyNote size={15} />
      </IconButton>
      <IconButton label={texts.canvas.minimap} keys={keysOf('view.minimap')} tooltipSide="top" pressed={minimap} onClick={() => runAction('view.minimap')}>
        <MapIcon size={15} />
      </IconButton>
    </div>
  );
}

export const CanvasControls = memo(CanvasControlsView);

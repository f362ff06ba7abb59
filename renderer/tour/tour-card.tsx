import { ArrowLeft, Check, GraduationCap, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { primaryNode, useSelection } from '../state/selection.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { Button, IconButton, Progress } from '../ui/index.ts';
import { targetsOf, tourStepIds, type TourStepId } from './tour-steps.ts';
import { leaveTour, previousStep, skipStep, stepAt, useTour } from './tour-store.ts';

/** The guided first pipeline: one card with what to do next, and a ring around where. It waits for the real action and blocks nothing. */
export function Tour() {
  const stage = useTour((store) => store.stage);
  const onCanvas = useView((store) => store.page === 'canvas');
  return stage === 'active' && onCanvas ? <ActiveTour /> : null;
}

function ActiveTour() {
  const { step, path } = useTour();
  const here = usePipeline((store) => store.path === path);
  const id = stepAt(step);
  return (
    <>
      <section aria-label={texts.help.tour.title} data-testid="tour" data-step={id ?? 'finished'} className="absolute left-3 top-3 z-20 flex w-72 flex-col gap-2 rounded-lg border border-accent bg-raised p-3 shadow-float">
        <header className="flex items-center gap-2 text-xs text-muted">
          <GraduationCap size={15} className="text-accent-ink" aria-hidden />
          <span className="flex-1 tabular-nums">{id === null ? texts.help.tour.title : texts.help.tour.place(step + 1, tourStepIds.length)}</span>
          <IconButton label={texts.help.tour.leave} size="sm" data-testid="tour-leave" onClick={leaveTour}>
            <X size={14} />
          </IconButton>
        </header>
        <Progress value={step / tourStepIds.length} label={texts.help.tour.title} />
        {!here && path !== null ? (
          <>
            <p className="text-sm">{texts.help.tour.elsewhere}</p>
            <Button size="sm" className="self-start" onClick={() => void openPipeline(path)}>
              {texts.help.tour.back}
            </Button>
          </>
        ) : id === null ? (
          <Finished />
        ) : (
          <Step id={id} first={step === 0} />
        )}
      </section>
      {here && id !== null ? <Ring step={id} /> : null}
    </>
  );
}

function Step({ id, first }: { readonly id: TourStepId; readonly first: boolean }) {
  const { title, how, keys } = texts.help.tour.steps[id];
  return (
    <>
      <h2 className="text-base font-semibold tracking-tight">{title}</h2>
      <p className="text-sm">{how}</p>
      <p className="text-xs text-muted">{keys}</p>
      <div className="flex items-center gap-2">
        {first ? null : (
          <IconButton label={texts.help.tour.previous} size="sm" onClick={previousStep}>
            <ArrowLeft size={14} />
          </IconButton>
        )}
        <Button size="sm" variant={id === 'read' ? 'primary' : 'quiet'} data-testid="tour-skip" onClick={skipStep}>
          {id === 'read' ? texts.help.tour.next : texts.help.tour.skip}
        </Button>
      </div>
    </>
  );
}

function Finished() {
  return (
    <>
      <h2 className="flex items-center gap-1.5 text-base font-semibold tracking-tight">
        <Check size={16} className="text-good-ink" aria-hidden />
        {texts.help.tour.finished}
      </h2>
      <p className="text-sm">{texts.help.tour.finishedWhat}</p>
      <Button size="sm" variant="primary" className="self-start" data-testid="tour-finish" onClick={leaveTour}>
        {texts.common.done}
      </Button>
    </>
  );
}

/** How often the ring looks where its place is, in ms: cards move with the canvas. */
const beat = 120;
const room = 5;

/** Around where the step happens; for the eye only, and nothing that could be clicked. */
function Ring({ step }: { readonly step: TourStepId }) {
  const [box, setBox] = useState<{ readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null>(null);
  useEffect(() => {
    const look = (): void => {
      const targets = targetsOf(step, usePipeline.getState().document, primaryNode(useSelection.getState()));
      const found = targets.map((selector) => document.querySelector(selector)).find((element) => element !== null && element.getBoundingClientRect().width > 0);
      const next = found?.getBoundingClientRect() ?? null;
      setBox((before) => (before !== null && next !== null && before.x === next.x && before.y === next.y && before.width === next.width && before.height === next.height ? before : next));
    };
    look();
    const timer = setInterval(look, beat);
    return () => clearInterval(timer);
  }, [step]);
  if (box === null) return null;
  return <div aria-hidden data-testid="tour-ring" className="pointer-events-none fixed z-40 rounded-lg outline-3 outline-accent" style={{ left: box.x - room, top: box.y - room, width: box.width + 2 * room, height: box.height + 2 * room }} />;
}

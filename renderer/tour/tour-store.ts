import { create } from 'zustand';
import { z } from 'zod';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { announce } from '../state/announce.ts';
import { notify } from '../state/notices.ts';
import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { useRun } from '../state/run.ts';
import { primaryNode, useSelection } from '../state/selection.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { isDone, tourStepIds, type TourFacts, type TourStepId } from './tour-steps.ts';

/** `new`: not offered yet; `declined`: not now; `left`: to be taken up again where it was. */
const stages = ['new', 'declined', 'active', 'left', 'finished'] as const;

interface TourStore {
  readonly stage: (typeof stages)[number];
  /** Index into `tourStepIds`; their number once all are done. */
  readonly step: number;
  /** The pipeline that is being made. */
  readonly path: string | null;
}

const storageKey = 'penstock.tour';
const stored = z.object({ stage: z.enum(stages), step: z.number().int().min(0).max(tourStepIds.length), path: z.string().nullable() });

function remembered(): TourStore {
  try {
    return stored.parse(JSON.parse(localStorage.getItem(storageKey) ?? ''));
  } catch {
    return { stage: 'new', step: 0, path: null };
  }
}

export const useTour = create<TourStore>(() => remembered());
useTour.subscribe((state) => localStorage.setItem(storageKey, JSON.stringify(state)));

export const stepAt = (step: number): TourStepId | null => tourStepIds[step] ?? null;

/** From the help menu: goes on where it was left, or begins anew in a pipeline of its own. */
export async function startTour(): Promise<void> {
  const { stage, path, step } = useTour.getState();
  useView.setState({ page: 'canvas', inspectorOpen: true, catalogueOpen: true });
  if ((stage === 'left' || stage === 'active') && path !== null && step < tourStepIds.length) {
    if (usePipeline.getState().path !== path) await openPipeline(path);
    if (usePipeline.getState().path === path) {
      useTour.setState({ stage: 'active' });
      sayStep();
      return;
    }
  }
  try {
    const made = await client.pipeline.create({ title: texts.help.tour.pipeline });
    await openPipeline(made.path);
    useTour.setState({ stage: 'active', step: 0, path: made.path });
    sayStep();
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
  }
}

export function leaveTour(): void {
  useTour.setState(({ step }) => ({ stage: step >= tourStepIds.length ? 'finished' : 'left' }));
}

export function declineTour(): void {
  useTour.setState({ stage: 'declined' });
}

/** Goes to the next step without its action: nothing is ever in the way. */
export function skipStep(): void {
  goTo(useTour.getState().step + 1);
}

export function previousStep(): void {
  goTo(Math.max(0, useTour.getState().step - 1));
}

function goTo(step: number): void {
  useTour.setState({ step: Math.min(step, tourStepIds.length) });
  sayStep();
}

function sayStep(): void {
  const id = stepAt(useTour.getState().step);
  if (id === null) announce(`${texts.help.tour.finished} ${texts.help.tour.finishedWhat}`);
  else announce(`${texts.help.tour.place(useTour.getState().step + 1, tourStepIds.length)}: ${texts.help.tour.steps[id].title}. ${texts.help.tour.steps[id].how} ${texts.help.tour.steps[id].keys}`);
}

function factsNow(): TourFacts {
  const { document } = usePipeline.getState();
  const { status, nodes } = useRun.getState();
  return {
    document,
    selected: primaryNode(useSelection.getState()),
    columnShown: window.document.querySelector('[data-testid="column-details"]') !== null,
    runStatus: status,
    ran: Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id, node.status])),
  };
}

/** How often what stands on the page is looked at, in ms: details of a column are in no store. */
const beat = 400;

/** Goes on by itself as soon as what a step asks for is done, by whatever way. For the life of the page. */
export function followTour(): void {
  const check = (): void => {
    const { stage, step, path } = useTour.getState();
    const id = stepAt(step);
    if (stage !== 'active' || id === null || usePipeline.getState().path !== path || usePipeline.getState().viewing) return;
    if (isDone(id, factsNow())) goTo(step + 1);
  };
  usePipeline.subscribe(check);
  useSelection.subscribe(check);
  useRun.subscribe(check);
  setInterval(check, beat);
}

import type { ViewDetail, ViewSummary } from '#app/protocol/sections/features.ts';
import { addTyped, centred } from '../canvas/adding.ts';
import { visibleCentre } from '../canvas/canvas-store.ts';
import { freePlace } from '../canvas/edits.ts';
import { openProblem } from '../results/problems/open-problem.ts';
import { notify } from '../state/notices.ts';
import { usePipeline } from '../state/pipeline.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';

/** Puts a Feature Set with these features (all, where none are named) on the canvas. */
export function useInPipeline(view: Pick<ViewSummary, 'name'>, chosen: readonly string[]): void {
  const features = (chosen.length === 0 ? ['*'] : chosen).map((name) => ({ feature: `${view.name}:${name}`, as: '' }));
  if (add('data/feature-set', { features })) notify({ severity: 'info', message: texts.features.used });
}

/** An empty Feature View on the canvas, behind what is selected where that is a table. */
export function defineView(): void {
  add('monitor/feature-view', {});
}

function add(type: string, params: Readonly<Record<string, unknown>>): boolean {
  const { document } = usePipeline.getState();
  return document !== null && addTyped(type, freePlace(document, centred(visibleCentre())), undefined, params) !== null;
}

/** Goes to the Feature View that made the rows. */
export function openSource({ pipelinePath, nodeId }: { readonly pipelinePath: string | null; readonly nodeId: string | null }): void {
  useView.setState({ page: 'canvas' });
  void openProblem(pipelinePath, { diagnostic: { severity: 'info', code: 'feature-view', message: '' }, node: nodeId === null ? null : { id: nodeId, title: '', type: 'monitor/feature-view' } });
}

/** Sources of each feature, by name. */
export const sourcesOf = (view: ViewDetail): Map<string, string> =>
  new Map(view.lineage.map(({ column, from }) => [column, [...new Set(from.filter(({ via }) => via === 'value').map(({ label, column: of }) => `${label} · ${of}`))].join(', ')]));

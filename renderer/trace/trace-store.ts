import { create } from 'zustand';
import type { TraceDetail } from '#app/protocol/sections/trace.ts';
import { useView } from '../state/view.ts';

export type TraceDirection = 'both' | 'up' | 'down';

interface TraceStore {
  readonly tab: 'lineage' | 'audit';
  /** Thing in the middle of the graph; null: the first one there is. */
  readonly of: string | null;
  readonly selected: string | null;
  readonly direction: TraceDirection;
  readonly detail: TraceDetail;
  /** Nodes of which all neighbours are shown. */
  readonly opened: readonly string[];
}

export const useTrace = create<TraceStore>(() => ({ tab: 'lineage', of: null, selected: null, direction: 'both', detail: 'runs', opened: [] }));

/** Puts a thing into the middle. Ids as the graph has them, or as people write them: `model:churn@3`, `run:ID`, `metric:RUN/NODE/NAME`, `dataset:PATH`. */
export function traceFrom(of: string, detail?: TraceDetail): void {
  useTrace.setState((state) => ({ tab: 'lineage', of, selected: null, opened: [], direction: 'both', detail: detail ?? state.detail }));
}

/** Opens the Trace page at a thing: for “where does this come from?” on any screen. */
export function showTrace(of: string, detail: TraceDetail = 'runs'): void {
  traceFrom(of, detail);
  useView.setState({ page: 'trace' });
}

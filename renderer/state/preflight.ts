import { create } from 'zustand';
import type { Diagnostic } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { PreflightReport } from '#app/protocol/sections/planning.ts';
import { client } from '../rpc/client.ts';

/** What a run would need, node by node; asked for when editing pauses, because it looks at files. */
export const usePreflight = create<{ readonly report: PreflightReport | null }>(() => ({ report: null }));

/** Quiet time after configuring before estimates are asked for, in ms. */
const quiet = 900;
let timer: ReturnType<typeof setTimeout> | null = null;
let underWay: AbortController | null = null;

/** Estimates the document soon; `found` gets what does not fit, as diagnostics. Another call takes the place of one that waits. */
export function estimateSoon(document: PipelineDocument, found: (diagnostics: readonly Diagnostic[]) => void): void {
  if (timer !== null) clearTimeout(timer);
  underWay?.abort();
  timer = setTimeout(() => {
    timer = null;
    const mine = new AbortController();
    underWay = mine;
    client.planning
      .preflight({ document }, { signal: mine.signal })
      .then((report) => {
        if (mine.signal.aborted) return;
        usePreflight.setState({ report });
        found(preflightDiagnostics(report));
      })
      // An estimate is a courtesy; what is wrong with the pipeline is said by configuring it.
      .catch(() => undefined);
  }, quiet);
}

/** Nodes, and the disk, that a run may be too big for. A refusal is a warning here: the run itself says no. */
export function preflightDiagnostics(report: PreflightReport): Diagnostic[] {
  const nodes = Object.entries(report.nodes).flatMap(([nodeId, { verdict, why, remedy }]): Diagnostic[] =>
    verdict === 'ok' ? [] : [{ severity: 'warning', code: verdict === 'refuse' ? 'preflight-refused' : 'preflight-memory', message: why, remedy, place: { nodeId } }],
  );
  const { verdict, why, remedy } = report.disk;
  return verdict === 'ok' ? nodes : [...nodes, { severity: 'warning', code: 'preflight-disk', message: why, remedy }];
}

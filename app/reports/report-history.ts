import { StepHistory, type EarlierSteps, type Step } from '#app/pipeline/steps.ts';
import { applyReportCommand, reportCommandLabel, type ReportCommand } from './commands.ts';
import type { ReportDocument } from './document.ts';
import { applyPatch, isEmptyPatch, patchBetween, type ReportPatch } from './patch.ts';

export type ReportStep = Step<ReportPatch>;

/** So many steps of a report can be undone. */
export const keptReportSteps = 300;

export type EarlierReportSteps = EarlierSteps<ReportPatch>;

/** Undo and redo over a report, across sessions: its steps are what leads from one version to the next and back. */
export class ReportHistory extends StepHistory<ReportDocument, ReportPatch> {
  constructor(report: ReportDocument, earlier: EarlierReportSteps = { history: [], position: 0, forgotten: 0 }, clock: () => number = Date.now) {
    super(report, earlier.history, earlier.position, { clock, forgotten: earlier.forgotten, kept: keptReportSteps });
  }

  get report(): ReportDocument {
    return this.document;
  }

  /** What changes nothing is no step. @throws PenstockError `report-command`; nothing is changed then. */
  apply(command: ReportCommand, options: { readonly label?: string; readonly group?: string } = {}): void {
    const report = applyReportCommand(this.document, command);
    const forward = patchBetween(this.document, report);
    if (isEmptyPatch(forward)) return;
    this.record(report, { command: forward, inverse: patchBetween(report, this.document), label: options.label ?? reportCommandLabel(command) }, options.group);
  }

  protected after(report: ReportDocument, patch: ReportPatch): ReportDocument {
    return applyPatch(report, patch);
  }

  /** Back to what was before the first, on to what is after the second. */
  protected joined(last: ReportStep, _next: unknown, report: ReportDocument): Pick<ReportStep, 'command' | 'inverse'> {
    const before = applyPatch(this.document, last.inverse);
    return { command: patchBetween(before, report), inverse: patchBetween(report, before) };
  }
}

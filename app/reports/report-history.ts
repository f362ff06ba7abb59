import { applyReportCommand, reportCommandLabel, type ReportCommand } from './commands.ts';
import type { ReportDocument } from './document.ts';

interface Step {
  readonly label: string;
  readonly at: number;
  readonly command: ReportCommand;
  readonly inverse: ReportCommand;
  readonly group: string | undefined;
}

/** Steps of one group within this many ms of each other are one step. */
const groupingWindow = 2000;
const most = 300;

/** Undo and redo over a report, for as long as it is open. */
export class ReportHistory {
  #report: ReportDocument;
  #steps: Step[] = [];
  #position = 0;
  readonly #clock: () => number;

  constructor(report: ReportDocument, clock: () => number = Date.now) {
    this.#report = report;
    this.#clock = clock;
  }

  get report(): ReportDocument {
    return this.#report;
  }
  get undoLabel(): string | null {
    return this.#steps[this.#position - 1]?.label ?? null;
  }
  get redoLabel(): string | null {
    return this.#steps[this.#position]?.label ?? null;
  }

  /** @throws PenstockError `report-command`; nothing is changed then. */
  apply(command: ReportCommand, options: { readonly label?: string; readonly group?: string } = {}): void {
    const { report, inverse } = applyReportCommand(this.#report, command);
    const at = this.#clock();
    const last = this.#position === this.#steps.length ? this.#steps.at(-1) : undefined;
    this.#steps.length = this.#position;
    if (options.group !== undefined && last?.group === options.group && at - last.at <= groupingWindow) this.#steps[this.#position - 1] = { ...last, at, ...joined(last, { command, inverse }, report) };
    else {
      this.#steps.push({ label: options.label ?? reportCommandLabel(command), at, command, inverse, group: options.group });
      if (this.#steps.length > most) this.#steps.shift();
      this.#position = this.#steps.length;
    }
    this.#report = report;
  }

  undo(): void {
    const step = this.#steps[this.#position - 1];
    if (step === undefined) return;
    this.#report = applyReportCommand(this.#report, step.inverse).report;
    this.#position -= 1;
  }

  redo(): void {
    const step = this.#steps[this.#position];
    if (step === undefined) return;
    this.#report = applyReportCommand(this.#report, step.command).report;
    this.#position += 1;
  }
}

/** Two steps as one: back to what was before the first, on to what is after the second. */
function joined(first: Pick<Step, 'command' | 'inverse'>, second: Pick<Step, 'command' | 'inverse'>, after: ReportDocument): Pick<Step, 'command' | 'inverse'> {
  if (first.command.type === 'settings' && second.command.type === 'settings' && first.inverse.type === 'settings' && second.inverse.type === 'settings') {
    return {
      command: { type: 'settings', settings: { ...first.command.settings, ...second.command.settings } },
      inverse: { type: 'settings', settings: { ...second.inverse.settings, ...first.inverse.settings } },
    };
  }
  return { command: { type: 'restore', blocks: after.blocks }, inverse: first.inverse };
}

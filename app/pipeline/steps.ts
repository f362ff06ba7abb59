import { z } from 'zod';

/** One undo step of a document; plain JSON, kept in its journal. */
export interface Step<Command> {
  readonly label: string;
  readonly at: number;
  readonly command: Command;
  readonly inverse: Command;
  /** Steps that follow each other with the same group are one step (typing in a field, dragging a slider). */
  readonly group?: string;
}

const commandLike = z.looseObject({ type: z.string() });

/** Shape of a step read back from disk; the command inside is checked when it is applied. */
export const historyEntrySchema = z.looseObject({
  label: z.string(),
  at: z.number(),
  command: commandLike,
  inverse: commandLike,
  group: z.string().optional(),
});

/** Shape of a step that leads by patches from one version to the next and back, as it comes from a journal or a window. */
export const patchStepSchema = <Patch extends z.ZodType>(patch: Patch) => z.object({ label: z.string().max(500), at: z.number(), command: patch, inverse: patch, group: z.string().max(500).optional() });

/** The part of the history that is not in the journal yet: steps from `base` on replace what the journal has from there; of all, `position` are applied. */
export interface UnsavedSteps<Command> {
  readonly base: number;
  readonly entries: readonly Step<Command>[];
  readonly position: number;
}

/** What a session carries on from those before: `history`, of which `position` steps are applied; `forgotten` came before them. */
export interface EarlierSteps<Command> {
  readonly history: readonly Step<Command>[];
  readonly position: number;
  readonly forgotten: number;
}

/** Steps within this many ms of each other may be grouped. */
const groupingWindow = 2000;

export interface StepsOptions {
  readonly clock?: () => number;
  /** How many steps came before the first of `entries` and are forgotten: the journal counts them. */
  readonly forgotten?: number;
  /** So many steps can be undone; at most an eighth more are held, so that few edits move the list. */
  readonly kept: number;
}

/** Undo and redo over a document of any kind. The document at each moment is `document`; entries up to `position` are applied. */
export abstract class StepHistory<Document, Command> {
  #document: Document;
  #entries: Step<Command>[];
  #position: number;
  /** Entries from here on are not in the journal. */
  #savedUpTo: number;
  #savedPosition: number;
  /** Steps that were forgotten; the journal counts them, the indexes here do not. */
  #forgotten: number;
  /** Lowest index changed since `unsaved` was last called. */
  #changedSince = Infinity;
  readonly #clock: () => number;
  readonly #kept: number;

  /** `entries` and `position` come from an earlier session, all already in the journal. */
  constructor(document: Document, entries: readonly Step<Command>[], position: number, { clock = Date.now, forgotten = 0, kept }: StepsOptions) {
    this.#document = document;
    this.#entries = [...entries];
    this.#position = Math.min(Math.max(0, position), entries.length);
    this.#savedUpTo = entries.length;
    this.#savedPosition = this.#position;
    this.#forgotten = forgotten;
    this.#clock = clock;
    this.#kept = kept;
  }

  get document(): Document {
    return this.#document;
  }
  get entries(): readonly Step<Command>[] {
    return this.#entries;
  }
  get position(): number {
    return this.#position;
  }
  get canUndo(): boolean {
    return this.#position > 0;
  }
  get canRedo(): boolean {
    return this.#position < this.#entries.length;
  }
  /** Label of the step that undo would take back, for the menu. */
  get undoLabel(): string | null {
    return this.#entries[this.#position - 1]?.label ?? null;
  }
  get redoLabel(): string | null {
    return this.#entries[this.#position]?.label ?? null;
  }

  /** The document after a command. @throws PenstockError when it does not fit. */
  protected abstract after(document: Document, command: Command): Document;

  /** A step and the one that followed it, as one; `document` is what came of both. */
  protected abstract joined(last: Step<Command>, next: Pick<Step<Command>, 'command' | 'inverse'>, document: Document): Pick<Step<Command>, 'command' | 'inverse'>;

  /** Takes down a step that led to `document`, and drops what could be redone. */
  protected record(document: Document, step: Pick<Step<Command>, 'command' | 'inverse' | 'label'>, group: string | undefined): void {
    const at = this.#clock();
    const last = this.#position === this.#entries.length ? this.#entries.at(-1) : undefined;
    this.#entries.length = this.#position;
    if (group !== undefined && last?.group === group && at - last.at <= groupingWindow) {
      this.#position--;
      this.#entries[this.#position] = { ...last, at, ...this.joined(last, step, document) };
    } else {
      this.#entries.push({ label: step.label, at, command: step.command, inverse: step.inverse, ...(group === undefined ? {} : { group }) });
    }
    this.#savedUpTo = Math.min(this.#savedUpTo, this.#position);
    this.#changedSince = Math.min(this.#changedSince, this.#position);
    this.#position++;
    this.#document = document;
    this.#forget();
  }

  /** The oldest steps go, as far as they are in the journal: a window stays open for weeks. */
  #forget(): void {
    if (this.#entries.length <= this.#kept * 1.125) return;
    const count = Math.min(this.#entries.length - this.#kept, this.#savedUpTo, this.#savedPosition, this.#position, this.#changedSince);
    if (count <= 0) return;
    this.#entries.splice(0, count);
    this.#forgotten += count;
    this.#position -= count;
    this.#savedUpTo -= count;
    this.#savedPosition -= count;
    this.#changedSince -= count;
  }

  /** Takes one step back; does nothing at the beginning. */
  undo(): Document {
    const entry = this.#entries[this.#position - 1];
    if (entry === undefined) return this.#document;
    this.#document = this.after(this.#document, entry.inverse);
    this.#position--;
    return this.#document;
  }

  redo(): Document {
    const entry = this.#entries[this.#position];
    if (entry === undefined) return this.#document;
    this.#document = this.after(this.#document, entry.command);
    this.#position++;
    return this.#document;
  }

  /** What the journal lacks, or null. Call `markSaved` with the answer once it is on disk. */
  unsaved(): UnsavedSteps<Command> | null {
    if (this.#savedUpTo === this.#entries.length && this.#savedPosition === this.#position) return null;
    this.#changedSince = Infinity;
    return { base: this.#forgotten + this.#savedUpTo, entries: this.#entries.slice(this.#savedUpTo), position: this.#forgotten + this.#position };
  }

  /** Edits made since `unsaved` was called stay unsaved. */
  markSaved(saved: UnsavedSteps<Command>): void {
    this.#savedUpTo = Math.min(saved.base + saved.entries.length - this.#forgotten, this.#changedSince);
    this.#savedPosition = saved.position - this.#forgotten;
  }
}

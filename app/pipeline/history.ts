import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { applyCommand, type Command } from './commands.ts';
import type { PipelineDocument } from './document.ts';

/** One undo step; plain JSON, kept in the journal. */
export interface HistoryEntry {
  readonly label: string;
  readonly at: number;
  readonly command: Command;
  readonly inverse: Command;
  /** Steps that follow each other with the same group are one step (typing in a field, dragging a slider). */
  readonly group?: string;
}

const commandLike = z.looseObject({ type: z.string() });

/** Shape of an entry read back from disk; the command inside is checked when it is applied. */
export const historyEntrySchema = z.looseObject({
  label: z.string(),
  at: z.number(),
  command: commandLike,
  inverse: commandLike,
  group: z.string().optional(),
});

/** The part of the history that is not in the journal yet: entries from `base` on replace what the journal has from there. */
export interface UnsavedHistory {
  readonly base: number;
  readonly entries: readonly HistoryEntry[];
  readonly position: number;
}

/** Steps within this many ms of each other may be grouped. */
const groupingWindow = 2000;

/** So many steps can be undone; at most an eighth more are held, so that few edits move the list. */
export const keptSteps = 1000;

/** Undo and redo over a document. The document at each moment is `document`; entries up to `position` are applied. */
export class History {
  #document: PipelineDocument;
  #entries: HistoryEntry[];
  #position: number;
  /** Entries from here on are not in the journal. */
  #savedUpTo: number;
  #savedPosition: number;
  /** Steps that were forgotten; the journal counts them, the indexes here do not. */
  #forgotten = 0;
  /** Lowest index changed since `unsaved` was last called. */
  #changedSince = Infinity;
  readonly #clock: () => number;

  /** `entries` and `position` come from an earlier session, all already in the journal. */
  constructor(document: PipelineDocument, entries: readonly HistoryEntry[] = [], position = entries.length, clock: () => number = Date.now) {
    this.#document = document;
    this.#entries = [...entries];
    this.#position = Math.min(Math.max(0, position), entries.length);
    this.#savedUpTo = entries.length;
    this.#savedPosition = this.#position;
    this.#clock = clock;
  }

  get document(): PipelineDocument {
    return this.#document;
  }
  get entries(): readonly HistoryEntry[] {
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

  /** Applies a command and drops what could be redone. @throws PenstockError `command-invalid`; the history is then unchanged. */
  apply(command: Command, options: { label?: string; group?: string } = {}): PipelineDocument {
    const { document, inverse } = applyCommand(this.#document, command);
    const at = this.#clock();
    const last = this.#position === this.#entries.length ? this.#entries.at(-1) : undefined;
    this.#entries.length = this.#position;
    if (options.group !== undefined && last?.group === options.group && at - last.at <= groupingWindow) {
      this.#position--;
      this.#entries[this.#position] = {
        ...last,
        at,
        command: batch(last.command, command),
        inverse: batch(inverse, last.inverse),
      };
    } else {
      this.#entries.push({ label: options.label ?? commandLabel(command), at, command, inverse, ...(options.group === undefined ? {} : { group: options.group }) });
    }
    this.#savedUpTo = Math.min(this.#savedUpTo, this.#position);
    this.#changedSince = Math.min(this.#changedSince, this.#position);
    this.#position++;
    this.#document = document;
    this.#forget();
    return document;
  }

  /** The oldest steps go, as far as they are in the journal: a window stays open for weeks. */
  #forget(): void {
    if (this.#entries.length <= keptSteps * 1.125) return;
    const count = Math.min(this.#entries.length - keptSteps, this.#savedUpTo, this.#savedPosition, this.#position, this.#changedSince);
    if (count <= 0) return;
    this.#entries.splice(0, count);
    this.#forgotten += count;
    this.#position -= count;
    this.#savedUpTo -= count;
    this.#savedPosition -= count;
    this.#changedSince -= count;
  }

  /** Takes one step back; does nothing at the beginning. */
  undo(): PipelineDocument {
    const entry = this.#entries[this.#position - 1];
    if (entry === undefined) return this.#document;
    this.#document = applyCommand(this.#document, entry.inverse).document;
    this.#position--;
    return this.#document;
  }

  redo(): PipelineDocument {
    const entry = this.#entries[this.#position];
    if (entry === undefined) return this.#document;
    this.#document = applyCommand(this.#document, entry.command).document;
    this.#position++;
    return this.#document;
  }

  /** What the journal lacks, or null. Call `markSaved` with the answer once it is on disk. */
  unsaved(): UnsavedHistory | null {
    if (this.#savedUpTo === this.#entries.length && this.#savedPosition === this.#position) return null;
    this.#changedSince = Infinity;
    return { base: this.#forgotten + this.#savedUpTo, entries: this.#entries.slice(this.#savedUpTo), position: this.#forgotten + this.#position };
  }

  /** Edits made since `unsaved` was called stay unsaved. */
  markSaved(saved: UnsavedHistory): void {
    this.#savedUpTo = Math.min(saved.base + saved.entries.length - this.#forgotten, this.#changedSince);
    this.#savedPosition = saved.position - this.#forgotten;
  }
}

/** Params set twice in one field need only the last value; anything else is kept as it happened. */
function batch(first: Command, second: Command): Command {
  if (first.type === 'set-params' && second.type === 'set-params' && first.nodeId === second.nodeId) {
    return { ...second, version: second.version ?? first.version };
  }
  if (first.type === 'within' && second.type === 'within' && first.nodeId === second.nodeId) return { type: 'within', nodeId: first.nodeId, command: batch(first.command, second.command) };
  if (first.type === 'move' && second.type === 'move') {
    return { type: 'move', positions: { ...first.positions, ...second.positions } };
  }
  const flat = [first, second].flatMap((command) => (command.type === 'batch' ? command.commands : [command]));
  return { type: 'batch', commands: flat };
}

/** What the command does, for the undo menu: "Move 3 nodes". */
export function commandLabel(command: Command): string {
  const count = (items: readonly unknown[] | undefined, word: string): string | null =>
    items === undefined || items.length === 0 ? null : items.length === 1 ? word : `${items.length} ${word}s`;
  switch (command.type) {
    case 'add':
      return `Add ${count(command.nodes, 'node') ?? count(command.notes, 'note') ?? count(command.groups, 'group') ?? count(command.edges, 'connection') ?? 'elements'}`;
    case 'remove':
      return `Delete ${count(command.nodes, 'node') ?? count(command.edges, 'connection') ?? count(command.notes, 'note') ?? count(command.groups, 'group') ?? 'elements'}`;
    case 'connect':
      return 'Connect';
    case 'replace-node':
      return 'Replace node';
    case 'set-params':
      return 'Change parameters';
    case 'set-title':
      return 'Rename node';
    case 'set-comment':
      return 'Change comment';
    case 'set-bypassed':
      return command.bypassed === true ? 'Bypass node' : 'Stop bypassing node';
    case 'set-pinned':
      return 'Pin result';
    case 'set-limits':
      return 'Change limits';
    case 'move':
      return `Move ${count(Object.keys(command.positions), 'node') ?? 'nodes'}`;
    case 'set-note':
      return 'Change note';
    case 'set-group':
      return 'Change group';
    case 'set-document':
      return command.title === undefined ? 'Change description' : 'Rename pipeline';
    case 'restore':
      return 'Restore elements';
    case 'within':
      return commandLabel(command.command);
    case 'revise':
      return 'Restore version';
    case 'batch':
      return command.commands[0] === undefined ? 'Change' : commandLabel(command.commands[0]);
  }
}

/**
 * Moves a document from one moment of a history to another: back to where the two histories part, then forward.
 * @throws PenstockError `command-invalid` when the entries do not fit the document.
 */
export function replay(
  document: PipelineDocument,
  from: { readonly entries: readonly HistoryEntry[]; readonly position: number },
  to: { readonly entries: readonly HistoryEntry[]; readonly position: number },
  common: number,
): PipelineDocument {
  let current = document;
  let at = from.position;
  try {
    while (at > Math.min(common, to.position)) current = applyCommand(current, (from.entries[--at] as HistoryEntry).inverse).document;
    while (at < to.position) current = applyCommand(current, (to.entries[at++] as HistoryEntry).command).document;
  } catch (error) {
    if (error instanceof PenstockError) throw error;
    throw new PenstockError('command-invalid', 'The recorded edits do not fit this pipeline file.', { cause: error });
  }
  return current;
}

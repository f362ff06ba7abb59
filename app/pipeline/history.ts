import { PenstockError } from '#app/core/errors.ts';
import { applyCommand, type Command } from './commands.ts';
import type { PipelineDocument } from './document.ts';
import { StepHistory, type Step, type UnsavedSteps } from './steps.ts';

export { historyEntrySchema } from './steps.ts';

/** One undo step; plain JSON, kept in the journal. */
export type HistoryEntry = Step<Command>;

/** The part of the history that is not in the journal yet. */
export type UnsavedHistory = UnsavedSteps<Command>;

/** So many steps of a pipeline can be undone. */
export const keptSteps = 1000;

/** Undo and redo over a pipeline. */
export class History extends StepHistory<PipelineDocument, Command> {
  /** `entries` and `position` come from an earlier session, all already in the journal; `forgotten` came before them there. */
  constructor(document: PipelineDocument, entries: readonly HistoryEntry[] = [], position = entries.length, clock: () => number = Date.now, forgotten = 0) {
    super(document, entries, position, { clock, forgotten, kept: keptSteps });
  }

  /** Applies a command and drops what could be redone. @throws PenstockError `command-invalid`; the history is then unchanged. */
  apply(command: Command, options: { label?: string; group?: string } = {}): PipelineDocument {
    const { document, inverse } = applyCommand(this.document, command);
    this.record(document, { command, inverse, label: options.label ?? commandLabel(command) }, options.group);
    return document;
  }

  protected after(document: PipelineDocument, command: Command): PipelineDocument {
    return applyCommand(document, command).document;
  }

  protected joined(last: HistoryEntry, next: Pick<HistoryEntry, 'command' | 'inverse'>): Pick<HistoryEntry, 'command' | 'inverse'> {
    return { command: batch(last.command, next.command), inverse: batch(next.inverse, last.inverse) };
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

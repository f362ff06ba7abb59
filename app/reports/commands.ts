import { PenstockError } from '#app/core/errors.ts';
import { blockSchema, type Block, type ReportDocument } from './document.ts';
import { arrange, type Places } from './layout.ts';

type Settings = Partial<Pick<ReportDocument, 'title' | 'theme' | 'kind' | 'pinned'>> & {
  /** Null takes it out. */
  readonly description?: string | null;
  readonly filter?: { readonly column: string } | null;
};

/** Every edit of a report; `applyReportCommand` gives the one that takes it back. */
export type ReportCommand =
  /** At the end of the list, where their places say; what they would cover goes down. */
  | { readonly type: 'add'; readonly blocks: readonly Block[] }
  | { readonly type: 'remove'; readonly ids: readonly string[] }
  /** Another content under the same id. */
  | { readonly type: 'set'; readonly block: Block }
  | { readonly type: 'place'; readonly places: Places }
  | { readonly type: 'settings'; readonly settings: Settings }
  /** What undoing needs: all blocks as they were. Reports are small. */
  | { readonly type: 'restore'; readonly blocks: readonly Block[] };

export interface ReportApplied {
  readonly report: ReportDocument;
  readonly inverse: ReportCommand;
}

/** @throws PenstockError `report-command` where it does not fit the report. */
export function applyReportCommand(report: ReportDocument, command: ReportCommand): ReportApplied {
  const undoBlocks: ReportCommand = { type: 'restore', blocks: report.blocks };
  switch (command.type) {
    case 'add': {
      const known = new Set(report.blocks.map(({ id }) => id));
      for (const block of command.blocks) {
        if (known.has(block.id)) throw misfit(`There is a block “${block.id}” already.`);
        known.add(checked(block).id);
      }
      const blocks = [...report.blocks, ...command.blocks];
      return { report: { ...report, blocks: placed(blocks, Object.fromEntries(command.blocks.map(({ id, place }) => [id, place]))) }, inverse: undoBlocks };
    }
    case 'remove': {
      const gone = new Set(command.ids);
      for (const id of gone) blockOf(report, id);
      return { report: { ...report, blocks: placed(report.blocks.filter(({ id }) => !gone.has(id))) }, inverse: undoBlocks };
    }
    case 'set': {
      blockOf(report, command.block.id);
      checked(command.block);
      return { report: { ...report, blocks: report.blocks.map((block) => (block.id === command.block.id ? command.block : block)) }, inverse: undoBlocks };
    }
    case 'place': {
      for (const id of Object.keys(command.places)) blockOf(report, id);
      return { report: { ...report, blocks: placed(report.blocks, command.places) }, inverse: undoBlocks };
    }
    case 'restore':
      return { report: { ...report, blocks: [...command.blocks] }, inverse: undoBlocks };
    case 'settings': {
      const before: Settings = {};
      const { description, filter, ...rest } = command.settings;
      const next: ReportDocument = { ...report, ...rest };
      const inverse: Record<string, unknown> = before;
      for (const key of Object.keys(rest) as (keyof typeof rest)[]) inverse[key] = report[key];
      if (description !== undefined) {
        inverse['description'] = report.description ?? null;
        if (description === null || description === '') delete next.description;
        else next.description = description;
      }
      if (filter !== undefined) {
        inverse['filter'] = report.filter ?? null;
        if (filter === null) delete next.filter;
        else next.filter = filter;
      }
      return { report: next, inverse: { type: 'settings', settings: before } };
    }
  }
}

/** For the undo menu. */
export function reportCommandLabel(command: ReportCommand): string {
  const several = (count: number, word: string): string => (count === 1 ? word : `${count} ${word}s`);
  switch (command.type) {
    case 'add':
      return `Add ${several(command.blocks.length, command.blocks[0]?.type ?? 'block')}`;
    case 'remove':
      return `Delete ${several(command.ids.length, 'block')}`;
    case 'set':
      return `Change ${command.block.type}`;
    case 'place':
      return 'Arrange blocks';
    case 'restore':
      return 'Restore blocks';
    case 'settings':
      return command.settings.title === undefined ? 'Change report' : 'Rename report';
  }
}

function placed(blocks: readonly Block[], moved: Places = {}): Block[] {
  const places = arrange(blocks, moved);
  return blocks.map((block) => {
    const place = places[block.id] ?? block.place;
    return place.x === block.place.x && place.y === block.place.y && place.w === block.place.w && place.h === block.place.h ? block : { ...block, place };
  });
}

function blockOf(report: ReportDocument, id: string): Block {
  const found = report.blocks.find((block) => block.id === id);
  if (found === undefined) throw misfit(`The report has no block “${id}”.`);
  return found;
}

function checked(block: Block): Block {
  const read = blockSchema.safeParse(block);
  if (!read.success) throw misfit(`The block cannot be so: ${read.error.issues[0]?.path.join('.') ?? ''} ${read.error.issues[0]?.message ?? ''}.`);
  return block;
}

function misfit(message: string): PenstockError {
  return new PenstockError('report-command', message, { remedy: 'It may have been changed elsewhere; load the report again.' });
}

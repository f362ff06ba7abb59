import { PenstockError } from '#app/core/errors.ts';
import { issueAt } from '#app/core/issue-phrase.ts';
import { blockSchema, type Block, type ReportDocument } from './document.ts';
import { arrange, placeIn, type Places } from './layout.ts';

type Settings = Partial<Pick<ReportDocument, 'title' | 'theme' | 'kind' | 'pinned'>> & {
  /** Null takes it out. */
  readonly description?: string | null;
  readonly filter?: { readonly column: string } | null;
};

/** Every edit that a person makes of a report. */
export type ReportCommand =
  /** At the end of the list, where their places say; what they would cover goes down. */
  | { readonly type: 'add'; readonly blocks: readonly Block[] }
  | { readonly type: 'remove'; readonly ids: readonly string[] }
  /** Another content under the same id. */
  | { readonly type: 'set'; readonly block: Block }
  | { readonly type: 'place'; readonly places: Places }
  | { readonly type: 'settings'; readonly settings: Settings };

/** @throws PenstockError `report-command` where it does not fit the report. */
export function applyReportCommand(report: ReportDocument, command: ReportCommand): ReportDocument {
  switch (command.type) {
    case 'add': {
      const known = new Set(report.blocks.map(({ id }) => id));
      for (const block of command.blocks) {
        if (known.has(block.id)) throw misfit(`There is a block “${block.id}” already.`);
        known.add(checked(block).id);
      }
      return { ...report, blocks: placed([...report.blocks, ...command.blocks], Object.fromEntries(command.blocks.map(({ id, place }) => [id, place]))) };
    }
    case 'remove': {
      const gone = new Set(command.ids);
      for (const id of gone) blockOf(report, id);
      return { ...report, blocks: placed(report.blocks.filter(({ id }) => !gone.has(id))) };
    }
    case 'set': {
      blockOf(report, command.block.id);
      checked(command.block);
      return { ...report, blocks: report.blocks.map((block) => (block.id === command.block.id ? command.block : block)) };
    }
    case 'place': {
      for (const id of Object.keys(command.places)) blockOf(report, id);
      return { ...report, blocks: placed(report.blocks, command.places) };
    }
    case 'settings': {
      const { description, filter, ...rest } = command.settings;
      const next: ReportDocument = { ...report, ...rest };
      if (description === null || description === '') delete next.description;
      else if (description !== undefined) next.description = description;
      if (filter === null) delete next.filter;
      else if (filter !== undefined) next.filter = filter;
      return next;
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
    case 'settings':
      return command.settings.title === undefined ? 'Change report' : 'Rename report';
  }
}

function placed(blocks: readonly Block[], moved: Places = {}): Block[] {
  const places = arrange(blocks, moved);
  return blocks.map((block) => {
    const place = placeIn(places, block.id) ?? block.place;
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
  if (!read.success) throw misfit(`The block cannot be so: ${issueAt(read.error)}.`);
  return block;
}

function misfit(message: string): PenstockError {
  return new PenstockError('report-command', message, { remedy: 'It may have been changed elsewhere; load the report again.' });
}

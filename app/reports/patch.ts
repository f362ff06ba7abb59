import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { patchStepSchema } from '#app/pipeline/steps.ts';
import { blockSchema, reportSchema, type Block, type ReportDocument } from './document.ts';

/** Names of fields; nothing that reaches a prototype. */
const field = z.string().regex(/^[a-zA-Z]{1,40}$/);
const id = z.string().min(1).max(64);

/**
 * What leads from one report to another: fields of it and of its blocks as they are to be, null where they are to go. Made of two reports, so
 * that undo gives back the very bytes, and small: an image is in it only where it is another one. It is what a report's journal holds.
 */
export const reportPatchSchema = z.object({
  type: z.literal('patch'),
  settings: z.record(field, z.unknown()).optional(),
  changed: z.array(z.object({ id, fields: z.record(field, z.unknown()) })).optional(),
  gone: z.array(id).optional(),
  added: z.array(blockSchema).optional(),
  /** Absent: those added come last. */
  order: z.array(id).optional(),
});
export type ReportPatch = z.infer<typeof reportPatchSchema>;

/** A step of a report's history, as it comes from a journal or a window. */
export const reportStepSchema = patchStepSchema(reportPatchSchema);

const settable = ['title', 'description', 'theme', 'kind', 'pinned', 'filter'] as const;
const settingsSchema = reportSchema.pick({ title: true, description: true, theme: true, kind: true, pinned: true, filter: true });

/** What has to be done to `before` to get `after`. */
export function patchBetween(before: ReportDocument, after: ReportDocument): ReportPatch {
  const known = new Map(before.blocks.map((block) => [block.id, block]));
  const left = new Set(after.blocks.map((block) => block.id));
  const settings = changes(before, after, settable);
  const changed = after.blocks.flatMap((block) => {
    const was = known.get(block.id);
    if (was === undefined || was === block) return [];
    const fields = changes(was, block, [...new Set([...Object.keys(was), ...Object.keys(block)])]);
    return Object.keys(fields).length === 0 ? [] : [{ id: block.id, fields }];
  });
  const gone = before.blocks.flatMap((block) => (left.has(block.id) ? [] : [block.id]));
  const added = after.blocks.filter((block) => !known.has(block.id));
  const plain = [...before.blocks.filter((block) => left.has(block.id)), ...added];
  const ordered = plain.every((block, index) => block.id === after.blocks[index]?.id);
  return {
    type: 'patch',
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
    ...(changed.length === 0 ? {} : { changed }),
    ...(gone.length === 0 ? {} : { gone }),
    ...(added.length === 0 ? {} : { added }),
    ...(ordered ? {} : { order: after.blocks.map((block) => block.id) }),
  };
}

/** True for what changes nothing. */
export const isEmptyPatch = (patch: ReportPatch): boolean => Object.keys(patch).length === 1;

/** @throws PenstockError `report-command` where it does not fit the report. */
export function applyPatch(report: ReportDocument, patch: ReportPatch): ReportDocument {
  const blocks = new Map(report.blocks.map((block) => [block.id, block]));
  for (const { id: of, fields } of patch.changed ?? []) {
    const block = blocks.get(of);
    if (block === undefined) throw misfit();
    blocks.set(of, valid(blockSchema, withFields({ ...block }, fields, of)));
  }
  for (const of of patch.gone ?? []) if (!blocks.delete(of)) throw misfit();
  for (const block of patch.added ?? []) {
    if (blocks.has(block.id)) throw misfit();
    blocks.set(block.id, valid(blockSchema, block));
  }
  const ids = patch.order ?? [...blocks.keys()];
  const list = [...new Set(ids)].map((of) => blocks.get(of)).filter((block): block is Block => block !== undefined);
  if (list.length !== blocks.size || ids.length !== blocks.size) throw misfit();
  if (patch.settings === undefined) return { ...report, blocks: list };
  const { format, version, id: own, blocks: _before, ...settings } = report;
  return { format, version, id: own, ...valid(settingsSchema, withFields(settings, patch.settings)), blocks: list };
}

function changes(before: object, after: object, names: readonly string[]): Record<string, unknown> {
  const value = (of: object, name: string): unknown => (Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined);
  return Object.fromEntries(names.flatMap((name) => (same(value(before, name), value(after, name)) ? [] : [[name, value(after, name) ?? null]])));
}

const same = (one: unknown, other: unknown): boolean => one === other || (typeof one === 'object' && typeof other === 'object' && JSON.stringify(one) === JSON.stringify(other));

function withFields(target: object, fields: Readonly<Record<string, unknown>>, id?: string): unknown {
  const next = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  // A block stays the one that it is.
  if (id !== undefined) next.set('id', id);
  return Object.fromEntries(next);
}

function valid<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (!read.success) throw misfit();
  return read.data;
}

const misfit = (): PenstockError => new PenstockError('report-command', 'That step does not fit the report any more.', { remedy: 'It may have been changed elsewhere; load the report again.' });

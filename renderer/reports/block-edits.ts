import { newElementId } from '#app/core/ids.ts';
import { gridColumns, type Block } from '#app/reports/document.ts';
import { overlaps } from '#app/reports/layout.ts';
import { editReport, useReport } from './report-store.ts';

/** What the keys and menus do to the selected blocks. */

export function removeSelected(): void {
  const { selected, report } = useReport.getState();
  if (report === null || selected.length === 0) return;
  // The focus goes to the block that stands next.
  const at = report.blocks.findIndex(({ id }) => selected.includes(id));
  const next = report.blocks.filter(({ id }) => !selected.includes(id))[Math.max(0, at - 1)];
  if (editReport({ type: 'remove', ids: selected })) useReport.setState({ selected: next === undefined ? [] : [next.id] });
  if (next !== undefined) requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-block-id="${CSS.escape(next.id)}"]`)?.focus());
}

/** Copies beside the originals where there is room, else below them. */
export function duplicateSelected(): void {
  const { selected, report } = useReport.getState();
  if (report === null || selected.length === 0) return;
  const copies = report.blocks.filter(({ id }) => selected.includes(id)).map((block): Block => {
    const { x, y, w, h } = block.place;
    const beside = { x: x + w, y, w, h };
    const fits = beside.x + w <= gridColumns && !report.blocks.some(({ place }) => overlaps(place, beside));
    return { ...block, id: newElementId(), place: fits ? beside : { x, y: y + h, w, h } };
  });
  if (editReport({ type: 'add', blocks: copies })) useReport.setState({ selected: copies.map(({ id }) => id), writing: null });
}

export function selectAll(): void {
  const { report } = useReport.getState();
  if (report !== null) useReport.setState({ selected: report.blocks.map(({ id }) => id), writing: null });
}

/** Changes fields of one block; `undefined` takes one out. */
export function changeBlock(block: Block, fields: Readonly<Record<string, unknown>>, group?: string): void {
  const next: Record<string, unknown> = { ...block, ...fields };
  for (const [key, value] of Object.entries(fields)) if (value === undefined || (value === '' && (key === 'title' || key === 'caption'))) delete next[key];
  editReport({ type: 'set', block: next as Block }, group === undefined ? {} : { group: `${group} ${block.id}` });
}

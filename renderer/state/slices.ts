import { create } from 'zustand';
import type { ColumnType } from '#app/relation/types.ts';

/**
 * A slice is a selection of rows made in one view (a brush over a plot, a bar, a cell) that the other open views of the same table
 * are narrowed to. It is text in the expression language, so that it can be looked at, and become a Filter Rows node.
 */
export interface Slice {
  /** The table the selection is about: the port that feeds the view. */
  readonly nodeId: string;
  readonly port: string;
  /** A condition over the table's columns. */
  readonly filter: string;
  /** For people: “bill_length 40 to 46”. */
  readonly label: string;
  /** How the view that made it draws it again. */
  readonly mark?: SliceMark;
}

/** A selection as a picture: ranges along the axes (in what the axis shows), or places of a category axis by their labels. */
export interface SliceMark {
  readonly x?: readonly [number | string, number | string];
  readonly y?: readonly [number | string, number | string];
  readonly xLabels?: readonly string[];
  readonly yLabels?: readonly string[];
}

interface SliceState {
  /** By view; a view has at most one slice. */
  readonly slices: Readonly<Record<string, Slice>>;
  /** Sets or, with null, removes the slice that a view has made. */
  set(view: string, slice: Slice | null): void;
  clear(): void;
}

export const useSlices = create<SliceState>((set) => ({
  slices: {},
  set: (view, slice) =>
    set((state) => {
      const { [view]: _, ...rest } = state.slices;
      return { slices: slice === null ? rest : { ...rest, [view]: slice } };
    }),
  clear: () => set({ slices: {} }),
}));

/** The condition that a view of a table is narrowed to: the slices of all other views of it, joined by `and`; empty for none. */
export function sliceFilter(slices: Readonly<Record<string, Slice>>, table: { readonly nodeId: string; readonly port: string }, exceptView: string): string {
  return Object.entries(slices)
    .filter(([view, slice]) => view !== exceptView && slice.nodeId === table.nodeId && slice.port === table.port)
    .map(([, slice]) => `(${slice.filter})`)
    .join(' and ');
}

/** A name as the expression language takes it. */
export const columnText = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A constant of a type: numbers and truth values bare, the rest quoted; dates and times are compared as their own type. */
export function constantText(value: number | string | boolean, type: ColumnType): string {
  if (typeof value !== 'string') return String(value);
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return type === 'date' || type === 'time' || type === 'timestamp' ? `cast(${quoted} as ${type})` : quoted;
}

/** `low ≤ column ≤ high`, or `< high` where the upper end is open (bins other than the last). */
export function rangeText(column: string, type: ColumnType, low: number | string, high: number | string, openEnd = false): string {
  return `${columnText(column)} >= ${constantText(low, type)} and ${columnText(column)} ${openEnd ? '<' : '<='} ${constantText(high, type)}`;
}

/** The column has one of the values; null stands for missing. */
export function amongText(column: string, type: ColumnType, values: readonly (number | string | boolean | null)[]): string {
  const present = values.filter((value) => value !== null).map((value) => constantText(value, type));
  const parts = [
    ...(present.length > 0 ? [`${columnText(column)} in (${present.join(', ')})`] : []),
    ...(values.includes(null) ? [`${columnText(column)} is null`] : []),
  ];
  return parts.length === 0 ? 'false' : parts.join(' or ');
}

import type { Selected } from './brush.ts';

/** What Plotly reports of a drawing, read with care: its events are not typed and vary with the kind of trace. */

interface Emitter {
  on(event: string, listener: (data: unknown) => void): void;
}

export interface DrawingEvents {
  onSelected(selected: Selected): void;
  onClicked(at: { readonly x: number | string; readonly y: number | string }, adding: boolean): void;
  /** A double click with the selection tool. */
  onCleared(): void;
}

/** Listens until Plotly purges the element. */
export function listenTo(element: HTMLElement, events: () => DrawingEvents | null, onPoint: (data: unknown) => void = () => undefined): void {
  const emitter = element as unknown as Partial<Emitter>;
  if (typeof emitter.on !== 'function') return;
  emitter.on('plotly_selected', (data) => {
    const selected = selectedOf(data);
    if (selected !== null) events()?.onSelected(selected);
  });
  emitter.on('plotly_click', (data) => {
    const points: unknown = isRecord(data) ? data.points : null;
    const point: unknown = Array.isArray(points) ? points[0] : null;
    if (isRecord(point) && point.customdata !== undefined) onPoint(point.customdata);
    const clicked = clickedOf(data);
    if (clicked !== null) events()?.onClicked(clicked.at, clicked.adding);
  });
  emitter.on('plotly_deselect', () => events()?.onCleared());
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isPlace = (value: unknown): value is number | string => typeof value === 'number' || typeof value === 'string';

/** A dragged box; a click with the selection tool comes as an event without one. */
export function selectedOf(data: unknown): Selected | null {
  const range = isRecord(data) && isRecord(data.range) ? data.range : null;
  if (range === null) return null;
  const ends = (key: 'x' | 'y'): readonly [number | string, number | string] | null => {
    const value: unknown = range[key];
    return Array.isArray(value) && isPlace(value[0]) && isPlace(value[1]) ? [value[0], value[1]] : null;
  };
  const [x, y] = [ends('x'), ends('y')];
  return x === null && y === null ? null : { ...(x === null ? {} : { x }), ...(y === null ? {} : { y }) };
}

export function clickedOf(data: unknown): { readonly at: { readonly x: number | string; readonly y: number | string }; readonly adding: boolean } | null {
  const points: unknown = isRecord(data) ? data.points : null;
  const point: unknown = Array.isArray(points) ? points[0] : null;
  if (!isRecord(point) || !isPlace(point.x) || !isPlace(point.y)) return null;
  const event = isRecord(data) && isRecord(data.event) ? data.event : {};
  return { at: { x: point.x, y: point.y }, adding: event.ctrlKey === true || event.metaKey === true || event.shiftKey === true };
}

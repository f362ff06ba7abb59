import { useCallback, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import type { RefObject } from 'react';
import { maxOffset, scrollMap } from './scroll-map.ts';
import type { ScrollMap } from './scroll-map.ts';
import { Scroller } from './scroller.ts';

export interface VerticalScroll {
  readonly map: ScrollMap;
  /** Content px above the first visible row. */
  readonly offset: number;
  /** Where content offset 0 lies, in px of the scrolled element: rows are drawn at `origin + row × height`. */
  readonly origin: number;
  readonly width: number;
  scrollTo(offset: number): void;
}

/** Vertical scrolling of `rows` fixed-height rows under a sticky header, of any number. */
export function useScroll(element: RefObject<HTMLElement | null>, rows: number, rowHeight: number, headerHeight: number): VerticalScroll {
  const [scroller] = useState(() => new Scroller());
  const state = useSyncExternalStore(scroller.subscribe, scroller.snapshot);
  useLayoutEffect(() => scroller.reshape({ rows, rowHeight, headerHeight }), [scroller, rows, rowHeight, headerHeight]);
  useLayoutEffect(() => (element.current ? scroller.attach(element.current) : undefined), [scroller, element]);
  const scrollTo = useCallback((offset: number) => scroller.scrollTo(offset), [scroller]);

  const map = scrollMap(rows, rowHeight, Math.max(0, state.height - headerHeight));
  const offset = Math.min(state.offset, maxOffset(map));
  return { map, offset, origin: map.compressed ? state.scrollTop - offset : 0, width: state.width, scrollTo };
}

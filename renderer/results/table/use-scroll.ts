import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { maxOffset, offsetOf, scrollMap, scrollTopOf } from './scroll-map.ts';
import type { ScrollMap } from './scroll-map.ts';

export interface VerticalScroll {
  readonly map: ScrollMap;
  /** Content px above the first visible row. */
  readonly offset: number;
  /** Where content offset 0 lies, in px of the scrolled element: rows are drawn at `origin + row × height`. */
  readonly origin: number;
  readonly width: number;
  scrollTo(offset: number): void;
}

/**
 * Vertical scrolling of `rows` fixed-height rows under a sticky header, of any number (see scroll-map).
 */
export function useScroll(scroller: RefObject<HTMLElement | null>, rows: number, rowHeight: number, headerHeight: number): VerticalScroll {
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [position, setPosition] = useState({ offset: 0, scrollTop: 0 });
  const map = scrollMap(rows, rowHeight, Math.max(0, size.height - headerHeight));
  const current = useRef({ map, offset: 0, ownScrollTop: -1 });
  useLayoutEffect(() => {
    current.current.map = map;
  });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    setSize({ width: element.clientWidth, height: element.clientHeight });
    return () => observer.disconnect();
  }, [scroller]);

  const scrollTo = useCallback(
    (offset: number) => {
      const element = scroller.current;
      const state = current.current;
      if (!element) return;
      state.offset = Math.min(Math.max(0, offset), maxOffset(state.map));
      element.scrollTop = scrollTopOf(state.map, state.offset);
      state.ownScrollTop = element.scrollTop;
      setPosition({ offset: state.offset, scrollTop: element.scrollTop });
    },
    [scroller],
  );

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = () => {
      const state = current.current;
      // A scroll that we caused has its true offset already; reading it back would round it to thousands of rows.
      if (state.map.compressed && Math.abs(element.scrollTop - state.ownScrollTop) < 1.5) return;
      state.ownScrollTop = -1;
      state.offset = offsetOf(state.map, element.scrollTop);
      setPosition({ offset: state.offset, scrollTop: element.scrollTop });
    };
    const onWheel = (event: WheelEvent) => {
      const state = current.current;
      if (!state.map.compressed || event.ctrlKey || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? rowHeight : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? state.map.viewportHeight : 1;
      scrollTo(state.offset + event.deltaY * unit);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onWheel);
    };
  }, [scroller, scrollTo, rowHeight]);

  const offset = Math.min(position.offset, maxOffset(map));
  const origin = map.compressed ? position.scrollTop - offset : 0;
  return { map, offset, origin, width: size.width, scrollTo };
}

import { maxOffset, offsetOf, scrollMap, scrollTopOf } from './scroll-map.ts';
import type { ScrollMap } from './scroll-map.ts';

export interface ScrollState {
  /** Inner size of the scrolled element, px. */
  readonly width: number;
  readonly height: number;
  /** Content px above the first visible row. */
  readonly offset: number;
  readonly scrollTop: number;
}

/** Rows and heights in px, as last drawn. */
export interface ScrollShape {
  readonly rows: number;
  readonly rowHeight: number;
  readonly headerHeight: number;
}

/**
 * Vertical scrolling of fixed-height rows under a sticky header, of any number of rows (see scroll-map). Lives outside of
 * React: scroll events come many times a frame, and what was scrolled by us must be told from what the person did.
 */
export class Scroller {
  #state: ScrollState = { width: 0, height: 0, offset: 0, scrollTop: 0 };
  #shape: ScrollShape = { rows: 0, rowHeight: 1, headerHeight: 0 };
  #element: HTMLElement | null = null;
  #ownScrollTop = -1;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): ScrollState => this.#state;

  reshape(shape: ScrollShape): void {
    this.#shape = shape;
  }

  attach(element: HTMLElement): () => void {
    this.#element = element;
    const measure = () => this.#set({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    const onScroll = () => this.#onScroll(element);
    const onWheel = (event: WheelEvent) => this.#onWheel(event);
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onWheel);
      this.#element = null;
    };
  }

  /** @param offset content px; kept inside the content. */
  scrollTo(offset: number): void {
    const element = this.#element;
    if (element === null) return;
    const map = this.#map();
    const inside = Math.min(Math.max(0, offset), maxOffset(map));
    element.scrollTop = scrollTopOf(map, inside);
    this.#ownScrollTop = element.scrollTop;
    this.#set({ offset: inside, scrollTop: element.scrollTop });
  }

  #map(): ScrollMap {
    const { rows, rowHeight, headerHeight } = this.#shape;
    return scrollMap(rows, rowHeight, Math.max(0, this.#state.height - headerHeight));
  }

  #onScroll(element: HTMLElement): void {
    const map = this.#map();
    // A scroll that we caused has its true offset already; reading it back would round it to thousands of rows.
    if (map.compressed && Math.abs(element.scrollTop - this.#ownScrollTop) < 1.5) return;
    this.#ownScrollTop = -1;
    this.#set({ offset: offsetOf(map, element.scrollTop), scrollTop: element.scrollTop });
  }

  #onWheel(event: WheelEvent): void {
    const map = this.#map();
    if (!map.compressed || event.ctrlKey || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? this.#shape.rowHeight : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? map.viewportHeight : 1;
    this.scrollTo(this.#state.offset + event.deltaY * unit);
  }

  #set(change: Partial<ScrollState>): void {
    const next = { ...this.#state, ...change };
    const same = next.width === this.#state.width && next.height === this.#state.height && next.offset === this.#state.offset && next.scrollTop === this.#state.scrollTop;
    if (same) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

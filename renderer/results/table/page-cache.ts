import { isCancelled } from '#app/core/errors.ts';

export type PageState<P> =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly page: P }
  | { readonly status: 'failed'; readonly error: unknown };

export interface PageCacheOptions<P> {
  readonly pageSize: number;
  /** Pages kept; the one unused for longest is dropped first. */
  readonly maxPages: number;
  /** Requests in flight at once. Few, so that a fast scroll does not fill the engine with pages nobody will see. */
  readonly concurrency: number;
  load(index: number, signal: AbortSignal): Promise<P>;
  onChange(): void;
}

/**
 * Pages of one table under one sort and filter. The view says which rows it shows; pages for them are fetched, nearest
 * first, then one page beyond in the direction of travel; requests for pages out of sight are cancelled.
 */
export class PageCache<P> {
  readonly #options: PageCacheOptions<P>;
  /** Insertion order is order of use, oldest first. */
  readonly #pages = new Map<number, PageState<P>>();
  readonly #inFlight = new Map<number, AbortController>();
  #queue: number[] = [];
  #wantedFirst = 0;
  #wantedLast = -1;
  #disposed = false;

  constructor(options: PageCacheOptions<P>) {
    this.#options = options;
  }

  get pageSize(): number {
    return this.#options.pageSize;
  }

  get pending(): number {
    return this.#inFlight.size;
  }

  /** State of the page that holds `row`; undefined where it was not asked for. */
  at(row: number): PageState<P> | undefined {
    return this.#pages.get(Math.floor(row / this.#options.pageSize));
  }

  /** Why a page in view is missing, or null. */
  get failure(): unknown {
    for (const [index, state] of this.#pages) {
      if (state.status === 'failed' && index >= this.#wantedFirst && index <= this.#wantedLast) return state.error;
    }
    return null;
  }

  /** Says that rows `first` … `end - 1` of `rows` are in view. */
  want(first: number, end: number, rows: number): void {
    if (this.#disposed || end <= first) return;
    const { pageSize } = this.#options;
    const firstPage = Math.floor(first / pageSize);
    const lastPage = Math.floor((end - 1) / pageSize);
    if (firstPage === this.#wantedFirst && lastPage === this.#wantedLast) return;
    const forward = firstPage >= this.#wantedFirst;
    this.#wantedFirst = firstPage;
    this.#wantedLast = lastPage;

    const visible: number[] = [];
    for (let index = firstPage; index <= lastPage; index++) visible.push(index);
    const beyond = forward ? lastPage + 1 : firstPage - 1;
    const wanted = beyond >= 0 && beyond * pageSize < rows ? [...visible, beyond] : visible;

    for (const [index, controller] of this.#inFlight) {
      if (wanted.includes(index)) continue;
      controller.abort();
      this.#inFlight.delete(index);
      this.#pages.delete(index);
    }
    for (const index of wanted) this.#touch(index);
    this.#queue = wanted.filter((index) => !this.#pages.has(index));
    this.#start();
  }

  /** Asks again for pages that failed. */
  retry(): void {
    for (const [index, state] of this.#pages) if (state.status === 'failed') this.#pages.delete(index);
    const first = this.#wantedFirst;
    const last = this.#wantedLast;
    this.#queue = [];
    for (let index = first; index <= last; index++) if (!this.#pages.has(index)) this.#queue.push(index);
    this.#start();
  }

  dispose(): void {
    this.#disposed = true;
    for (const controller of this.#inFlight.values()) controller.abort();
    this.#inFlight.clear();
    this.#pages.clear();
    this.#queue = [];
  }

  #touch(index: number): void {
    const state = this.#pages.get(index);
    if (state === undefined) return;
    this.#pages.delete(index);
    this.#pages.set(index, state);
  }

  #start(): void {
    while (this.#inFlight.size < this.#options.concurrency) {
      const index = this.#queue.shift();
      if (index === undefined) return;
      void this.#fetch(index);
    }
  }

  async #fetch(index: number): Promise<void> {
    const controller = new AbortController();
    this.#inFlight.set(index, controller);
    this.#pages.set(index, { status: 'loading' });
    let state: PageState<P> | null;
    try {
      state = { status: 'ready', page: await this.#options.load(index, controller.signal) };
    } catch (error) {
      state = isCancelled(error) ? null : { status: 'failed', error };
    }
    // An aborted request may be followed by a new one for the same page: only the newest may report.
    if (this.#disposed || this.#inFlight.get(index) !== controller) return;
    this.#inFlight.delete(index);
    if (state === null) this.#pages.delete(index);
    else this.#pages.set(index, state);
    this.#evict();
    this.#start();
    this.#options.onChange();
  }

  #evict(): void {
    for (const [index, state] of this.#pages) {
      if (this.#pages.size <= this.#options.maxPages) return;
      const inView = index >= this.#wantedFirst && index <= this.#wantedLast;
      if (!inView && state.status !== 'loading') this.#pages.delete(index);
    }
  }
}

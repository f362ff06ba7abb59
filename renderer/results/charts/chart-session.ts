import { queueDrawing } from './draw-queue.ts';
import { loadPlotly, plotlyConfig } from './plotly.ts';
import { listenTo, type DrawingEvents } from './plotly-events.ts';
import type { Figure } from './traces.ts';

export interface SessionListener {
  onDrawn(): void;
  onFailure(message: string): void;
}

/**
 * One figure on the page. It is drawn once it comes near the view; of figures that follow one another fast only the newest is
 * drawn; a zoom is kept while live data arrives, until `reset`.
 */
export class ChartSession {
  #figure: Figure | null = null;
  #drawn: Figure | null = null;
  #element: HTMLElement | null = null;
  #near = false;
  #queued = false;
  #resets = 0;
  #draws = 0;
  #wired = false;
  /** Hears of selections and clicks in the drawing; null: nobody does. */
  events: DrawingEvents | null = null;
  /** Hears of a clicked point's `customdata`. */
  onPoint: ((data: unknown) => void) | null = null;

  /** Draws in `element` until the returned function is called. */
  attach(element: HTMLElement, listener: SessionListener): () => void {
    this.#element = element;
    const sight = new IntersectionObserver(
      (entries) => {
        if (this.#near || !entries.some((entry) => entry.isIntersecting)) return;
        this.#near = true;
        this.#draw(listener);
      },
      { rootMargin: '300px' },
    );
    sight.observe(element);
    let frame = 0;
    const size = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        if (this.#drawn !== null && element.clientWidth > 0) void loadPlotly().then((plotly) => plotly.Plots.resize(element), () => undefined);
      });
    });
    size.observe(element);
    return () => {
      sight.disconnect();
      size.disconnect();
      cancelAnimationFrame(frame);
      if (this.#drawn !== null) void loadPlotly().then((plotly) => plotly.purge(element));
      this.#element = null;
      this.#drawn = null;
      this.#near = false;
      this.#wired = false;
    };
  }

  show(figure: Figure, listener: SessionListener): void {
    this.#figure = figure;
    if (this.#drawn !== figure) this.#draw(listener);
  }

  /** Draws the same figure again: a selection that came to nothing leaves its outline behind. */
  redraw(listener: SessionListener): void {
    this.#draw(listener);
  }

  /** Undoes zooming and panning. */
  reset(listener: SessionListener): void {
    this.#resets += 1;
    this.#draw(listener);
  }

  #draw(listener: SessionListener): void {
    if (this.#queued || !this.#near || this.#element === null) return;
    this.#queued = true;
    queueDrawing(async () => {
      this.#queued = false;
      const element = this.#element;
      const figure = this.#figure;
      if (element === null || figure === null) return;
      try {
        const plotly = await loadPlotly();
        if (this.#element !== element) return;
        this.#draws += 1;
        // A zoom stays from drawing to drawing; Plotly's own outline of a selection goes, as the figure draws it.
        await plotly.react(element, figure.traces, { ...figure.layout, uirevision: this.#resets, selections: [], selectionrevision: this.#draws }, plotlyConfig);
        if (!this.#wired) listenTo(element, () => this.events, (data) => this.onPoint?.(data));
        this.#wired = true;
        this.#drawn = figure;
        listener.onDrawn();
      } catch (error) {
        listener.onFailure(error instanceof Error ? error.message : String(error));
      }
    });
  }
}

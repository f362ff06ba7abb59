/** The few parts of Plotly that are used, typed (the packaged bundle brings no types). */

export type PlotlyTrace = Readonly<Record<string, unknown>>;
export type PlotlyLayout = Readonly<Record<string, unknown>>;
export type PlotlyConfig = Readonly<Record<string, unknown>>;

export interface ImageOptions {
  readonly format: 'png' | 'svg';
  readonly width: number;
  readonly height: number;
  readonly scale?: number;
}

export interface Plotly {
  react(element: HTMLElement, traces: readonly PlotlyTrace[], layout: PlotlyLayout, config: PlotlyConfig): Promise<unknown>;
  relayout(element: HTMLElement, changes: PlotlyLayout): Promise<unknown>;
  purge(element: HTMLElement): void;
  /** A data URL. A figure may be given instead of an element: it is drawn off screen. */
  toImage(figure: { data: readonly PlotlyTrace[]; layout: PlotlyLayout }, options: ImageOptions): Promise<string>;
  validate(traces: readonly PlotlyTrace[], layout: PlotlyLayout): readonly { readonly msg: string }[] | undefined;
  readonly Plots: { resize(element: HTMLElement): Promise<unknown> };
}

let loading: Promise<Plotly> | null = null;

/** Plotly is 1.5 MB: it is fetched when the first chart is drawn. */
export function loadPlotly(): Promise<Plotly> {
  loading ??= import('plotly.js-cartesian-dist-min').then(
    (module) => module.default,
    (error: unknown) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}

export const plotlyConfig: PlotlyConfig = { displayModeBar: false, displaylogo: false, doubleClick: 'reset', responsive: false, scrollZoom: false, showTips: false };

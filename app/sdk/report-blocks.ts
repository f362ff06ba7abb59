import type { Column } from '#app/relation/types.ts';
import type { ChartQuery } from './charts.ts';
import type { Explanation } from './explanation.ts';
import type { PipelinePart } from './learner-nodes.ts';
import type { LearningTask } from './model-contract.ts';
import type { MonitorBatch } from './monitoring.ts';

export interface Evaluation {
  readonly task: LearningTask;
  readonly target: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly report: Report;
  /** Of monitoring nodes: what was seen of this batch, and whose node it was. Alerts read it. */
  readonly monitored?: { readonly nodeId: string; readonly batch: MonitorBatch };
}

/** A page of results: blocks that the results panel, a report file or a dashboard can all draw. */
export interface Report {
  readonly title: string;
  readonly blocks: readonly ReportBlock[];
}

export type ReportBlock =
  | { readonly type: 'text'; readonly markdown: string }
  | { readonly type: 'metrics'; readonly title?: string; readonly metrics: readonly MetricItem[] }
  | {
      readonly type: 'chart';
      readonly chart: ChartSpec;
      /** What was asked of the node's input table, so that it can be asked again of a part of the rows. */
      readonly query?: ChartQuery;
      /** The input port with that table; default `table`. */
      readonly input?: string;
    }
  | {
      readonly type: 'table';
      readonly title?: string;
      readonly columns: readonly { readonly name: string; readonly type: Column['type'] }[];
      readonly rows: readonly (readonly (null | boolean | number | string)[])[];
    }
  /** Nodes that a person can put on the canvas by a button: a result as an ordinary pipeline. */
  | ({ readonly type: 'pipeline'; readonly title: string; readonly summary: string } & PipelinePart)
  /** Why a model predicts what it does: views in which a row and a class can be chosen. */
  | { readonly type: 'explanation'; readonly explanation: Explanation };

export interface MetricItem {
  readonly name: string;
  readonly value: number;
  readonly format: 'count' | 'number' | 'percent' | 'duration' | 'bytes';
  /** One plain sentence: what the number means, which way is better. */
  readonly help?: string;
}

/** A chart in data terms; the results panel owns colours, fonts and the drawing library. */
export interface ChartSpec {
  readonly title: string;
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  readonly series: readonly ChartSeries[];
  readonly note?: string;
  /** How bars of several series stand; default: histograms overlay, bars of categories stand side by side. */
  readonly bars?: 'overlay' | 'group' | 'stack';
  /** What `z` of heat maps and points measures; `centre`: the value in the middle of a diverging scale; `log`: colours by powers of ten. */
  readonly colour?: { readonly title: string; readonly centre?: number; readonly log?: boolean };
}

export interface AxisSpec {
  readonly title: string;
  readonly scale?: 'linear' | 'log' | 'category' | 'time';
  readonly range?: readonly [number, number];
  /** The column whose values are on the axis: a selection along it is a condition on that column. */
  readonly column?: Column;
  /** Category axes of a column: what each label stands for. */
  readonly categories?: readonly AxisCategory[];
  /** Values are shares from 0 to 1, written as percents. */
  readonly percent?: boolean;
}

export interface AxisCategory {
  readonly label: string;
  /** Null: missing. Of no meaning where `rest`. */
  readonly value: null | boolean | number | string;
  /** Every value that has no label of its own. */
  readonly rest?: boolean;
}

/** Five numbers of a box plot: whiskers end at the furthest values within 1.5 interquartile ranges of the box. */
export interface BoxShape {
  readonly low: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly high: number;
  readonly mean: number;
  /** Values in all, and those beyond the whiskers. */
  readonly rows: number;
  readonly outside: number;
  /** Some or all of the latter. */
  readonly outliers: readonly number[];
}

export interface ChartSeries {
  readonly name: string;
  /** `band`: the area between `low` and `high`; `boxes`: one `boxes` entry for each x (null: no values), y the medians. */
  readonly mark: 'line' | 'points' | 'bars' | 'area' | 'heatmap' | 'hexagons' | 'reference' | 'band' | 'boxes';
  readonly x: readonly (number | string | null)[];
  readonly y: readonly (number | string | null)[];
  /** heatmap: z[row][column] over y × x; points: size or colour by value; hexagons: z[0], their colour. */
  readonly z?: readonly (readonly (number | null)[])[];
  /** heatmap: text in the cells. */
  readonly text?: readonly (readonly string[])[];
  /** Colour group: series with the same group share a colour. */
  readonly group?: string;
  /** Bars over bins: their edges, one more than bars; a bar holds values from its left edge up to, not including, its right one. */
  readonly edges?: readonly (number | string)[];
  /** Heat maps over bins: edges of the rows. */
  readonly yEdges?: readonly (number | string)[];
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
  readonly boxes?: readonly (BoxShape | null)[];
  /** Hexagons, x and y their centres, corners up: size in the axes' units (decades on logarithmic axes, ms on time axes). */
  readonly hexagon?: { readonly width: number; readonly height: number };
  /** Hexagons: rows in each, where the colour is something else. */
  readonly rows?: readonly number[];
  /** Points: area by value. */
  readonly size?: readonly (number | null)[];
  /** The colour for “Other” and missing values, which is none of the palette. */
  readonly neutral?: boolean;
}

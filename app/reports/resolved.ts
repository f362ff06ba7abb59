import type { Diagnostic } from '#app/core/errors.ts';
import type { Column } from '#app/relation/types.ts';
import type { ChartSpec, MetricItem } from '#app/sdk/ports.ts';
import type { SvgNode } from './chart/svg.ts';
import type { Block } from './document.ts';
import type { ValueBlock } from './value-blocks.ts';
import type { Cell } from './text/cell-format.ts';

/** Where what a block shows comes from. */
export interface Origin {
  readonly pipelineTitle: string;
  readonly path: string;
  readonly nodeId: string;
  readonly nodeTitle: string;
  readonly runId: string | null;
  /** Unix ms of the run, or of the moment the result was made. */
  readonly at: number | null;
  /** Why it is out of date, in words; null while it is not. Never of pinned results. */
  readonly stale: string | null;
  readonly pinned: boolean;
}

export interface TableContent {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Rows that there are, of which `rows` are the first. */
  readonly total: number;
  /** Value of the dashboard's filter column in each row, where the table has it. */
  readonly filterValues?: readonly (string | null)[];
}

/** The same chart of the rows that have a value of the dashboard's filter column. */
export interface ChartPart {
  readonly value: string;
  readonly chart: ChartSpec;
}

export type Content =
  | { readonly type: 'none' }
  | { readonly type: 'text'; readonly markdown: string }
  | ({ readonly type: 'table' } & TableContent)
  | { readonly type: 'chart'; readonly chart: ChartSpec; readonly parts?: readonly ChartPart[] }
  | { readonly type: 'metric'; readonly metric: MetricItem; readonly previous: number | null }
  | { readonly type: 'value'; readonly title: string; readonly blocks: readonly ValueBlock[] }
  | { readonly type: 'picture'; readonly picture: SvgNode };

/** A block with what it shows now. */
export type Resolved =
  | { readonly state: 'ready'; readonly content: Content; readonly origin: Origin | null }
  /** Nothing was run yet: `run` says what would make it. */
  | { readonly state: 'missing'; readonly message: string; readonly remedy: string; readonly run: { readonly path: string; readonly node: string } | null }
  /** What it names is not there any more: another has to be chosen. */
  | { readonly state: 'gone'; readonly message: string; readonly remedy: string }
  | { readonly state: 'failed'; readonly problem: Diagnostic };

export interface ResolvedBlock {
  readonly block: Block;
  readonly resolved: Resolved;
}

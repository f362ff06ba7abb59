import type { LearningTask, PortKind } from '#app/sdk/ports.ts';
import type { Column } from '#app/relation/types.ts';
import type { PipelineNode } from '../document.ts';
import type { Params } from './params.ts';
import type { DescriptionSection, Sentence, Span } from './types.ts';

/** What the first paragraph counts; `status` is that of the latest run, null before the first. */
export interface IntroFacts {
  readonly steps: number;
  readonly sources: number;
  readonly targets: readonly string[];
  readonly learners: number;
  readonly results: number;
  readonly status: string | null;
}

/**
 * A language that pipelines are described in. What is added to a name begins with its verb; texts may hold code between backticks.
 * Titles of types and ports, lines of cards and diagnostics come in with the facts, in the language already.
 */
export interface Tongue {
  /** Between the last two of a list. */
  readonly and: string;
  /** “ and 3 more”, after a list. */
  readonly andMore: (count: number) => string;
  readonly sections: Readonly<Record<DescriptionSection['id'], string>>;
  readonly empty: string;
  readonly intro: (facts: IntroFacts) => string;

  readonly columns: (names: readonly string[], most: number) => string;
  /** With a capital. */
  readonly columnKinds: Readonly<Record<Column['type'], string>>;
  readonly columnsUnknown: string;
  readonly placeOf: (type: string, params: Params) => string | null;
  readonly reads: (place: string) => string;
  readonly rows: (count: number) => string;
  /** Of a table; empty where neither is known. */
  readonly size: (rows: number | null, columns: number | null) => string;
  /** Rows, where they are known, and columns by name. */
  readonly table: (rows: number | null, columns: readonly string[]) => string;
  readonly gives: (kinds: readonly PortKind[], type: string) => string;

  readonly stepPredicate: (type: string, params: Params, line: string, summary: string) => string;
  /** Before a step that follows in a chain. */
  readonly then: string;
  readonly leadIn: (single: boolean, sources: Sentence) => Sentence;
  readonly branches: (followers: Sentence) => Sentence;
  readonly inputRole: (portTitle: string) => string;
  /** The title of a port that needs no mention. */
  readonly tableTitle: string;
  readonly rowsOfPort: (portTitle: string, node: Span) => Sentence;
  readonly rowsAt: (rows: number, portTitle: string) => string;
  readonly rowsBecome: (before: number, after: number) => string;
  readonly unknownType: (type: string) => string;
  readonly isBypassed: string;
  readonly subflow: (node: PipelineNode, names: readonly string[]) => string;
  readonly comment: (text: string) => string;

  readonly metricName: (name: string) => string;
  readonly inLatestRun: string;
  readonly noRunNoScores: string;
  readonly noScores: string;
  readonly noTarget: string;
  readonly learns: (target: string, task: LearningTask | undefined) => string;
  readonly sameAs: (node: Span) => Sentence;
  readonly fromColumns: (names: readonly string[]) => string;
  /** All but the target; empty where they are not known. */
  readonly fromOthers: (names: readonly string[]) => string;
  readonly preparedBy: (node: Span, steps: readonly Params[]) => Sentence;
  readonly preparedAsUsual: (steps: readonly Params[]) => string;
  readonly makesFeatures: (names: readonly string[]) => string;
  readonly noRows: string;
  readonly fittedIn: (node: Span) => Sentence;
  readonly learnsFromAll: string;
  readonly learnsFromPart: (node: Span) => Sentence;
  readonly of: string;
  readonly validatedBy: (params: Params) => string;

  readonly nothingToWatch: string;
  readonly moreFindings: (count: number, severity: 'error' | 'warning') => string;
  readonly failed: string;
  readonly saidInRun: string;
  readonly neverRun: string;
  readonly outOfDate: (steps: number, first: Span, reasons: readonly string[]) => Sentence;
  readonly notRunYet: string;
  readonly drops: (dropped: number, of: number) => string;
  /** Columns with how many of the table's rows lack them. */
  readonly hasGaps: (gaps: readonly (readonly [column: string, count: number])[], rows: number) => string;
  readonly bypassedNodes: string;
}

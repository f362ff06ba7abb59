import type { Diagnostic } from '#app/core/errors.ts';
import type { PortMeta } from '#app/sdk/ports.ts';
import type { PipelineDocument } from '../document.ts';
import type { NodeCatalogue } from '../types.ts';

/** A piece of a sentence: text as it is, code (a column, an expression, a path), or the name of a node. */
export type Span = string | { readonly code: string } | { readonly node: string; readonly text: string };
export type Sentence = readonly Span[];

export type DescriptionBlock = { readonly kind: 'text'; readonly text: Sentence } | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Sentence[] };

export interface DescriptionSection {
  readonly id: 'in' | 'steps' | 'learnt' | 'out' | 'watch';
  readonly title: string;
  readonly blocks: readonly DescriptionBlock[];
}

/** A pipeline in words. Equal facts give equal words. */
export interface PipelineDescription {
  readonly title: string;
  readonly intro: Sentence;
  readonly sections: readonly DescriptionSection[];
}

export interface RanNode {
  readonly status: string;
  readonly ports: Readonly<Record<string, { readonly kind: string; readonly rows: number | null }>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a description is made from. Structural, so that the engine, the command line and tests can give it. */
export interface DescriptionFacts {
  readonly document: PipelineDocument;
  readonly catalogue: NodeCatalogue;
  /** What configuring said, by node. */
  readonly nodes: Readonly<Record<string, { readonly outputs: Readonly<Record<string, PortMeta>>; readonly describe: string }>>;
  /** Of configuring and of the search for leaks, in the order to tell them. */
  readonly diagnostics: readonly Diagnostic[];
  readonly freshness: Readonly<Record<string, { readonly state: string; readonly reasons: readonly string[] }>>;
  /** What the latest runs gave, by node; null before the first. */
  readonly run: { readonly status: string; readonly nodes: Readonly<Record<string, RanNode>> } | null;
  /** Missing values of the sources, as far as they are known without running: by `node.port`, then by column. */
  readonly missing: Readonly<Record<string, { readonly rows: number; readonly columns: Readonly<Record<string, number>> }>>;
}

import type { Diagnostic } from '#app/core/errors.ts';
import type { PortMeta } from '#app/sdk/ports.ts';
import type { Command } from '../commands.ts';
import type { PipelineDocument } from '../document.ts';
import type { NodeCatalogue } from '../types.ts';

export interface RepairChoice {
  readonly label: string;
  /** Said beside the label: a column's type, where an output is. */
  readonly hint?: string;
  readonly command: Command;
}

/** What can be done about a diagnostic. Titles say what will happen, as short imperatives: “Insert Impute before “Train””. */
export type Repair =
  /** One determined edit; `whole`: of the whole pipeline, else of the level that was looked at. */
  | { readonly kind: 'edit'; readonly title: string; readonly command: Command; readonly whole?: true }
  /** The same edit with one of several things, the likeliest first; a person chooses. */
  | { readonly kind: 'choose'; readonly title: string; readonly choices: readonly RepairChoice[] }
  /** A file or folder is to be picked for a param. */
  | { readonly kind: 'file'; readonly title: string; readonly nodeId: string; readonly param: readonly (string | number)[]; readonly folder: boolean; readonly extensions: readonly string[] };

/** What repairs are made from: the pipeline as it is configured. */
export interface RepairInput {
  readonly document: PipelineDocument;
  readonly catalogue: NodeCatalogue;
  readonly nodes: Readonly<Record<string, { readonly outputs: Readonly<Record<string, PortMeta>> } | undefined>>;
  /** Params that node types propose, by node. */
  readonly suggestions: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
}

/** Repairs of one kind of diagnostic, the best first; none where nothing is determined. Pure. */
export type RepairRule = (at: import('./place.ts').RepairPlace, diagnostic: Diagnostic) => readonly Repair[];

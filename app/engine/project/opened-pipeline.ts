import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { HistoryEntry } from '#app/pipeline/history.ts';
import { parseDocument } from '#app/pipeline/parse.ts';

export interface OpenedPipeline {
  readonly document: PipelineDocument;
  readonly history: readonly HistoryEntry[];
  readonly position: number;
  /** Steps before the first of `history`; whoever appends counts them. */
  readonly forgotten: number;
  readonly recovered: boolean;
}

/** Null where the text is no pipeline: of copies that are worth having, but not needed. */
export function readable(text: string): PipelineDocument | null {
  try {
    return parseDocument(text);
  } catch {
    return null;
  }
}

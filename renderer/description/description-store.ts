import { create } from 'zustand';
import type { Diagnostic } from '#app/core/errors.ts';
import type { PipelineDescription } from '#app/pipeline/description/index.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { useConfiguration } from '../state/configuration.ts';
import { usePipeline } from '../state/pipeline.ts';
import { useView } from '../state/view.ts';
import { pipelineInWords } from './in-words.ts';

interface DescriptionStore {
  readonly open: boolean;
  /** Stays while a newer one is on its way. */
  readonly description: PipelineDescription | null;
  /** The pipeline that it is of. */
  readonly document: PipelineDocument | null;
  readonly loading: boolean;
  readonly error: Diagnostic | null;
}

/** The pipeline in words, beside the canvas. */
export const useDescription = create<DescriptionStore>(() => ({ open: false, description: null, document: null, loading: false, error: null }));

let underWay: AbortController | null = null;

export function toggleDescription(): void {
  if (useDescription.getState().open && useView.getState().page === 'canvas') closeDescription();
  else {
    useView.setState({ page: 'canvas' });
    useDescription.setState({ open: true });
    void loadDescription();
  }
}

export function closeDescription(): void {
  underWay?.abort();
  useDescription.setState({ open: false, loading: false });
}

export async function loadDescription(): Promise<void> {
  const { root: document } = usePipeline.getState();
  if (document === null) return;
  underWay?.abort();
  const mine = new AbortController();
  underWay = mine;
  const other = useDescription.getState().document?.id !== document.id;
  useDescription.setState({ loading: true, error: null, ...(other ? { description: null } : {}) });
  try {
    const description = await pipelineInWords(document, mine.signal);
    if (!mine.signal.aborted) useDescription.setState({ description, document, loading: false });
  } catch (error) {
    if (mine.signal.aborted || isGivenUp(error)) return;
    useDescription.setState({ loading: false, error: diagnosticOf(error) });
  }
}

/** Follows the pipeline while the words are shown: after each answer about it, which also comes after a run. */
export function followDescription(): () => void {
  return useConfiguration.subscribe((state, before) => {
    if (state.document !== null && (state.document !== before.document || state.freshness !== before.freshness)) void loadDescription();
  });
}

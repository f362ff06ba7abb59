import { create } from 'zustand';
import type { Diagnostic } from '#app/core/errors.ts';
import { client, diagnosticOf, isGivenUp, type EngineClient } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { openPipeline } from '../state/pipeline.ts';
import { useView } from '../state/view.ts';

export type Template = Awaited<ReturnType<EngineClient['help']['templates']>>[number];

interface TemplatesStore {
  readonly open: boolean;
  /** They come with the app and never change: asked for once. */
  readonly templates: readonly Template[] | null;
  readonly error: Diagnostic | null;
  /** Name of the one that is being made. */
  readonly beginning: string | null;
}

export const useTemplates = create<TemplatesStore>(() => ({ open: false, templates: null, error: null, beginning: null }));

/** The dialog with an empty pipeline and everything to begin with. */
export function showTemplates(): void {
  useTemplates.setState({ open: true });
  void loadTemplates();
}

export async function loadTemplates(): Promise<void> {
  if (useTemplates.getState().templates !== null) return;
  useTemplates.setState({ error: null });
  try {
    useTemplates.setState({ templates: await client.help.templates() });
  } catch (error) {
    if (!isGivenUp(error)) useTemplates.setState({ error: diagnosticOf(error) });
  }
}

/** Node types with an example to open; they come with the app and never change. */
export const useExamples = create<{ readonly types: readonly string[] | null }>(() => ({ types: null }));

export async function loadExamples(): Promise<void> {
  if (useExamples.getState().types !== null) return;
  try {
    useExamples.setState({ types: await client.help.examples() });
  } catch (error) {
    // Without the list there is only no button.
    if (!isGivenUp(error)) useExamples.setState({ types: [] });
  }
}

/** Makes a pipeline of the project from a template, or from a node type's example, and opens it. */
export async function begin(from: { readonly template: string } | { readonly example: string }): Promise<void> {
  const name = 'template' in from ? from.template : from.example;
  if (useTemplates.getState().beginning !== null) return;
  useTemplates.setState({ beginning: name });
  try {
    const { path } = await client.help.begin(from);
    await openPipeline(path);
    useView.setState({ page: 'canvas' });
    useTemplates.setState({ open: false });
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
  } finally {
    useTemplates.setState({ beginning: null });
  }
}

import { create } from 'zustand';
import type { PipelineProblems, ProjectProblemsEvent } from '#app/protocol/sections/problems.ts';
import { client, diagnosticOf, follow, isGivenUp } from '../rpc/client.ts';
import { notify } from './notices.ts';
import { usePipeline } from './pipeline.ts';

interface ProjectProblemsStore {
  /** By path, as their files say; the open pipeline is known better from its configuration. */
  readonly pipelines: Readonly<Record<string, PipelineProblems>>;
  readonly looked: number;
  readonly total: number;
  /** True while the engine is still looking. */
  readonly busy: boolean;
}

/** What is wrong in all pipelines of the project: the engine looks at them in the background. */
export const useProjectProblems = create<ProjectProblemsStore>(() => ({ pipelines: {}, looked: 0, total: 0, busy: true }));

/** One event folded into the state; pure. */
export function applyProblems(state: ProjectProblemsStore, event: ProjectProblemsEvent): ProjectProblemsStore {
  switch (event.type) {
    case 'pipeline':
      return { ...state, pipelines: { ...state.pipelines, [event.pipeline.path]: event.pipeline } };
    case 'gone': {
      const { [event.path]: _, ...pipelines } = state.pipelines;
      return { ...state, pipelines };
    }
    case 'progress':
      return { ...state, looked: event.looked, total: event.total, busy: event.busy };
  }
}

/** Follows the project for the life of the page, from the moment when the first pipeline is open: that one goes first. */
export function startProjectProblems(): void {
  const stop = usePipeline.subscribe((state) => {
    if (state.document === null) return;
    stop();
    void follow<ProjectProblemsEvent>(
      (signal) => client.problems.watch(undefined, { signal }),
      (event) => useProjectProblems.setState((before) => applyProblems(before, event)),
      new AbortController().signal,
    ).catch((error: unknown) => {
      if (!isGivenUp(error)) useProjectProblems.setState({ busy: false });
    });
  });
}

export async function lookAgain(): Promise<void> {
  try {
    useProjectProblems.setState({ busy: true });
    await client.problems.lookAgain();
  } catch (error) {
    useProjectProblems.setState({ busy: false });
    if (!isGivenUp(error)) notify(diagnosticOf(error));
  }
}

import { whyNot, useMay } from '../ui/may.ts';
import { texts } from '../text/texts.ts';
import { notify } from './notices.ts';
import { usePipeline } from './pipeline.ts';

interface Looked {
  readonly readOnly: boolean;
  readonly viewing: boolean;
}

function reason(role: string | null, { readOnly, viewing }: Looked): string | null {
  return role ?? (readOnly ? texts.state.readOnly : viewing ? texts.state.earlierEdit : null);
}

/** Null where the pipeline on the canvas may be changed; else why not: by the role, another process that has it open, or an earlier version that is shown. */
export function useWhyNotEdit(): string | null {
  const role = useMay('edit');
  return usePipeline((store) => reason(role, store));
}

/** The same outside of components. */
export const whyNotEdit = (): string | null => reason(whyNot('edit'), usePipeline.getState());

/** Says why nothing can be changed, before anything is opened to change it. @returns true where it was said. */
export function refusesEdit(): boolean {
  const why = whyNotEdit();
  if (why !== null) notify({ severity: 'info', message: why });
  return why !== null;
}

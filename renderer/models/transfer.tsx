import { useState } from 'react';
import { isCancelled, type Diagnostic } from '#app/core/errors.ts';
import type { TransferEvent } from '#app/protocol/sections/registry.ts';
import { Notice } from '../results/notice.tsx';
import { diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { told } from '../text/told.ts';
import { Progress } from '../ui/index.ts';
import { useWork } from './use-work.ts';
import { texts } from '../text/texts.ts';

type Step = Extract<TransferEvent, { type: 'step' }>;
type Done = Extract<TransferEvent, { type: 'done' }>;

/** A push or pull under way: its steps, what it failed by, and a stop. */
export function useTransfer(): {
  readonly step: Step | null;
  readonly failure: Diagnostic | null;
  readonly busy: boolean;
  readonly stop: () => void;
  readonly start: (ask: (signal: AbortSignal) => Promise<AsyncIterable<TransferEvent>>, done: (event: Done) => void) => Promise<void>;
} {
  const work = useWork();
  const [step, setStep] = useState<Step | null>(null);
  const [failure, setFailure] = useState<Diagnostic | null>(null);
  const start = (ask: (signal: AbortSignal) => Promise<AsyncIterable<TransferEvent>>, done: (event: Done) => void) =>
    work.run(async (signal) => {
      setFailure(null);
      try {
        for await (const event of await ask(signal)) {
          if (event.type === 'done') done(event);
          else setStep(event);
        }
      } catch (error) {
        if (signal.aborted || isCancelled(error)) notify({ severity: 'info', message: texts.registry.mlflowDialog.stopped });
        else setFailure(diagnosticOf(error));
      }
      setStep(null);
    });
  return { step, failure, busy: work.busy, stop: work.stop, start };
}

export function TransferState({ step, failure }: { readonly step: Step | null; readonly failure: Diagnostic | null }) {
  if (failure !== null) return <Notice diagnostic={failure} />;
  if (step === null) return null;
  return (
    <div role="status" className="flex flex-col gap-1.5 text-sm text-muted">
      {told(step.message)}
      <Progress value={step.fraction} label={told(step.message)} />
    </div>
  );
}

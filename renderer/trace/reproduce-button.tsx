import { useState, type ReactNode } from 'react';
import { CircleCheck, CircleX, RotateCw } from 'lucide-react';
import type { Diagnostic } from '#app/core/errors.ts';
import type { ReproductionData } from '#app/protocol/sections/trace.ts';
import { Notice } from '../results/notice.tsx';
import { client, diagnosticOf } from '../rpc/client.ts';
import { titleIn } from '../state/catalogue.ts';
import { texts } from '../text/texts.ts';
import { Button, Dialog, Spinner } from '../ui/index.ts';

/** Runs a run again from its recorded inputs and says whether the same comes out. */
export function ReproduceButton({ runId, size = 'md', icon = <RotateCw size={14} /> }: { readonly runId: string; readonly size?: 'sm' | 'md'; readonly icon?: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [found, setFound] = useState<ReproductionData | Diagnostic | null>(null);
  const [controller, setController] = useState<AbortController | null>(null);
  const start = () => {
    const next = new AbortController();
    setController(next);
    setFound(null);
    setOpen(true);
    void client.trace
      .reproduce({ runId }, { signal: next.signal })
      .then(setFound)
      .catch((error: unknown) => {
        if (!next.signal.aborted) setFound(diagnosticOf(error));
      });
  };
  return (
    <>
      <Button needs="run" size={size} icon={icon} data-testid="reproduce" onClick={start}>
        {texts.trace.reproduce}
      </Button>
      <Dialog
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          if (!next) controller?.abort();
        }}
        title={texts.trace.reproduceTitle}
      >
        {found === null ? (
          <p className="flex items-center gap-2 text-sm text-muted" role="status">
            <Spinner label={texts.trace.reproducing} /> {texts.trace.reproducing}
          </p>
        ) : 'verdict' in found ? (
          <Result found={found} />
        ) : (
          <Notice diagnostic={found} />
        )}
      </Dialog>
    </>
  );
}

function Result({ found }: { readonly found: ReproductionData }) {
  const good = found.verdict === 'identical' || found.verdict === 'equal';
  return (
    <div data-testid="reproduction" role="status" className="flex flex-col gap-3 text-sm">
      <p className="flex items-start gap-2">
        {good ? <CircleCheck size={16} className="mt-0.5 shrink-0 text-good-ink" aria-label={texts.trace.verdicts[found.verdict]} /> : <CircleX size={16} className="mt-0.5 shrink-0 text-bad-ink" aria-label={texts.trace.verdicts[found.verdict]} />}
        <span className="font-medium">{found.message}</span>
      </p>
      {found.changed.length > 0 ? (
        <ul className="list-disc pl-5">
          {found.changed.map((one) => (
            <li key={`${one.nodeId} ${one.dataset}`}>{one.message}</li>
          ))}
        </ul>
      ) : null}
      {found.nodes.length > 0 ? (
        <ul className="max-h-72 overflow-auto rounded-md border border-line bg-surface" tabIndex={0} aria-label={texts.trace.comparedNodes}>
          {found.nodes.map((node) => (
            <li key={node.nodeId} className="flex items-start gap-2 border-b border-line px-3 py-1.5 last:border-b-0">
              {node.same ? <CircleCheck size={15} className="mt-0.5 shrink-0 text-good-ink" aria-label={texts.trace.same} /> : <CircleX size={15} className="mt-0.5 shrink-0 text-bad-ink" aria-label={texts.trace.different} />}
              <span className="min-w-0 flex-1">
                <span className="font-medium">{titleIn(node.title)}</span>
                {node.compared.length > 0 ? <span className="text-muted"> · {node.compared.map((what) => texts.trace.compared[what as keyof typeof texts.trace.compared] ?? what).join(', ')}</span> : null}
                {node.differences.map((text) => (
                  <span key={text} className="block text-muted">
                    {text}
                  </span>
                ))}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

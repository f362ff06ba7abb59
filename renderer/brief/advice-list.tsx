import { useState } from 'react';
import { Check, TriangleAlert } from 'lucide-react';
import type { Brief, Goal } from '#app/brief/document.ts';
import type { Advice, Reason } from '#app/brief/techniques.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import { Notice } from '../results/notice.tsx';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { openPipeline } from '../state/pipeline.ts';
import { flushBrief } from '../state/brief.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { Badge, Button, Spinner } from '../ui/index.ts';
import { useAdvice } from './use-advice.ts';

/** Techniques that fit the brief, with why, each a pipeline to begin with. */
export function AdviceList({ brief }: { readonly brief: Brief }) {
  const words = texts.brief.techniques;
  const { data, error, loading } = useAdvice(brief);
  const [beginning, setBeginning] = useState<string | null>(null);
  const goal = brief.goal ?? data?.guessed ?? null;
  const begin = async ({ id }: Advice, chosen: Goal): Promise<void> => {
    setBeginning(id);
    try {
      await flushBrief();
      const title = words.pipelineTitle(texts.brief.techniqueNames[id], brief.data === '' ? '' : brief.target);
      const { path } = await client.brief.begin({ brief, goal: chosen, technique: id, title });
      await openPipeline(path);
      useView.setState({ page: 'canvas' });
    } catch (failure) {
      notify(diagnosticOf(failure));
    } finally {
      setBeginning(null);
    }
  };
  return (
    <section aria-label={words.title} data-testid="brief-techniques" className="sticky top-0 flex flex-col gap-2 max-[980px]:static">
      <h2 className="text-sm font-semibold">{words.title}</h2>
      {error ? <Notice diagnostic={error} /> : null}
      {goal === null && !loading ? <p className="text-sm text-muted">{words.choose}</p> : null}
      {loading && data === null ? <Spinner label={texts.common.loading} /> : null}
      {goal !== null && data !== null ? <p className="text-xs text-muted">{data.rows === null ? words.onSample : words.looked(formatCount(data.rows), brief.data)}</p> : null}
      <ol className="flex flex-col gap-2">
        {(goal === null ? [] : (data?.advice ?? [])).map((advice, index) => (
          <li key={advice.id} data-testid={`technique-${advice.id}`} className="flex flex-col gap-1.5 rounded-md border border-line bg-surface p-3">
            <div className="flex items-center gap-2">
              <h3 className="min-w-0 flex-1 truncate text-sm font-medium">{texts.brief.techniqueNames[advice.id]}</h3>
              {index === 0 ? <Badge tone="accent">{words.first}</Badge> : null}
              <Button
                needs="edit"
                size="sm"
                variant={index === 0 ? 'primary' : 'secondary'}
                busy={beginning === advice.id}
                disabled={beginning !== null}
                aria-label={words.tryOne(texts.brief.techniqueNames[advice.id])}
                onClick={() => goal !== null && void begin(advice, goal)}
              >
                {words.try}
              </Button>
            </div>
            <ul className="flex flex-col gap-1 text-xs">
              {advice.reasons.map((reason) => (
                <li key={reason.code} className="flex gap-1.5">
                  <Check size={13} className="mt-px shrink-0 text-good-ink" aria-hidden /> <span>{say(reason)}</span>
                </li>
              ))}
              {advice.cautions.map((reason) => (
                <li key={reason.code} className="flex gap-1.5 text-muted">
                  <TriangleAlert size={13} className="mt-px shrink-0 text-warn-ink" aria-hidden /> <span>{say(reason)}</span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Numbers as people read them: counts grouped, shares as percent. */
function say({ code, values = {} }: Reason): string {
  const shown = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? value : name === 'share' ? `${formatNumber(Math.round(value * 1000) / 10)} %` : Number.isInteger(value) ? formatCount(value) : formatNumber(value)]));
  return texts.brief.reasons[code](shown);
}

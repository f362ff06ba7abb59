import { useState } from 'react';
import { ShieldAlert } from 'lucide-react';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { Button, Dialog } from '../ui/index.ts';
import { HeldBack } from './held-back.tsx';
import { askForTrust, giveTrust, keepRestricted, useTrust } from './trust-store.ts';

const words = texts.trust;

/** Across the window while the project is restricted: what that means here, and the way out. */
export function TrustBanner() {
  const report = useTrust((store) => store.report);
  const folded = useTrust((store) => store.folded);
  if (report === null || !report.restricted) return null;
  const count = report.nodes.length === 0 ? words.nothingAffected : words.affected(report.nodes.length);
  if (folded) {
    return (
      <section aria-label={words.title} data-testid="trust-banner" className="flex h-7 shrink-0 items-center gap-2 border-b border-line bg-warn-soft px-3 text-xs text-warn-ink">
        <ShieldAlert size={14} aria-hidden />
        <span className="min-w-0 truncate">{words.folded}</span>
        <button type="button" className="shrink-0 underline underline-offset-2" onClick={() => keepRestricted(false)}>
          {words.show}
        </button>
      </section>
    );
  }
  const kinds = [...new Set(report.nodes.map(({ kind }) => words.kinds[kind]))];
  return (
    <section aria-label={words.title} data-testid="trust-banner" className="flex shrink-0 items-center gap-3 border-b border-line bg-warn-soft px-3 py-2 text-sm text-warn-ink">
      <ShieldAlert size={18} aria-hidden className="shrink-0" />
      <div className="min-w-0 flex-1">
        <p>
          <strong className="font-semibold">{words.banner}</strong> {words.bannerHow}
        </p>
        <p className="truncate text-xs" data-testid="trust-affected">
          {count}
          {kinds.length === 0 ? '' : ` · ${kinds.join(', ')}`}
        </p>
      </div>
      <Button variant="quiet" onClick={() => keepRestricted(true)} className="text-warn-ink">
        {words.keep}
      </Button>
      <Button variant="secondary" needs="admin" onClick={askForTrust}>
        {words.trustThis}
      </Button>
    </section>
  );
}

/** Lists what will be able to run, and asks once more. */
export function TrustDialog() {
  const asking = useTrust((store) => store.asking);
  const report = useTrust((store) => store.report);
  const [busy, setBusy] = useState(false);
  return (
    <Dialog
      open={asking && report?.restricted === true}
      onOpenChange={(open) => useTrust.setState({ asking: open })}
      title={words.confirm}
      description={report?.path ?? ''}
      footer={
        <>
          <Button onClick={() => useTrust.setState({ asking: false })}>{words.keep}</Button>
          <Button
            variant="primary"
            needs="admin"
            busy={busy}
            onClick={() => {
              setBusy(true);
              void giveTrust().finally(() => setBusy(false));
            }}
          >
            {words.yes}
          </Button>
        </>
      }
    >
      {report === null ? null : (
        <HeldBack
          report={report}
          onOpen={(path) => {
            useTrust.setState({ asking: false });
            useView.setState({ page: 'canvas' });
            void import('../state/pipeline.ts').then(({ openPipeline }) => openPipeline(path));
          }}
        />
      )}
    </Dialog>
  );
}

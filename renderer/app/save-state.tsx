import { Check, CloudAlert, Eye, LoaderCircle } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatAgo } from '#app/core/units.ts';
import { usePipeline } from '../state/pipeline.ts';
import { Tooltip, useMay } from '../ui/index.ts';
import { locale } from '../text/locale.ts';
import { texts } from '../text/texts.ts';

/** Whether the edits are on disk. */
export function SaveStateLine() {
  const save = usePipeline((store) => store.save);
  const savedAt = usePipeline((store) => store.savedAt);
  const error = usePipeline((store) => store.saveError);
  const opened = usePipeline((store) => store.path !== null);
  const locked = usePipeline((store) => store.readOnly);
  const why = useMay('edit');
  const readOnly = locked || why !== null;
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, [savedAt]);
  if (!opened) return null;
  const isSaving = save === 'unsaved' || save === 'saving';
  const text = readOnly ? texts.app.save.readOnly : save === 'failed' ? texts.app.save.notSaved : isSaving ? texts.app.save.saving : texts.app.save.saved;
  const detail =
    readOnly
      ? (why ?? texts.app.save.readOnlyWhy)
      : save === 'failed'
        ? texts.app.save.keptHere(error?.message ?? texts.app.save.engineAway)
      : savedAt === null
        ? texts.app.save.always
        : texts.app.save.savedAt(formatAgo(savedAt, now), new Date(savedAt).toLocaleTimeString(locale));
  return (
    <Tooltip text={detail}>
      <span
        data-testid="save-state"
        data-state={readOnly ? 'read-only' : save}
        // Told only when it goes wrong: said at every edit it would drown what was done.
        role={save === 'failed' ? 'alert' : undefined}
        tabIndex={0}
        className={`ml-1 flex items-center gap-1 rounded-sm px-1 text-xs ${readOnly ? 'text-warn-ink' : save === 'failed' ? 'text-bad-ink' : 'text-faint'}`}
      >
        {readOnly ? <Eye size={13} /> : save === 'failed' ? <CloudAlert size={13} /> : isSaving ? <LoaderCircle size={13} className="animate-spin" /> : <Check size={13} />}
        <span className="max-[760px]:sr-only">{text}</span>
      </span>
    </Tooltip>
  );
}

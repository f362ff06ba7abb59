import { Check, CloudAlert, Eye, LoaderCircle } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatAgo } from '#app/core/units.ts';
import { usePipeline } from '../state/pipeline.ts';
import { Tooltip } from '../ui/index.ts';

/** Whether the edits are on disk. */
export function SaveStateLine() {
  const save = usePipeline((store) => store.save);
  const savedAt = usePipeline((store) => store.savedAt);
  const error = usePipeline((store) => store.saveError);
  const opened = usePipeline((store) => store.path !== null);
  const readOnly = usePipeline((store) => store.readOnly);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, [savedAt]);
  if (!opened) return null;
  const isSaving = save === 'unsaved' || save === 'saving';
  const text = readOnly ? 'Read-only' : save === 'failed' ? 'Not saved' : isSaving ? 'Saving…' : 'Saved';
  const detail =
    readOnly
      ? 'Another window or process has this project open. Close it there, then open the project here again.'
      : save === 'failed'
        ? `${error?.message ?? 'The engine is not there at the moment.'} Your edits are kept here and saved as soon as possible.`
      : savedAt === null
        ? 'Every edit is saved as you make it.'
        : `Saved ${formatAgo(savedAt, now)}, at ${new Date(savedAt).toLocaleTimeString()}. Every edit is saved as you make it.`;
  return (
    <Tooltip text={detail}>
      <span
        data-testid="save-state"
        data-state={readOnly ? 'read-only' : save}
        role="status"
        tabIndex={0}
        className={`ml-1 flex items-center gap-1 rounded-sm px-1 text-xs ${readOnly ? 'text-warn-ink' : save === 'failed' ? 'text-bad-ink' : 'text-faint'}`}
      >
        {readOnly ? <Eye size={13} /> : save === 'failed' ? <CloudAlert size={13} /> : isSaving ? <LoaderCircle size={13} className="animate-spin" /> : <Check size={13} />}
        {text}
      </span>
    </Tooltip>
  );
}

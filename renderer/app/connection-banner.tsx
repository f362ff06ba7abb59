import { useEffect, useState } from 'react';
import { PlugZap } from 'lucide-react';
import { useConnection } from '../rpc/connection.ts';
import { Spinner } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

/** Says when the engine is away; short absences at start are not worth a word. */
export function ConnectionBanner() {
  const state = useConnection((store) => store.state);
  const message = useConnection((store) => store.message);
  const [patient, setPatient] = useState(true);
  useEffect(() => {
    setPatient(true);
    const timer = setTimeout(() => setPatient(false), 1200);
    return () => clearTimeout(timer);
  }, [state]);
  if (state === 'ready' || (state === 'connecting' && patient)) return null;
  return (
    <div role="status" data-testid="connection-banner" data-state={state} className={`flex h-7 shrink-0 items-center justify-center gap-2 text-xs ${state === 'failed' ? 'bg-bad-soft text-bad-ink' : 'bg-warn-soft text-warn-ink'}`}>
      {state === 'failed' ? <PlugZap size={14} /> : <Spinner size={14} />}
      {message || texts.app.connecting}
    </div>
  );
}

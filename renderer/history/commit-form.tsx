import { useState } from 'react';
import { GitBranch } from 'lucide-react';
import { Button, Input, useMay } from '../ui/index.ts';
import { commitPipeline, useHistory } from './history-store.ts';
import { texts } from '../text/texts.ts';

/** Below the list, where the project lies in a git repository: commits this pipeline's file. */
export function CommitForm() {
  const git = useHistory((store) => store.git);
  const [message, setMessage] = useState('');
  const [busy, setBusy] = useState(false);
  const why = useMay('edit');
  if (git === null) return null;
  return (
    <form
      aria-label={texts.history.commit.label}
      data-testid="commit-form"
      className="flex shrink-0 flex-col gap-1.5 border-t border-line p-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        void commitPipeline(message).then(() => {
          setBusy(false);
          setMessage('');
        });
      }}
    >
      <p className="flex items-center gap-1.5 text-xs text-muted">
        <GitBranch size={12} aria-hidden className="shrink-0" />
        <span className="truncate">
          {git.branch ?? texts.history.commit.noBranch}: {git.changed ? texts.history.commit.changed : texts.history.commit.same}
        </span>
      </p>
      <Input aria-label={texts.history.commit.message} data-testid="commit-message" value={message} disabled={!git.changed || why !== null} placeholder={texts.history.commit.placeholder} onChange={(event) => setMessage(event.target.value)} />
      <Button needs="edit" type="submit" size="sm" data-testid="commit" busy={busy} disabled={!git.changed || message.trim() === ''}>
        {texts.history.commit.commit}
      </Button>
    </form>
  );
}

import { useState } from 'react';
import { Pencil } from 'lucide-react';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { tellUndoable } from '../state/undoable.ts';
import { Button, TextArea } from '../ui/index.ts';
import { registryChanged } from './models-store.ts';
import { Part } from './version-detail.tsx';
import { texts } from '../text/texts.ts';

/** The note of a version, to read and to write. */
export function NoteEditor({ name, version, note }: { readonly name: string; readonly version: number; readonly note: string }) {
  const [draft, setDraft] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      await client.registry.setNote({ name, version, note: (draft ?? '').trim() });
      setDraft(null);
      registryChanged();
      if ((draft ?? '').trim() !== note) tellUndoable(texts.registry.noteChanged(version), () => client.registry.setNote({ name, version, note }).then(registryChanged));
    } catch (error) {
      notify(diagnosticOf(error));
    }
    setBusy(false);
  };
  if (draft === null) {
    return (
      <Part
        title={texts.registry.note}
        actions={
          <Button needs="operate" size="sm" variant="quiet" icon={<Pencil size={13} />} data-testid="edit-note" onClick={() => setDraft(note)}>
            {note === '' ? texts.registry.addNote : texts.registry.editNote}
          </Button>
        }
      >
        <p className="selectable max-w-[80ch] whitespace-pre-wrap text-sm text-muted">{note === '' ? texts.registry.notePlaceholder : note}</p>
      </Part>
    );
  }
  return (
    <Part title={texts.registry.note}>
      <TextArea
        aria-label={texts.registry.note}
        autoFocus
        value={draft}
        placeholder={texts.registry.notePlaceholder}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setDraft(null);
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
        }}
      />
      <div className="mt-2 flex gap-2">
        <Button variant="primary" busy={busy} onClick={() => void save()}>
          {texts.registry.saveNote}
        </Button>
        <Button onClick={() => setDraft(null)}>{texts.common.cancel}</Button>
      </div>
    </Part>
  );
}

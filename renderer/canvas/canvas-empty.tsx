import { Database, FileSpreadsheet, LayoutTemplate } from 'lucide-react';
import { useRef } from 'react';
import { catalogue } from '../state/catalogue.ts';
import { desktop } from '../rpc/desktop.ts';
import { Button, Kbd } from '../ui/index.ts';
import { readable } from '../data/data-files.ts';
import { addFiles, addTyped, centred } from './adding.ts';
import { visibleCentre } from './canvas-store.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { showTemplates } from '../templates/templates-store.ts';
import { texts } from '../text/texts.ts';

/** What to do first, in the middle of an empty canvas. */
export function CanvasEmpty() {
  const upload = useRef<HTMLInputElement>(null);
  const openFile = async () => {
    const shell = desktop();
    if (!shell) {
      upload.current?.click();
      return;
    }
    const path = await shell.pickFile({ title: texts.canvas.empty.choose, extensions: readable });
    if (path === null) return;
    try {
      const reader = await client.files.reader({ path });
      addTyped(reader.type, centred(visibleCentre()), undefined, reader.params);
    } catch (error) {
      notify(diagnosticOf(error));
    }
  };
  return (
    <div className="pointer-events-none absolute inset-0 flex items-center justify-center">
      <div className="pointer-events-auto flex max-w-md flex-col items-center gap-3 p-6 text-center">
        <h2 className="text-xl font-semibold tracking-tight">{texts.canvas.empty.title}</h2>
        <p className="text-sm text-muted">{texts.canvas.empty.how}</p>
        <div className="flex gap-2">
          <Button needs="edit" variant="primary" icon={<FileSpreadsheet size={15} />} onClick={() => void openFile()}>
            {texts.canvas.empty.open}
          </Button>
          {catalogue.has('data/sample-datasets') ? (
            <Button needs="edit" icon={<Database size={15} />} data-testid="sample-dataset" onClick={() => addTyped('data/sample-datasets', centred(visibleCentre()))}>
              {texts.canvas.empty.sample}
            </Button>
          ) : null}
          <Button needs="edit" icon={<LayoutTemplate size={15} />} data-testid="from-template" onClick={showTemplates}>
            {texts.help.templates.from}
          </Button>
        </div>
        <p className="flex items-center gap-1.5 text-xs text-faint">
          <Kbd keys="Tab" /> {texts.canvas.empty.adds} <Kbd keys="Ctrl+K" /> {texts.canvas.empty.finds}
        </p>
        <input
          ref={upload}
          type="file"
          accept=".csv,.tsv,.txt,.parquet"
          multiple
          className="hidden"
          aria-label={texts.canvas.empty.files}
          onChange={(event) => {
            void addFiles([...(event.target.files ?? [])], centred(visibleCentre()));
            event.target.value = '';
          }}
        />
      </div>
    </div>
  );
}

import { ChevronsUpDown, FilePlus2, Pencil, Trash2, Workflow } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatAgo } from '#app/core/units.ts';
import { client, diagnosticOf, isGivenUp, type EngineClient } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { useWhyNotEdit } from '../state/editing.ts';
import { editRoot, flushEdits, openPipeline, usePipeline } from '../state/pipeline.ts';
import { Button, Dialog, IconButton, Popover, SearchInput, cx } from '../ui/index.ts';
import { showTemplates } from '../templates/templates-store.ts';
import { runAction } from './actions.ts';
import { locale } from '../text/locale.ts';
import { DeletedLately } from '../trash/deleted-dialog.tsx';
import { tellDeleted } from '../trash/trash.ts';
import { texts } from '../text/texts.ts';

type Listed = Awaited<ReturnType<EngineClient['project']['pipelines']>>[number];

/** The pipeline's name (type to rename) and the list of the project's pipelines. */
export function PipelineSwitcher() {
  const title = usePipeline((store) => store.root?.title ?? '');
  const path = usePipeline((store) => store.path);
  const [open, setOpen] = useState(false);
  return (
    <div className="flex min-w-0 shrink items-center">
      <Popover
        label={texts.app.switcher.label}
        open={open}
        onOpenChange={setOpen}
        className="w-80"
        trigger={
          <button type="button" aria-label={texts.app.switcher.label} data-testid="pipeline-switcher" data-path={path ?? undefined} className="flex h-7 items-center gap-1 rounded-md px-1.5 text-muted hover:bg-hover hover:text-ink">
            <Workflow size={16} className="text-accent-ink" />
            <ChevronsUpDown size={13} />
          </button>
        }
      >
        <PipelineList current={path} close={() => setOpen(false)} />
      </Popover>
      <TitleField key={`${path}`} title={title} disabled={path === null} />
    </div>
  );
}

function TitleField({ title, disabled }: { readonly title: string; readonly disabled: boolean }) {
  const [draft, setDraft] = useState<string | null>(null);
  const why = useWhyNotEdit();
  const shown = draft ?? title;
  const finish = () => {
    const next = draft?.trim();
    if (next && next !== title) editRoot({ type: 'set-document', title: next });
    setDraft(null);
  };
  return (
    <input
      data-testid="pipeline-title"
      aria-label={texts.app.switcher.name}
      value={shown}
      disabled={disabled}
      readOnly={why !== null}
      title={why ?? undefined}
      maxLength={200}
      spellCheck={false}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key === 'Escape') {
          setDraft(title);
          event.currentTarget.value = title;
          requestAnimationFrame(() => setDraft(null));
          event.currentTarget.blur();
        }
      }}
      style={{ width: `${Math.min(34, Math.max(8, shown.length + 1))}ch` }}
      className="h-7 min-w-20 shrink select-text truncate rounded-md border border-transparent bg-transparent px-1 text-base font-semibold tracking-tight hover:border-line focus:border-focus focus:bg-surface focus:outline-none"
    />
  );
}

function PipelineList({ current, close }: { readonly current: string | null; readonly close: () => void }) {
  const [listed, setListed] = useState<readonly Listed[] | null>(null);
  const [query, setQuery] = useState('');
  const [doomed, setDoomed] = useState<Listed | null>(null);
  useEffect(load, []);
  function load(): void {
    flushEdits()
      .then(() => client.project.pipelines())
      .then(setListed)
      .catch((error: unknown) => {
        setListed([]);
        if (!isGivenUp(error)) notify(diagnosticOf(error));
      });
  }
  const shown = (listed ?? []).filter((pipeline) => pipeline.title.toLowerCase().includes(query.toLowerCase()));
  const remove = async (pipeline: Listed) => {
    try {
      const { trashed } = await client.pipeline.remove({ path: pipeline.path });
      setListed((before) => before?.filter((other) => other.path !== pipeline.path) ?? null);
      tellDeleted(pipeline.title, trashed, load);
    } catch (error) {
      notify(diagnosticOf(error));
    }
    setDoomed(null);
  };
  return (
    <div className="flex flex-col">
      <div className="border-b border-line p-2">
        <SearchInput value={query} onChange={setQuery} label={texts.app.switcher.search} placeholder={texts.app.switcher.search} autoFocus />
      </div>
      <ul className="max-h-80 overflow-auto p-1">
        {shown.map((pipeline) => (
          <li key={pipeline.path} className="group flex items-center rounded-md hover:bg-hover">
            <button
              type="button"
              data-testid={`open-${pipeline.path}`}
              aria-current={pipeline.path === current || undefined}
              onClick={() => {
                close();
                if (pipeline.path !== current) void openPipeline(pipeline.path);
              }}
              className="min-w-0 flex-1 px-2 py-1.5 text-left"
            >
              <span className={cx('block truncate text-sm', pipeline.path === current && 'font-semibold text-accent-ink')}>{pipeline.title}</span>
              <span className="block truncate text-xs text-faint" title={new Date(pipeline.modifiedAt).toLocaleString(locale)}>
                {pipeline.path} · {formatAgo(pipeline.modifiedAt, Date.now())}
              </span>
            </button>
            {pipeline.path !== current ? (
              <span className="mr-1 opacity-0 focus-within:opacity-100 group-hover:opacity-100">
                <IconButton needs="edit" size="sm" label={texts.app.switcher.delete(pipeline.title)} onClick={() => setDoomed(pipeline)}>
                  <Trash2 size={13} />
                </IconButton>
              </span>
            ) : null}
          </li>
        ))}
        {listed && shown.length === 0 ? <li className="px-2 py-4 text-center text-sm text-muted">{query ? texts.app.switcher.noMatch(query) : texts.app.switcher.none}</li> : null}
      </ul>
      <div className="flex gap-1 border-t border-line p-1">
        <Button needs="edit" variant="quiet" icon={<FilePlus2 size={14} />} data-testid="new-pipeline" onClick={() => (close(), showTemplates())}>
          {texts.app.switcher.new}
        </Button>
        <Button needs="edit" variant="quiet" icon={<Pencil size={14} />} onClick={() => (close(), setTimeout(() => runAction('pipeline.rename')))}>
          {texts.common.rename}
        </Button>
        <DeletedLately look="icon" asOf={listed?.length} onRestored={load} />
      </div>
      <Dialog
        open={doomed !== null}
        onOpenChange={(open) => !open && setDoomed(null)}
        size="sm"
        title={texts.app.switcher.deleteTitle}
        description={doomed ? texts.app.switcher.deleteWhat(doomed.title, doomed.path) : ''}
        footer={
          <>
            <Button onClick={() => setDoomed(null)}>{texts.common.keep}</Button>
            <Button variant="danger" onClick={() => doomed && void remove(doomed)}>
              {texts.common.delete}
            </Button>
          </>
        }
      >
        <p className="text-sm text-muted">{texts.app.switcher.inTrash}</p>
      </Dialog>
    </div>
  );
}

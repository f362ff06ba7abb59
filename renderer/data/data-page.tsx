import { useRef, useState } from 'react';
import { File, FileSpreadsheet, Folder, FolderOpen, Plus, Upload } from 'lucide-react';
import { formatBytes } from '#app/core/units.ts';
import { addTyped } from '../canvas/adding.ts';
import { visibleCentre } from '../canvas/canvas-store.ts';
import { freePlace } from '../canvas/edits.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { notify } from '../state/notices.ts';
import { usePipeline } from '../state/pipeline.ts';
import { Button, EmptyState, Page, Spinner, cx } from '../ui/index.ts';
import { ConnectionsSection } from './connections.tsx';
import { crumbs, isReadable, parentOf } from './data-files.ts';
import { FilePreview } from './file-preview.tsx';
import { texts } from '../text/texts.ts';

/** Files of the project: look, bring in, put on the canvas. */
export function DataPage() {
  const [folder, setFolder] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [dropping, setDropping] = useState(false);
  const [uploading, setUploading] = useState<string | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const info = useQuery('project', (signal) => client.project.info(undefined, { signal }));
  const files = useQuery(`files ${folder}`, (signal) => client.files.list({ folder }, { signal }));
  const { reload } = files;

  const upload = async (list: readonly globalThis.File[]) => {
    for (const file of list) {
      setUploading(file.name);
      try {
        const { path } = await client.files.upload({ name: file.name, content: file });
        setFolder(parentOf(path));
        setChosen(path);
      } catch (error) {
        notify(diagnosticOf(error));
      }
    }
    setUploading(null);
    reload();
  };
  const open = (entry: { readonly kind: 'file' | 'folder'; readonly path: string }) => {
    if (entry.kind === 'folder') {
      setFolder(entry.path);
      setChosen(null);
    } else setChosen(entry.path);
  };
  const entries = [...(files.data ?? [])].sort((a, b) => Number(a.kind === 'file') - Number(b.kind === 'file') || a.name.localeCompare(b.name));

  return (
    <div
      data-testid="data-page"
      className="relative h-full min-h-0"
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(texts.data.files)) return;
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={(event) => event.currentTarget === event.target && setDropping(false)}
      onDrop={(event) => {
        event.preventDefault();
        setDropping(false);
        void upload([...event.dataTransfer.files]);
      }}
    >
      <Page
        title={texts.data.title}
        description={texts.data.what}
        actions={
          <>
            <input ref={picker} type="file" multiple hidden accept=".csv,.tsv,.txt,.parquet" onChange={(event) => void upload([...(event.target.files ?? [])])} />
            <Button needs="edit" variant="primary" icon={<Upload size={14} />} busy={uploading !== null} onClick={() => picker.current?.click()}>
              {uploading === null ? texts.data.upload : texts.data.uploading(String(uploading))}
            </Button>
          </>
        }
      >
        <nav aria-label={texts.data.folder} className="flex items-center gap-1 text-sm text-muted">
          {crumbs(folder, info.data?.name ?? texts.data.project).map((crumb, index, all) => (
            <span key={crumb.folder} className="flex items-center gap-1">
              {index > 0 ? <span aria-hidden>/</span> : null}
              <button type="button" aria-current={index === all.length - 1 ? 'location' : undefined} onClick={() => setFolder(crumb.folder)} className="rounded-sm px-1 hover:bg-hover aria-[current]:font-medium aria-[current]:text-ink">
                {crumb.name}
              </button>
            </span>
          ))}
        </nav>
        {files.error ? <Notice diagnostic={files.error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
        {files.data === null && !files.error ? <Spinner label={texts.common.loading} /> : null}
        {files.data?.length === 0 ? (
          <EmptyState icon={<FolderOpen />} title={texts.data.empty}>
            {texts.data.emptyHow}
          </EmptyState>
        ) : null}
        {entries.length > 0 ? (
          <ul aria-label={texts.data.files} className="overflow-hidden rounded-md border border-line bg-surface">
            {entries.map((entry) => {
              const usable = entry.kind === 'file' && isReadable(entry.name);
              const Icon = entry.kind === 'folder' ? Folder : usable ? FileSpreadsheet : File;
              return (
                <li key={entry.path} data-testid={`file-${entry.path}`} className={cx('border-b border-line last:border-b-0', chosen === entry.path && 'bg-accent-soft')}>
                  <div className="flex h-10 items-center gap-3 px-3">
                    <Icon size={16} aria-hidden className={usable || entry.kind === 'folder' ? 'text-accent-ink' : 'text-faint'} />
                    <button
                      type="button"
                      disabled={entry.kind === 'file' && !usable}
                      aria-expanded={usable ? chosen === entry.path : undefined}
                      onClick={() => (chosen === entry.path ? setChosen(null) : open(entry))}
                      className="min-w-0 flex-1 truncate rounded-sm text-left text-sm font-medium enabled:hover:underline disabled:font-normal disabled:text-muted"
                    >
                      {entry.name}
                    </button>
                    <span className="w-24 text-right text-xs tabular-nums text-muted">{entry.kind === 'file' ? formatBytes(entry.bytes) : ''}</span>
                    <span className="w-28 text-right text-xs text-muted">
                      <TimeAgo at={entry.modifiedAt} />
                    </span>
                    <span className="flex w-36 justify-end">
                      {usable ? (
                        <Button needs="edit" size="sm" icon={<Plus size={14} />} onClick={() => void addReader(entry.path)}>
                          {texts.data.addToCanvas}
                        </Button>
                      ) : null}
                    </span>
                  </div>
                  {usable && chosen === entry.path ? <FilePreview path={entry.path} /> : null}
                </li>
              );
            })}
          </ul>
        ) : null}
        <ConnectionsSection />
      </Page>
      {dropping ? (
        <div className="pointer-events-none absolute inset-4 flex items-center justify-center rounded-lg border-2 border-dashed border-accent bg-accent-soft/80 text-base font-medium text-accent-ink">{texts.data.drop}</div>
      ) : null}
    </div>
  );
}

async function addReader(path: string): Promise<void> {
  try {
    const reader = await client.files.reader({ path });
    const { document } = usePipeline.getState();
    if (!document) {
      notify({ severity: 'warning', message: texts.common.noPipelineOpen, remedy: texts.common.openPipelineFirst });
      return;
    }
    if (addTyped(reader.type, freePlace(document, visibleCentre()), undefined, reader.params) === null) {
      notify({ severity: 'warning', message: texts.common.noReader(path), remedy: texts.common.readableFiles });
    }
  } catch (error) {
    notify(diagnosticOf(error));
  }
}

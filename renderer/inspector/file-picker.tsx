import { ChevronLeft, File, Folder, FolderOpen, Upload } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { formatBytes } from '#app/core/units.ts';
import { client, diagnosticOf, isGivenUp, type EngineClient } from '../rpc/client.ts';
import { desktop } from '../rpc/desktop.ts';
import { notify } from '../state/notices.ts';
import { Button, IconButton, Input, Popover } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

type Listed = Awaited<ReturnType<EngineClient['files']['list']>>[number];

interface FilePickerProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly folder: boolean;
  readonly extensions: readonly string[];
  readonly invalid: boolean;
  readonly onChange: (path: string) => void;
}

/** A path: typed, from the system's dialog in the desktop app, else from the project's files or uploaded into them. */
export function FilePicker({ id, label, value, folder, extensions, invalid, onChange }: FilePickerProps) {
  const [open, setOpen] = useState(false);
  const shell = desktop();
  const choose = async () => {
    const path = folder ? await shell?.pickFolder() : await shell?.pickFile({ title: label, extensions });
    if (path) onChange(path);
  };
  const input = <Input id={id} value={value} title={value} mono placeholder={folder ? texts.inspector.file.folder : texts.inspector.file.file} invalid={invalid} onChange={(event) => onChange(event.target.value)} />;
  if (shell) {
    return (
      <div className="flex gap-1.5">
        {input}
        <IconButton label={texts.inspector.file.browseFor(label)} className="shrink-0 border border-line-control" onClick={() => void choose()}>
          <FolderOpen size={14} />
        </IconButton>
      </div>
    );
  }
  return (
    <div className="flex gap-1.5">
      {input}
      <Popover
        label={texts.inspector.file.browseFor(label)}
        open={open}
        onOpenChange={setOpen}
        align="end"
        className="w-80"
        trigger={
          <button type="button" aria-label={texts.inspector.file.browseFor(label)} title={texts.inspector.file.browse} className="flex size-7 shrink-0 items-center justify-center rounded-md border border-line-control bg-surface text-muted hover:bg-hover hover:text-ink">
            <FolderOpen size={14} />
          </button>
        }
      >
        <ProjectFiles
          extensions={extensions}
          folders={folder}
          pick={(path) => {
            onChange(path);
            setOpen(false);
          }}
        />
      </Popover>
    </div>
  );
}

/** The project's files and folders to choose from, and a file to upload. */
export function ProjectFiles({ extensions, folders, pick }: { readonly extensions: readonly string[]; readonly folders: boolean; readonly pick: (path: string) => void }) {
  const [folder, setFolder] = useState('');
  const [entries, setEntries] = useState<readonly Listed[] | null>(null);
  const [uploading, setUploading] = useState(false);
  const upload = useRef<HTMLInputElement>(null);
  useEffect(() => {
    let current = true;
    setEntries(null);
    client.files
      .list({ folder })
      .then((listed) => current && setEntries(listed))
      .catch((error: unknown) => {
        if (!current) return;
        setEntries([]);
        if (!isGivenUp(error)) notify(diagnosticOf(error));
      });
    return () => {
      current = false;
    };
  }, [folder]);
  const send = async (file: File) => {
    setUploading(true);
    try {
      pick((await client.files.upload({ name: file.name, content: file })).path);
    } catch (error) {
      notify(diagnosticOf(error));
    }
    setUploading(false);
  };
  const shown = (entries ?? []).filter((entry) => entry.kind === 'folder' || folders || (extensions.length === 0 || extensions.some((extension) => entry.name.toLowerCase().endsWith(`.${extension}`))));
  return (
    <div className="flex flex-col">
      <div className="flex h-9 items-center gap-1 border-b border-line px-1.5">
        <IconButton size="sm" label={texts.inspector.file.up} disabled={folder === ''} onClick={() => setFolder(folder.split('/').slice(0, -1).join('/'))}>
          <ChevronLeft size={14} />
        </IconButton>
        <span className="min-w-0 flex-1 truncate font-mono text-xs text-muted">{folder || texts.inspector.file.project}</span>
        {folders && folder ? (
          <Button size="sm" onClick={() => pick(folder)}>
            {texts.inspector.file.chooseFolder}
          </Button>
        ) : null}
      </div>
      <ul className="max-h-64 min-h-20 overflow-auto p-1">
        {shown.map((entry) => (
          <li key={entry.path}>
            <button
              type="button"
              // Where a folder is looked for, its files only show that it is the right one.
              disabled={folders && entry.kind === 'file'}
              title={entry.name}
              onClick={() => (entry.kind === 'folder' ? setFolder(entry.path) : pick(entry.path))}
              className="flex h-7 w-full items-center gap-2 rounded-sm px-2 text-left text-sm enabled:hover:bg-hover disabled:text-muted"
            >
              {entry.kind === 'folder' ? <Folder size={14} className="text-faint" /> : <File size={14} className="text-faint" />}
              <span className="min-w-0 flex-1 truncate">{entry.name}</span>
              {entry.kind === 'file' ? <span className="text-xs tabular-nums text-faint">{formatBytes(entry.bytes)}</span> : null}
            </button>
          </li>
        ))}
        {entries && shown.length === 0 ? <li className="px-2 py-4 text-center text-xs text-muted">{folders ? texts.inspector.file.empty : texts.inspector.file.nothingFits}</li> : null}
      </ul>
      {folders ? null : (
        <div className="border-t border-line p-1.5">
          <Button size="sm" variant="quiet" busy={uploading} icon={<Upload size={13} />} onClick={() => upload.current?.click()}>
            {texts.inspector.file.upload}
          </Button>
          <input
            ref={upload}
            type="file"
            className="hidden"
            aria-label={texts.inspector.file.toUpload}
            accept={extensions.map((extension) => `.${extension}`).join(',')}
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              if (file) void send(file);
            }}
          />
        </div>
      )}
    </div>
  );
}

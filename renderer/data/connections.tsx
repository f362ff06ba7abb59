import { Database, DatabaseZap, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { databaseTitles, isFileDatabase } from '#app/sdk/databases.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { reconfigure } from '../state/configuration.ts';
import { notify } from '../state/notices.ts';
import { Button, Dialog, EmptyState, IconButton, cx } from '../ui/index.ts';
import { ConnectionForm, type Listed } from './connection-form.tsx';
import { ConnectionTables } from './connection-tables.tsx';
import { texts } from '../text/texts.ts';

/** The project's databases: add, try, look into, use. */
export function ConnectionsSection() {
  const [editing, setEditing] = useState<Listed | 'new' | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const list = useQuery('connections', (signal) => client.connections.list(undefined, { signal }));
  const { reload } = list;

  // Nodes of the open pipeline may have waited for this.
  const changed = () => {
    reload();
    reconfigure(0);
  };

  const remove = async (name: string) => {
    setRemoving(null);
    try {
      await client.connections.remove({ name });
    } catch (error) {
      notify(diagnosticOf(error));
    }
    changed();
  };

  return (
    <section aria-labelledby="connections-title" data-testid="connections" className="mt-6 flex flex-col gap-3">
      <div className="flex items-end justify-between gap-4">
        <div>
          <h2 id="connections-title" className="text-lg font-semibold">{texts.data.connections.title}</h2>
          <p className="text-sm text-muted">{texts.data.connections.what}</p>
        </div>
        <Button needs="admin" icon={<Plus size={14} />} onClick={() => setEditing('new')}>
          {texts.data.form.addTitle}
        </Button>
      </div>
      {list.error ? <Notice diagnostic={list.error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
      {list.data?.length === 0 ? (
        <EmptyState icon={<Database />} title={texts.data.connections.none}>
          {texts.data.connections.how}
        </EmptyState>
      ) : null}
      {list.data !== null && list.data.length > 0 ? (
        <ul aria-label={texts.data.connections.title} className="overflow-hidden rounded-md border border-line bg-surface">
          {list.data.map((listed) => (
            <ConnectionRow key={listed.connection.name} listed={listed} open={open === listed.connection.name} toggle={() => setOpen(open === listed.connection.name ? null : listed.connection.name)} edit={() => setEditing(listed)} remove={() => setRemoving(listed.connection.name)} />
          ))}
        </ul>
      ) : null}
      {editing === null ? null : (
        <ConnectionForm
          listed={editing === 'new' ? null : editing}
          taken={(list.data ?? []).map(({ connection }) => connection.name)}
          close={(saved) => {
            setEditing(null);
            if (saved) changed();
          }}
        />
      )}
      <Dialog
        open={removing !== null}
        onOpenChange={(shown) => !shown && setRemoving(null)}
        size="sm"
        title={texts.data.connections.removeTitle(removing ?? '')}
        footer={
          <>
            <Button onClick={() => setRemoving(null)}>{texts.common.keep}</Button>
            <Button variant="danger" onClick={() => removing !== null && void remove(removing)}>
              {texts.common.remove}
            </Button>
          </>
        }
      >
        <p className="text-sm text-muted">{texts.data.connections.removeWhat}</p>
      </Dialog>
    </section>
  );
}

interface RowProps {
  readonly listed: Listed;
  readonly open: boolean;
  readonly toggle: () => void;
  readonly edit: () => void;
  readonly remove: () => void;
}

function ConnectionRow({ listed, open, toggle, edit, remove }: RowProps) {
  const { connection } = listed;
  const file = isFileDatabase(connection.kind);
  const place = file ? connection.path : `${connection.user}@${connection.host || 'localhost'}${connection.port === 0 ? '' : `:${connection.port}`}/${connection.database}`;
  const Icon = file ? Database : DatabaseZap;
  return (
    <li data-testid={`connection-${connection.name}`} className={cx('border-b border-line last:border-b-0', open && 'bg-sunken')}>
      <div className="flex h-10 items-center gap-3 px-3">
        <Icon size={16} aria-hidden className="text-accent-ink" />
        <button type="button" aria-expanded={open} onClick={toggle} className="min-w-0 rounded-sm text-left text-sm font-medium hover:underline">
          {connection.name}
        </button>
        <span className="min-w-0 flex-1 truncate text-xs text-muted">
          {databaseTitles[connection.kind]} · {place}
        </span>
        <span className="text-xs text-muted">{file ? '' : listed.secret === 'environment' ? listed.variable : listed.secret === 'file' ? texts.data.connections.stored : texts.data.connections.noPassword}</span>
        <IconButton needs="admin" label={texts.data.connections.edit(connection.name)} size="sm" onClick={edit}>
          <Pencil size={14} />
        </IconButton>
        <IconButton needs="admin" label={texts.data.connections.remove(connection.name)} size="sm" onClick={remove}>
          <Trash2 size={14} />
        </IconButton>
      </div>
      {open ? (
        <div className="max-h-96 overflow-auto border-t border-line bg-surface">
          <ConnectionTables connection={connection.name} />
        </div>
      ) : null}
    </li>
  );
}

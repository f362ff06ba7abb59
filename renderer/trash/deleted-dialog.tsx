import { useState } from 'react';
import { ArchiveRestore, Component, LayoutDashboard, Trash2, Workflow } from 'lucide-react';
import { formatAgo } from '#app/core/units.ts';
import { ConfirmDialog } from '../asking/confirm-dialog.tsx';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { loadComponents } from '../state/components.ts';
import { texts } from '../text/texts.ts';
import { Button, Dialog, IconButton } from '../ui/index.ts';
import { emptyTrash, removeForGood, restore } from './trash.ts';

interface Props {
  /** With words where there is room, as an icon in a narrow list. */
  readonly look: 'words' | 'icon';
  /** Changes when something was deleted. */
  readonly asOf: unknown;
  readonly onRestored: () => void;
}

type Deleted = Awaited<ReturnType<typeof client.trash.list>>[number];

const icons = { pipeline: Workflow, report: LayoutDashboard, component: Component } as const;

/** What was deleted lately from the project: the way back, and the way to be rid of it. Nothing where nothing was deleted. */
export function DeletedLately({ look, asOf, onRestored }: Props) {
  const words = texts.common;
  const { data, error, reload } = useQuery(`trash ${String(asOf)}`, (signal) => client.trash.list(undefined, { signal }));
  const [open, setOpen] = useState(false);
  const [doomed, setDoomed] = useState<Deleted | 'all' | null>(null);
  const deleted = data ?? [];
  // The dialog stays after the last one has gone: the focus is in it.
  if (deleted.length === 0 && !open) return null;
  const bringBack = async ({ kind, title, trashed }: Deleted): Promise<void> => {
    const done = await restore(title, trashed);
    reload();
    if (!done) return;
    if (kind === 'component') void loadComponents();
    else onRestored();
  };
  const show = (): void => {
    reload();
    setOpen(true);
  };
  return (
    <>
      {look === 'words' ? (
        <Button variant="quiet" icon={<ArchiveRestore size={14} />} data-testid="deleted" onClick={show}>
          {words.deletedLately}
        </Button>
      ) : (
        <IconButton label={words.deletedLately} data-testid="deleted" className="ml-auto" onClick={show}>
          <ArchiveRestore size={14} />
        </IconButton>
      )}
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={words.deletedLately}
        description={words.deletedWhat}
        footer={
          <>
            {deleted.length === 0 ? null : (
              <Button needs="edit" variant="danger" icon={<Trash2 size={14} />} data-testid="empty-trash" onClick={() => setDoomed('all')}>
                {words.emptyTrash}
              </Button>
            )}
            <Button onClick={() => setOpen(false)}>{words.close}</Button>
          </>
        }
      >
        {error ? <Notice diagnostic={error} action={<Button onClick={reload}>{words.tryAgain}</Button>} /> : null}
        {deleted.length === 0 && !error ? <p className="text-sm text-muted">{words.nothingDeleted}</p> : null}
        <ul className="flex flex-col" data-testid="deleted-list">
          {deleted.map((one) => {
            const Icon = icons[one.kind];
            return (
              <li key={one.trashed} className="flex items-center gap-3 border-b border-line py-2 last:border-b-0">
                <Icon size={16} aria-hidden className="shrink-0 text-muted" />
                <div className="min-w-0 flex-1">
                  <p className="truncate text-sm" title={one.title}>{one.title}</p>
                  <p className="text-xs text-muted">
                    {words.deletedKinds[one.kind]} · {formatAgo(one.at, Date.now())}
                  </p>
                </div>
                <Button needs="edit" size="sm" icon={<ArchiveRestore size={13} />} aria-label={words.bringBackNamed(one.title)} onClick={() => void bringBack(one)}>
                  {words.bringBack}
                </Button>
                <IconButton needs="edit" size="sm" label={words.deleteForGood(one.title)} onClick={() => setDoomed(one)}>
                  <Trash2 size={13} />
                </IconButton>
              </li>
            );
          })}
        </ul>
      </Dialog>
      {doomed === null ? null : (
        <ConfirmDialog
          title={doomed === 'all' ? words.emptyTrashAsk : words.deleteForGoodAsk(doomed.title)}
          what={doomed === 'all' ? words.emptyTrashWhat : words.deleteForGoodWhat}
          go={doomed === 'all' ? words.emptyTrash : words.deleteForGoodGo}
          onClose={() => setDoomed(null)}
          onGo={() => (doomed === 'all' ? emptyTrash() : removeForGood(doomed.title, doomed.trashed)).finally(reload)}
        />
      )}
    </>
  );
}

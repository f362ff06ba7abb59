import { ArchiveRestore, LayoutDashboard, Workflow } from 'lucide-react';
import { formatAgo } from '#app/core/units.ts';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { texts } from '../text/texts.ts';
import { Button, IconButton, Menu } from '../ui/index.ts';
import { restore } from './trash.ts';

interface Props {
  readonly kind: 'pipeline' | 'report';
  /** Changes when something was deleted. */
  readonly asOf: unknown;
  readonly onRestored: () => void;
}

/** What was deleted lately, each with the way back; nothing where nothing was. On the page of reports it is a button with words, in the narrow list of pipelines an icon. */
export function DeletedMenu({ kind, asOf, onRestored }: Props) {
  const { data, reload } = useQuery(`trash ${String(asOf)}`, (signal) => client.trash.list(undefined, { signal }));
  const deleted = (data ?? []).filter((one) => one.kind === kind);
  if (deleted.length === 0) return null;
  return (
    <Menu
      align="end"
      trigger={
        kind === 'report' ? (
          <Button needs="edit" variant="quiet" icon={<ArchiveRestore size={14} />} data-testid="deleted">
            {texts.common.deletedLately}
          </Button>
        ) : (
          <IconButton needs="edit" label={texts.common.deletedLately} data-testid="deleted" className="ml-auto">
            <ArchiveRestore size={14} />
          </IconButton>
        )
      }
      items={[
        { kind: 'label', id: 'label', label: texts.common.bringBack },
        ...deleted.map(({ trashed, title, at }) => ({ id: trashed, label: `${title} · ${formatAgo(at, Date.now())}`, icon: kind === 'report' ? <LayoutDashboard /> : <Workflow />, onSelect: () => void restore(title, trashed).then((done) => (done ? (reload(), onRestored()) : undefined)) })),
      ]}
    />
  );
}

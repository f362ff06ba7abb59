import { ChevronRight, Plus, Table2 } from 'lucide-react';
import { useState } from 'react';
import { formatCount } from '#app/core/units.ts';
import { addTyped } from '../canvas/adding.ts';
import { visibleCentre } from '../canvas/canvas-store.ts';
import { freePlace } from '../canvas/edits.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, type EngineClient } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { usePipeline } from '../state/pipeline.ts';
import { Button, SearchInput, Spinner, TypeBadge, cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

type OutsideTable = Awaited<ReturnType<EngineClient['connections']['tables']>>[number];

/** More than a person looks through; the search narrows. */
const shownTables = 300;

/** Schemas, tables and columns of a connection; a table goes onto the canvas as a Database Query. */
export function ConnectionTables({ connection }: { readonly connection: string }) {
  const [search, setSearch] = useState('');
  const tables = useQuery(`tables ${connection}`, (signal) => client.connections.tables({ name: connection }, { signal }));
  if (tables.error) return <Notice diagnostic={tables.error} action={<Button onClick={tables.reload}>{texts.common.tryAgain}</Button>} />;
  if (tables.data === null) return <div className="p-3"><Spinner label={texts.data.tables.loading} /></div>;
  if (tables.data.length === 0) return <p className="p-3 text-sm text-muted">{texts.data.tables.none}</p>;
  const wanted = search.toLowerCase();
  const found = tables.data.filter(({ schema, name }) => `${schema}.${name}`.toLowerCase().includes(wanted));
  const schemas = [...new Set(found.map(({ schema }) => schema))];
  return (
    <div className="flex flex-col gap-2 p-3">
      {tables.data.length > 8 ? <SearchInput label={texts.data.tables.search} placeholder={texts.data.tables.search} value={search} onChange={setSearch} className="max-w-80" /> : null}
      {schemas.map((schema) => (
        <section key={schema} aria-label={schema === '' ? texts.data.tables.title : schema}>
          {schema === '' ? null : <h4 className="px-1 pb-1 text-xs font-medium text-muted">{schema}</h4>}
          <ul>
            {found
              .slice(0, shownTables)
              .filter((table) => table.schema === schema)
              .map((table) => (
                <TableRow key={table.name} connection={connection} table={table} />
              ))}
          </ul>
        </section>
      ))}
      {found.length > shownTables ? <p className="px-1 text-xs text-muted">{texts.data.tables.more(formatCount(found.length - shownTables))}</p> : null}
    </div>
  );
}

function TableRow({ connection, table }: { readonly connection: string; readonly table: OutsideTable }) {
  const [open, setOpen] = useState(false);
  return (
    <li data-testid={`outside-table-${table.name}`}>
      <div className="flex h-8 items-center gap-2 rounded-sm px-1 hover:bg-hover">
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex min-w-0 flex-1 items-center gap-1.5 rounded-sm text-left text-sm">
          <ChevronRight size={13} aria-hidden className={cx('shrink-0 text-faint transition-transform duration-120', open && 'rotate-90')} />
          <Table2 size={14} aria-hidden className="shrink-0 text-accent-ink" />
          <span className="truncate">{table.name}</span>
          {table.kind === 'view' ? <span className="text-xs text-faint">{texts.data.tables.view}</span> : null}
        </button>
        <span className="text-xs tabular-nums text-muted" title={texts.data.tables.estimate}>
          {table.rows === null ? '' : texts.common.aboutRows(formatCount(table.rows))}
        </span>
        <Button needs="edit" size="sm" icon={<Plus size={14} />} aria-label={texts.data.tables.useTable(table.name)} onClick={() => useTable(connection, table)}>
          {texts.data.tables.use}
        </Button>
      </div>
      {open ? <Columns connection={connection} table={table} /> : null}
    </li>
  );
}

function Columns({ connection, table }: { readonly connection: string; readonly table: OutsideTable }) {
  const columns = useQuery(`columns ${connection} ${table.schema} ${table.name}`, (signal) => client.connections.columns({ name: connection, schema: table.schema, table: table.name }, { signal }));
  if (columns.error) return <Notice diagnostic={columns.error} action={<Button onClick={columns.reload}>{texts.common.tryAgain}</Button>} />;
  if (columns.data === null) return <div className="px-6 py-1"><Spinner label={texts.data.tables.loadingColumns} /></div>;
  return (
    <ul aria-label={texts.data.tables.columnsOf(table.name)} className="mb-1 ml-3 border-l border-line pl-3">
      {columns.data.map((column) => (
        <li key={column.name} className="flex h-6 items-center gap-2 text-xs" title={column.note}>
          <TypeBadge type={column.type} />
          <span className="truncate text-ink">{column.name}</span>
          <span className="ml-auto truncate font-mono text-faint">{column.sourceType}</span>
        </li>
      ))}
    </ul>
  );
}

function useTable(connection: string, { schema, name }: OutsideTable): void {
  const { document } = usePipeline.getState();
  if (!document) {
    notify({ severity: 'warning', message: texts.common.noPipelineOpen, remedy: texts.common.openPipelineFirst });
    return;
  }
  addTyped('data/database-query', freePlace(document, visibleCentre()), undefined, { connection, schema, table: name });
}

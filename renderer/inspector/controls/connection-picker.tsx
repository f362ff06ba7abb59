import { Table2 } from 'lucide-react';
import { useState } from 'react';
import { databaseTitles } from '#app/sdk/databases.ts';
import { Notice } from '../../results/notice.tsx';
import { useQuery } from '../../results/use-query.ts';
import { client } from '../../rpc/client.ts';
import { Button, FieldMessage, Popover, SearchInput, Select, Spinner } from '../../ui/index.ts';
import { useForm } from '../form-context.ts';
import { texts } from '../../text/texts.ts';

interface ConnectionPickerProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly invalid: boolean;
  readonly onChange: (name: string) => void;
}

/** A connection of the project, and beside it its tables: choosing one fills in schema and table. */
export function ConnectionPicker({ id, label, value, invalid, onChange }: ConnectionPickerProps) {
  const list = useQuery('connections', (signal) => client.connections.list(undefined, { signal }));
  const items = (list.data ?? []).map(({ connection }) => ({ value: connection.name, label: connection.name, hint: databaseTitles[connection.kind] }));
  // A name that the project lacks is still shown as what is chosen.
  const all = value === '' || items.some((item) => item.value === value) ? items : [...items, { value, label: value, hint: texts.inspector.connection.notHere }];
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex gap-1.5">
        <div className="min-w-0 flex-1">
          <Select id={id} label={label} value={value === '' ? null : value} items={all} placeholder={list.data?.length === 0 ? texts.inspector.connection.none : texts.inspector.connection.choose} disabled={all.length === 0} invalid={invalid} onChange={onChange} />
        </div>
        {value === '' ? null : <TablePicker connection={value} />}
      </div>
      {list.error ? <FieldMessage message={list.error.message} remedy={list.error.remedy} /> : null}
      {list.data?.length === 0 ? <p className="text-xs text-muted">{texts.inspector.connection.addOne}</p> : null}
    </div>
  );
}

function TablePicker({ connection }: { readonly connection: string }) {
  const form = useForm();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      label={texts.inspector.connection.tablesOf(connection)}
      open={open}
      onOpenChange={setOpen}
      align="end"
      className="w-80"
      trigger={
        <Button icon={<Table2 size={14} />} aria-label={texts.inspector.connection.tablesOf(connection)}>
          {texts.inspector.connection.tables}
        </Button>
      }
    >
      <Tables
        connection={connection}
        pick={(schema, table) => {
          form.change(['schema'], schema, texts.inspector.connection.schema);
          form.change(['table'], table, texts.common.table);
          setOpen(false);
        }}
      />
    </Popover>
  );
}

const shownTables = 200;

function Tables({ connection, pick }: { readonly connection: string; readonly pick: (schema: string, table: string) => void }) {
  const [search, setSearch] = useState('');
  const tables = useQuery(`tables ${connection}`, (signal) => client.connections.tables({ name: connection }, { signal }));
  if (tables.error) return <Notice diagnostic={tables.error} action={<Button onClick={tables.reload}>{texts.common.tryAgain}</Button>} />;
  if (tables.data === null) return <div className="p-3"><Spinner label={texts.inspector.connection.loading} /></div>;
  const wanted = search.toLowerCase();
  const found = tables.data.filter(({ schema, name }) => `${schema}.${name}`.toLowerCase().includes(wanted));
  return (
    <div className="flex max-h-80 flex-col gap-2 p-2">
      <SearchInput label={texts.inspector.connection.search} placeholder={texts.inspector.connection.search} value={search} onChange={setSearch} autoFocus />
      {found.length === 0 ? <p className="px-1 text-sm text-muted">{texts.inspector.connection.noMatch}</p> : null}
      <ul aria-label={texts.inspector.connection.tablesOf(connection)} className="min-h-0 overflow-auto">
        {found.slice(0, shownTables).map(({ schema, name, kind }) => (
          <li key={`${schema}.${name}`}>
            <button type="button" onClick={() => pick(schema, name)} className="flex h-7 w-full items-center gap-2 rounded-sm px-1.5 text-left text-sm hover:bg-hover">
              <Table2 size={13} aria-hidden className="shrink-0 text-faint" />
              <span className="truncate">{name}</span>
              <span className="ml-auto shrink-0 text-xs text-faint">{kind === 'view' ? texts.inspector.connection.view : schema}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.length > shownTables ? <p className="px-1 text-xs text-muted">{texts.inspector.connection.more(found.length - shownTables)}</p> : null}
    </div>
  );
}

import { ArrowDownAZ, ArrowUpAZ, X } from 'lucide-react';
import { mostTableRows, type BlockOf } from '#app/reports/document.ts';
import { Checkbox, Field, IconButton, Input, Select } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { changeBlock } from './block-edits.ts';
import { useOffers } from './source-fields.tsx';

/** Which table, columns, order and rows. */
export function TableFields({ block, pinned }: { readonly block: BlockOf<'table'>; readonly pinned: Readonly<Record<string, string>> }) {
  const { data } = useOffers(block.source, pinned);
  const { view } = block;
  const rows = (
    <Field label={texts.reports.fields.rows} hint={texts.reports.fields.rowsHint(mostTableRows)}>
      {({ id }) => (
        <Input
          id={id}
          type="number"
          min={1}
          max={mostTableRows}
          value={block.rows}
          onChange={(event) => {
            const count = Math.round(Number(event.target.value));
            if (count >= 1 && count <= mostTableRows) changeBlock(block, { rows: count }, 'rows');
          }}
        />
      )}
    </Field>
  );
  if (view.of === 'value') {
    const tables = (data?.offers ?? []).flatMap((offer) => (offer.type === 'table' ? [offer] : []));
    return (
      <>
        <Field label={texts.common.table}>
          {({ id }) => (
            <Select
              id={id}
              label={texts.common.table}
              value={tables.find(({ title, index }) => title === view.table || (view.table === '' && index === view.index)) ? String(tables.find(({ title }) => title === view.table)?.index ?? view.index) : null}
              onChange={(value) => {
                const found = tables[Number(value)];
                if (found) changeBlock(block, { view: { of: 'value', table: found.title, index: found.index } });
              }}
              items={tables.map(({ title, index }) => ({ value: String(index), label: title || texts.reports.fields.numbered(index + 1) }))}
            />
          )}
        </Field>
        {rows}
      </>
    );
  }
  const known = data?.columns.map(({ name }) => name) ?? [];
  const chosen = view.columns ?? known;
  const set = (fields: Partial<typeof view>, group?: string) => changeBlock(block, { view: { ...view, ...fields } }, group);
  return (
    <>
      <Field label={texts.common.columns} hint={known.length === 0 ? texts.reports.notRunYet : undefined}>
        {() => (
          <ul className="flex max-h-48 flex-col overflow-auto rounded-md border border-line p-1">
            {known.map((name) => (
              <li key={name} className="flex h-6 items-center gap-2 px-1 text-sm">
                <Checkbox
                  label={name}
                  checked={chosen.includes(name)}
                  onChange={(on) => {
                    const next = known.filter((one) => (one === name ? on : chosen.includes(one)));
                    if (next.length > 0) set({ columns: next.length === known.length ? null : next });
                  }}
                />
                <span className="min-w-0 truncate">{name}</span>
              </li>
            ))}
          </ul>
        )}
      </Field>
      <Field label={texts.reports.fields.sort}>
        {({ id }) => (
          <div className="flex flex-col gap-1">
            {view.sort.map(({ column, descending }, place) => (
              <div key={column} className="flex items-center gap-1 text-sm">
                <span className="min-w-0 flex-1 truncate">{column}</span>
                <IconButton label={descending ? texts.reports.fields.descending : texts.reports.fields.ascending} size="sm" onClick={() => set({ sort: view.sort.map((one, index) => (index === place ? { column, descending: !descending } : one)) })}>
                  {descending ? <ArrowDownAZ size={14} /> : <ArrowUpAZ size={14} />}
                </IconButton>
                <IconButton label={texts.common.remove} size="sm" onClick={() => set({ sort: view.sort.filter((_, index) => index !== place) })}>
                  <X size={14} />
                </IconButton>
              </div>
            ))}
            <Select id={id} label={texts.reports.fields.sort} value={null} placeholder={texts.reports.fields.addSort} disabled={view.sort.length >= 5} onChange={(column) => set({ sort: [...view.sort, { column, descending: false }] })} items={known.filter((name) => !view.sort.some(({ column }) => column === name)).map((name) => ({ value: name, label: name }))} />
          </div>
        )}
      </Field>
      <Field label={texts.reports.fields.filter} hint={texts.reports.fields.filterHint}>
        {({ id }) => <Input id={id} mono value={view.filter} onChange={(event) => set({ filter: event.target.value }, 'filter')} />}
      </Field>
      {rows}
    </>
  );
}

import { chartQuery, type ChartQuery } from '#app/sdk/charts.ts';
import { reportPalettes, type BlockOf, type ReportPalette } from '#app/reports/document.ts';
import type { Column } from '#app/relation/types.ts';
import { Field, Input, Select, Switch } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { changeBlock } from './block-edits.ts';
import { useOffers } from './source-fields.tsx';

/** Which chart, and how it looks. */
export function ChartFields({ block, pinned }: { readonly block: BlockOf<'chart'>; readonly pinned: Readonly<Record<string, string>> }) {
  const { data } = useOffers(block.source, pinned);
  const { look, view } = block;
  const setLook = (fields: Partial<typeof look>, group?: string) => {
    const next = { ...look, ...fields };
    if (next.xTitle === '') delete next.xTitle;
    if (next.yTitle === '') delete next.yTitle;
    changeBlock(block, { look: next }, group);
  };
  const charts = (data?.offers ?? []).flatMap((offer) => (offer.type === 'chart' ? [offer] : []));
  return (
    <>
      {data?.kind === 'table' ? (
        <TableChart block={block} columns={data.columns} />
      ) : view.of === 'explanation' ? (
        <p className="text-xs text-muted">{texts.reports.fields.explained}</p>
      ) : (
        <Field label={texts.reports.fields.chart} hint={data !== null && data.kind === null ? texts.reports.notRunYet : undefined}>
          {({ id }) => (
            <Select
              id={id}
              label={texts.reports.fields.chart}
              value={view.of === 'value' ? String(charts.find(({ title }) => title === view.chart)?.index ?? (charts[view.index] ? view.index : '')) || null : null}
              onChange={(value) => {
                const found = charts[Number(value)];
                if (found) changeBlock(block, { view: { of: 'value', chart: found.title, index: found.index } });
              }}
              items={charts.map(({ title, index }) => ({ value: String(index), label: title || texts.reports.fields.numbered(index + 1) }))}
            />
          )}
        </Field>
      )}
      <Field label={texts.reports.fields.xTitle}>{({ id }) => <Input id={id} value={look.xTitle ?? ''} maxLength={200} placeholder={texts.reports.fields.ownTitle} onChange={(event) => setLook({ xTitle: event.target.value }, 'x')} />}</Field>
      <Field label={texts.reports.fields.yTitle}>{({ id }) => <Input id={id} value={look.yTitle ?? ''} maxLength={200} placeholder={texts.reports.fields.ownTitle} onChange={(event) => setLook({ yTitle: event.target.value }, 'y')} />}</Field>
      <Field label={texts.reports.fields.palette} hint={texts.reports.fields.paletteHint}>
        {({ id }) => <Select id={id} label={texts.reports.fields.palette} value={look.palette} onChange={(value) => setLook({ palette: value as ReportPalette })} items={reportPalettes.map((palette) => ({ value: palette, label: texts.reports.palettes[palette] }))} />}
      </Field>
      <Field label={texts.reports.fields.legend} inline>{({ id }) => <Switch id={id} label={texts.reports.fields.legend} checked={look.legend === 'auto'} onChange={(on) => setLook({ legend: on ? 'auto' : 'hidden' })} />}</Field>
    </>
  );
}

const kinds = ['histogram', 'bars', 'box', 'scatter', 'line', 'heatmap'] as const;
type Kind = (typeof kinds)[number];
const isNumber = ({ type }: Column): boolean => type === 'integer' || type === 'float';
const isOrdered = (column: Column): boolean => isNumber(column) || column.type === 'date' || column.type === 'timestamp';

/** A chart of a table's rows: its kind and its columns. */
function TableChart({ block, columns }: { readonly block: BlockOf<'chart'>; readonly columns: readonly Column[] }) {
  const { view } = block;
  const query = view.of === 'table' ? view.query : null;
  const filter = view.of === 'table' ? view.filter : '';
  const set = (next: ChartQuery) => changeBlock(block, { view: { of: 'table', query: next, filter } });
  const possible = kinds.filter((kind) => firstQuery(kind, columns) !== null);
  return (
    <>
      <Field label={texts.reports.fields.kind}>
        {({ id }) => (
          <Select
            id={id}
            label={texts.reports.fields.kind}
            value={query?.kind ?? null}
            onChange={(kind) => {
              const next = firstQuery(kind as Kind, columns);
              if (next) set(next);
            }}
            items={possible.map((kind) => ({ value: kind, label: texts.reports.chartKinds[kind] }))}
          />
        )}
      </Field>
      {query === null ? null : slots(query).map(({ name, value, fits, optional }) => (
        <Field key={name} label={texts.reports.slots[name]}>
          {({ id }) => (
            <Select
              id={id}
              label={texts.reports.slots[name]}
              value={value ?? (optional ? none : null)}
              onChange={(column) => set(withSlot(query, name, column === none ? null : column))}
              items={[...(optional ? [{ value: none, label: texts.common.none }] : []), ...columns.filter(fits).map((column) => ({ value: column.name, label: column.name }))]}
            />
          )}
        </Field>
      ))}
      <Field label={texts.reports.fields.filter} hint={texts.reports.fields.filterHint}>
        {({ id }) => <Input id={id} mono value={filter} onChange={(event) => query && changeBlock(block, { view: { of: 'table', query, filter: event.target.value } }, 'filter')} />}
      </Field>
    </>
  );
}

/** No column has this name. */
const none = '\u0000none';

function firstQuery(kind: Kind, columns: readonly Column[]): ChartQuery | null {
  const numbers = columns.filter(isNumber).map(({ name }) => name);
  const ordered = columns.filter(isOrdered).map(({ name }) => name);
  const [a, b] = numbers;
  const any = columns.find(({ type }) => type === 'string' || type === 'boolean')?.name ?? columns[0]?.name;
  switch (kind) {
    case 'histogram':
      return ordered[0] === undefined ? null : chartQuery({ kind, column: ordered[0] });
    case 'bars':
      return any === undefined ? null : chartQuery({ kind, category: any });
    case 'box':
      return a === undefined ? null : chartQuery({ kind, columns: [a] });
    case 'scatter':
      return a === undefined || b === undefined ? null : chartQuery({ kind, x: a, y: b });
    case 'line': {
      const x = columns.find(({ type }) => type === 'date' || type === 'timestamp')?.name ?? ordered[0];
      const y = numbers.find((name) => name !== x);
      return x === undefined || y === undefined ? null : chartQuery({ kind, x, y: [y] });
    }
    case 'heatmap': {
      const y = columns.find(({ name }) => name !== any)?.name;
      return any === undefined || y === undefined ? null : chartQuery({ kind, x: any, y });
    }
  }
}

type SlotName = 'column' | 'category' | 'x' | 'y' | 'by';
interface Slot {
  readonly name: SlotName;
  readonly value: string | null;
  readonly fits: (column: Column) => boolean;
  readonly optional?: boolean;
}

function slots(query: ChartQuery): readonly Slot[] {
  const all = () => true;
  switch (query.kind) {
    case 'histogram':
      return [{ name: 'column', value: query.column, fits: isOrdered }, { name: 'by', value: query.by, fits: all, optional: true }];
    case 'bars':
      return [{ name: 'category', value: query.category, fits: all }, { name: 'by', value: query.by, fits: all, optional: true }];
    case 'box':
      return [{ name: 'column', value: query.columns[0] ?? null, fits: isNumber }, { name: 'by', value: query.by, fits: all, optional: true }];
    case 'scatter':
      return [{ name: 'x', value: query.x, fits: isOrdered }, { name: 'y', value: query.y, fits: isOrdered }, { name: 'by', value: query.colour, fits: all, optional: true }];
    case 'line':
      return [{ name: 'x', value: query.x, fits: isOrdered }, { name: 'y', value: query.y[0] ?? null, fits: isNumber }, { name: 'by', value: query.by, fits: all, optional: true }];
    case 'heatmap':
      return [{ name: 'x', value: query.x, fits: all }, { name: 'y', value: query.y, fits: all }];
  }
}

function withSlot(query: ChartQuery, slot: SlotName, column: string | null): ChartQuery {
  if (slot === 'by') return query.kind === 'scatter' ? { ...query, colour: column } : query.kind === 'heatmap' ? query : { ...query, by: column };
  if (column === null) return query;
  switch (query.kind) {
    case 'histogram':
      return { ...query, column };
    case 'bars':
      return { ...query, category: column };
    case 'box':
      return { ...query, columns: [column] };
    case 'line':
      return slot === 'x' ? { ...query, x: column } : { ...query, y: [column] };
    case 'scatter':
    case 'heatmap':
      return slot === 'x' ? { ...query, x: column } : { ...query, y: column };
  }
}

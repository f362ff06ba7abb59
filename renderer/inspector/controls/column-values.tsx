import { ArrowDown, ArrowUp, ListPlus, TriangleAlert, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatCount } from '#app/core/units.ts';
import { useQuery } from '../../results/use-query.ts';
import { client } from '../../rpc/client.ts';
import { engineSubject } from '../../state/level.ts';
import { usePipeline } from '../../state/pipeline.ts';
import { Button, Checkbox, FieldMessage, IconButton, Input, Popover, SearchInput, Spinner, cx } from '../../ui/index.ts';
import { useForm } from '../form-context.ts';
import { texts } from '../../text/texts.ts';

interface ColumnValuesProps {
  readonly id: string;
  readonly label: string;
  readonly values: readonly string[];
  /** Param of the node that holds the column, and the input port that it is a column of (default: the first). */
  readonly of: string | undefined;
  readonly from: string | undefined;
  readonly invalid: boolean;
  readonly onChange: (values: readonly string[]) => void;
}

/** Values of a column, in an order: picked from the data with their counts, or typed. */
export function ColumnValues({ id, label, values, of, from, invalid, onChange }: ColumnValuesProps) {
  const [draft, setDraft] = useState('');
  const source = useSource(of, from);
  const add = (text: string) => {
    if (text !== '' && !values.includes(text)) onChange([...values, text]);
    setDraft('');
  };
  const move = (at: number, to: number) => {
    const next = [...values];
    const [moved] = next.splice(at, 1);
    if (moved !== undefined) next.splice(to, 0, moved);
    onChange(next);
  };
  return (
    <div className="flex flex-col gap-1.5">
      {values.length > 0 ? (
        <ol aria-label={label} className={cx('max-h-56 overflow-auto rounded-md border p-1', invalid ? 'border-bad' : 'border-line-control')}>
          {values.map((value, index) => (
            <li key={value} className="group flex h-7 items-center gap-1 rounded-sm pl-2 hover:bg-hover">
              <span className="min-w-0 flex-1 truncate font-mono text-xs" title={value}>
                {value === '' ? texts.inspector.lists.empty : value}
              </span>
              <IconButton size="sm" label={texts.inspector.values.up(value)} disabled={index === 0} onClick={() => move(index, index - 1)}>
                <ArrowUp size={13} />
              </IconButton>
              <IconButton size="sm" label={texts.inspector.values.down(value)} disabled={index === values.length - 1} onClick={() => move(index, index + 1)}>
                <ArrowDown size={13} />
              </IconButton>
              <IconButton size="sm" label={texts.inspector.lists.remove(value)} onClick={() => onChange(values.filter((other) => other !== value))}>
                <X size={13} />
              </IconButton>
            </li>
          ))}
        </ol>
      ) : null}
      <div className="flex gap-1.5">
        <Input
          id={id}
          value={draft}
          placeholder={values.length === 0 ? texts.inspector.values.allOr : texts.inspector.lists.value}
          invalid={invalid && values.length === 0}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={() => add(draft)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') add(draft);
          }}
        />
        {source === null ? null : <FromData label={label} source={source} values={values} onChange={onChange} />}
        {values.length > 1 ? (
          <Button size="sm" onClick={() => onChange([])} aria-label={texts.inspector.values.removeAll(label)}>
            {texts.common.clear}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

interface Source {
  readonly nodeId: string;
  readonly port: string;
  readonly column: string;
}

/** Where the column comes from; null while the input or the column is not chosen. */
function useSource(of: string | undefined, from: string | undefined): Source | null {
  const { nodeId } = useForm();
  const document = usePipeline((store) => store.document);
  const column = document?.nodes.find((node) => node.id === nodeId)?.params[of ?? ''];
  const edge = document?.edges.find(({ to }) => to.node === nodeId && (from === undefined || to.port === from));
  if (edge === undefined || typeof column !== 'string' || column === '') return null;
  return { nodeId: edge.from.node, port: edge.from.port, column };
}

/** Values offered at once; the rest is found by searching. */
const shown = 200;
/** Quiet time after the last key before the engine is asked, in ms. */
const pause = 200;

function FromData({ label, source, values, onChange }: { readonly label: string; readonly source: Source; readonly values: readonly string[]; readonly onChange: (values: readonly string[]) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      label={texts.inspector.values.chooseFrom(label)}
      open={open}
      onOpenChange={setOpen}
      align="end"
      className="w-80"
      trigger={
        <Button size="sm" icon={<ListPlus size={14} />} aria-label={texts.inspector.values.chooseFrom(label)}>
          {texts.common.choose}
        </Button>
      }
    >
      {open ? <Offered source={source} values={values} onChange={onChange} /> : null}
    </Popover>
  );
}

function Offered({ source, values, onChange }: { readonly source: Source; readonly values: readonly string[]; readonly onChange: (values: readonly string[]) => void }) {
  const [typed, setTyped] = useState('');
  const [search, setSearch] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed), pause);
    return () => clearTimeout(timer);
  }, [typed]);
  const { data, error, loading, reload } = useQuery(JSON.stringify([source, search]), async (signal) => {
    const subject = engineSubject(source.nodeId, source.port);
    return subject === null ? { values: [], distinct: 0 } : client.values.list({ ...source, ...subject, search, limit: shown }, { signal });
  });
  const chosen = new Set(values);
  const found = data?.values ?? [];
  const all = found.length > 0 && found.every(({ value }) => chosen.has(value));
  const toggle = (value: string) => onChange(chosen.has(value) ? values.filter((other) => other !== value) : [...values, value]);
  return (
    <div className="flex max-h-96 flex-col">
      <div className="flex items-center gap-2 border-b border-line p-1.5">
        <Checkbox
          checked={all}
          label={texts.inspector.values.allShown}
          onChange={(next) => onChange(next ? [...values, ...found.flatMap(({ value }) => (chosen.has(value) ? [] : [value]))] : values.filter((value) => !found.some((one) => one.value === value)))}
        />
        <SearchInput autoFocus className="flex-1" label={texts.inspector.values.search} placeholder={texts.inspector.values.searchOf(source.column)} value={typed} onChange={setTyped} />
      </div>
      {error ? (
        <div className="flex flex-col gap-2 p-3">
          <span className="flex gap-1.5 text-xs">
            <TriangleAlert size={13} className="mt-0.5 shrink-0 text-warn-ink" />
            <FieldMessage message={error.message} remedy={error.remedy} severity="info" />
          </span>
          <Button size="sm" onClick={reload} className="self-start">
            {texts.common.tryAgain}
          </Button>
        </div>
      ) : data === null ? (
        <div className="p-4">
          <Spinner label={texts.inspector.values.counting} />
        </div>
      ) : (
        <>
          <ul aria-label={texts.inspector.values.of(source.column)} className={cx('min-h-0 flex-1 overflow-auto p-1', loading && 'opacity-60')}>
            {found.map(({ value, count }) => (
              <li key={value}>
                <label className="flex h-7 items-center gap-2 rounded-sm px-1.5 hover:bg-hover">
                  <Checkbox checked={chosen.has(value)} label={value === '' ? texts.inspector.lists.empty : value} onChange={() => toggle(value)} />
                  <span className="min-w-0 flex-1 truncate font-mono text-xs" title={value}>
                    {value === '' ? texts.inspector.lists.empty : value}
                  </span>
                  <span className="shrink-0 text-xs tabular-nums text-faint">{formatCount(count)}</span>
                </label>
              </li>
            ))}
            {found.length === 0 ? <li className="px-2 py-4 text-center text-xs text-muted">{search === '' ? texts.inspector.values.none : texts.inspector.values.noMatch(search)}</li> : null}
          </ul>
          <p className="border-t border-line px-2.5 py-1.5 text-xs text-faint">
            {data.distinct > found.length ? texts.inspector.values.most(formatCount(found.length), formatCount(data.distinct)) : texts.inspector.values.all(formatCount(data.distinct), data.distinct === 1)}
          </p>
        </>
      )}
    </div>
  );
}

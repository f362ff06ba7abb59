import { ArrowDown, ArrowUp, Plus, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton, Input, Menu } from '../ui/index.ts';
import { discriminated, emptyValue, fieldsOf, words, type JsonSchema, type Path } from './form-model.ts';
import { ParamField } from './param-field.tsx';
import { texts } from '../text/texts.ts';

type Values = Readonly<Record<string, unknown>>;

interface RowsEditorProps {
  readonly schema: JsonSchema;
  readonly rows: readonly Values[];
  readonly path: Path;
  readonly title: string;
  readonly change: (rows: readonly unknown[]) => void;
}

/** A list of small forms: formulas, measures, sort keys, recipe steps. Add, remove, reorder. */
export function RowsEditor({ schema, rows, path, title, change }: RowsEditorProps) {
  const item = schema.items ?? {};
  const options = discriminated(item);
  const full = schema.maxItems !== undefined && rows.length >= schema.maxItems;
  const swap = (from: number, to: number) => {
    const next = [...rows];
    const [moved] = next.splice(from, 1);
    if (moved) next.splice(to, 0, moved);
    change(next);
  };
  const label = (key: string): string => options?.variants.get(key)?.properties?.[options.key]?.labels?.[key] ?? options?.variants.get(key)?.title ?? item.labels?.[key] ?? words(key);
  return (
    <div className="flex flex-col gap-2">
      {rows.length > 0 ? (
        <ol className="flex flex-col gap-2">
          {rows.map((row, index) => {
            const variant = options ? options.variants.get(String(row[options.key])) : item;
            const fields = variant ? fieldsOf(variant, row) : [];
            return (
              <li key={index} className="group rounded-md border border-line bg-surface">
                <div className="flex h-7 items-center border-b border-line pl-2 pr-0.5 text-xs text-muted">
                  <span className="min-w-0 flex-1 truncate font-medium">{options ? label(String(row[options.key])) : `${index + 1}`}</span>
                  <IconButton size="sm" label={texts.common.moveUp} disabled={index === 0} onClick={() => swap(index, index - 1)}>
                    <ArrowUp size={13} />
                  </IconButton>
                  <IconButton size="sm" label={texts.common.moveDown} disabled={index === rows.length - 1} onClick={() => swap(index, index + 1)}>
                    <ArrowDown size={13} />
                  </IconButton>
                  <IconButton size="sm" label={texts.common.remove} onClick={() => change(rows.filter((_, other) => other !== index))}>
                    <Trash2 size={13} />
                  </IconButton>
                </div>
                <div className="flex flex-col gap-2.5 p-2.5">
                  {fields.map((field) => (
                    <ParamField key={field.name} field={index === 0 || options ? field : { ...field, description: undefined }} value={row[field.name] ?? (field.nullable ? null : field.schema.default)} path={[...path, index, field.name]} />
                  ))}
                </div>
              </li>
            );
          })}
        </ol>
      ) : null}
      {options ? (
        <Menu
          trigger={
            <Button size="sm" icon={<Plus size={13} />} disabled={full} className="self-start">
              {texts.inspector.lists.addStep}
            </Button>
          }
          items={[...options.variants.keys()].map((key) => ({ id: key, label: label(key), onSelect: () => change([...rows, emptyValue(options.variants.get(key) ?? {})]) }))}
        />
      ) : (
        <Button size="sm" icon={<Plus size={13} />} disabled={full} className="self-start" aria-label={texts.inspector.lists.addTo(title)} onClick={() => change([...rows, emptyValue(item)])}>
          {texts.common.add}
        </Button>
      )}
    </div>
  );
}

interface ListEditorProps {
  readonly values: readonly unknown[];
  readonly numeric: boolean;
  readonly title: string;
  readonly change: (values: readonly unknown[]) => void;
}

/** A list of plain values as chips: type and press Enter or comma. */
export function ListEditor({ values, numeric, title, change }: ListEditorProps) {
  const [draft, setDraft] = useState('');
  const add = (text: string) => {
    const parts = text.split(',').map((part) => part.trim()).filter(Boolean);
    const next = numeric ? parts.map(Number).filter(Number.isFinite) : parts;
    if (next.length > 0) change([...values, ...next]);
    setDraft('');
  };
  return (
    <div className="flex flex-col gap-1.5">
      {values.length > 0 ? (
        <ul className="flex flex-wrap gap-1">
          {values.map((value, index) => (
            <li key={index} className="flex h-6 items-center gap-1 rounded-sm bg-active pl-2 pr-1 font-mono text-xs">
              {String(value) === '' ? texts.inspector.lists.empty : String(value)}
              <button type="button" aria-label={texts.inspector.lists.remove(String(value))} onClick={() => change(values.filter((_, other) => other !== index))} className="rounded-sm p-0.5 text-faint hover:bg-active hover:text-ink">
                <X size={11} />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <Input
        aria-label={texts.inspector.lists.addTo(title)}
        value={draft}
        placeholder={numeric ? texts.inspector.lists.number : texts.inspector.lists.value}
        onChange={(event) => (event.target.value.endsWith(',') ? add(event.target.value) : setDraft(event.target.value))}
        onBlur={() => add(draft)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') add(draft);
          if (event.key === 'Backspace' && draft === '') change(values.slice(0, -1));
        }}
      />
    </div>
  );
}

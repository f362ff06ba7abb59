import { SlidersHorizontal } from 'lucide-react';
import { lazy, Suspense, useMemo, type ReactNode } from 'react';
import { usePipeline } from '../state/pipeline.ts';
import { FixButton } from '../results/problems/fix-button.tsx';
import { Badge, Field, IconButton, Input, Segmented, Select, Switch, TextArea } from '../ui/index.ts';
import { GridEditor } from './controls/grid-editor.tsx';
import { ColumnParam, ColumnsPicker } from './column-picker.tsx';
import { FeaturePicker } from './controls/feature-picker.tsx';
import { ConnectionPicker } from './controls/connection-picker.tsx';
import { ExpressionPreview } from './expression-preview.tsx';
import { ColumnValues } from './controls/column-values.tsx';
import { OptionChecks } from './controls/option-checks.tsx';
import { FilePicker } from './file-picker.tsx';
import { CsvDialectControl } from './controls/csv-dialect.tsx';
import { diagnosticsAt, useForm } from './form-context.ts';
import { discriminated, emptyValue, fieldsOf, words, type FieldSpec, type JsonSchema, type Path } from './form-model.ts';
import { NumberInput, SliderInput } from './number-input.tsx';
import { ListEditor, RowsEditor } from './rows-editor.tsx';
import { texts } from '../text/texts.ts';

const CodeEditor = lazy(() => import('./controls/code-editor.tsx').then((module) => ({ default: module.CodeEditor })));
const SqlEditor = lazy(() => import('./controls/sql-editor.tsx').then((module) => ({ default: module.SqlEditor })));
const ExpressionEditor = lazy(() => import('./expression-editor.tsx').then((module) => ({ default: module.ExpressionEditor })));

type Values = Readonly<Record<string, unknown>>;

interface FieldsProps {
  readonly schema: JsonSchema;
  readonly values: Values;
  readonly path: Path;
}

/** All fields of an object. */
export function ParamFields({ schema, values, path }: FieldsProps) {
  return fieldsOf(schema, values).map((field) => (
    <ParamField key={field.name} field={field} value={values[field.name] ?? (field.nullable ? null : field.schema.default)} path={[...path, field.name]} />
  ));
}

interface ParamFieldProps {
  readonly field: FieldSpec;
  readonly value: unknown;
  readonly path: Path;
  /** Leaves the label out where the place says it (rows of a small table). */
  readonly bare?: boolean;
}

const withParts = new Set(['rows', 'csv-dialect', 'object', 'choice', 'list']);

export function ParamField({ field, value, path, bare = false }: ParamFieldProps) {
  const form = useForm();
  const errors = diagnosticsAt(form.diagnostics, path, withParts.has(field.control));
  const testId = path.length === 1 ? `param-${field.name}` : `param-${path.join('.')}`;
  const change = (next: unknown) => form.change(path, next, field.title);

  if (field.control === 'object') {
    return (
      <fieldset data-testid={testId} className="flex flex-col gap-3 rounded-md border border-line p-3">
        <legend className="px-1 text-xs font-medium text-muted">{field.title}</legend>
        <ParamFields schema={field.schema} values={(value ?? {}) as Values} path={path} />
      </fieldset>
    );
  }
  const inline = field.control === 'switch';
  const count = field.control === 'columns' && Array.isArray(value) ? <Badge>{value.length}</Badge> : undefined;
  return (
    <Field label={bare ? <span className="sr-only">{field.title}</span> : field.title} hint={bare ? undefined : field.description} errors={errors.map((error) => ({ ...error, action: <FixButton finding={error} wraps /> }))} testId={testId} inline={inline} trailing={bare ? undefined : <Trailing field={field} path={path} count={count} />}>
      {({ id }) => <FieldControl field={field} value={value} path={path} id={id} invalid={errors.some((item) => item.severity === 'error')} change={change} />}
    </Field>
  );
}

/** How many there are, and the way of a param to the outside of the subflow that it is in. */
function Trailing({ field, path, count }: { readonly field: FieldSpec; readonly path: Path; readonly count: ReactNode }) {
  const { outside } = useForm();
  if (outside === undefined || path.length !== 1) return count;
  const shown = outside.isShown(field.name);
  return (
    <span className="flex items-center gap-1">
      {count}
      <IconButton size="sm" label={shown ? texts.inspector.subflow.hide : texts.inspector.subflow.show} pressed={shown} tooltipSide="left" data-testid={`expose-${field.name}`} onClick={() => outside.toggle(field.name, field.title)}>
        <SlidersHorizontal size={12} />
      </IconButton>
    </span>
  );
}

interface ControlProps {
  readonly field: FieldSpec;
  readonly value: unknown;
  readonly path: Path;
  readonly id: string;
  readonly invalid: boolean;
  readonly change: (value: unknown) => void;
}

function FieldControl({ field, value, path, id, invalid, change }: ControlProps) {
  const { schema, title, nullable } = field;
  const form = useForm();
  const earlier = useEarlier(form.nodeId, path, schema.seesEarlier === true);
  switch (field.control) {
    case 'switch':
      return <Switch id={id} checked={value === true} onChange={change} label={title} />;
    case 'number':
      return <NumberInput id={id} value={typeof value === 'number' ? value : null} nullable={nullable} schema={schema} onChange={change} label={title} />;
    case 'slider':
      return <SliderInput id={id} value={typeof value === 'number' ? value : (schema.minimum ?? schema.min ?? 0)} schema={schema} onChange={change} label={title} />;
    case 'select':
      return <EnumControl field={field} value={value} id={id} invalid={invalid} change={change} />;
    case 'column':
      return <ColumnParam id={id} field={field} value={value} columns={form.columns(schema.from)} invalid={invalid} change={change} />;
    case 'columns':
      return <ColumnsPicker id={id} label={title} value={Array.isArray(value) ? (value as string[]) : null} nullable={nullable} columns={form.columns(schema.from)} types={schema.types} invalid={invalid} onChange={change} />;
    case 'expression':
      return (
        <Suspense fallback={<div className="h-16 rounded-md border border-line-control bg-surface" />}>
          <ExpressionEditor
            id={id}
            label={title}
            value={typeof value === 'string' ? value : ''}
            columns={[...(form.columns(schema.from) ?? []), ...earlier.map(({ name }) => ({ name, type: 'string' as const }))]}
            diagnostics={diagnosticsAt(form.diagnostics, path, false)}
            placeholder={schema.placeholder ?? 'income > 30000 and city is not null'}
            onChange={change}
          />
          <ExpressionPreview nodeId={form.nodeId} from={schema.from ?? null} text={typeof value === 'string' ? value : ''} earlier={earlier} />
        </Suspense>
      );
    case 'file':
    case 'folder':
      return <FilePicker id={id} label={title} value={typeof value === 'string' ? value : ''} folder={field.control === 'folder'} extensions={schema.extensions ?? []} invalid={invalid} onChange={change} />;
    case 'textarea':
      return <TextArea id={id} value={typeof value === 'string' ? value : ''} placeholder={schema.placeholder} invalid={invalid} onChange={(event) => change(event.target.value)} />;
    case 'rows':
      return <RowsEditor schema={schema} rows={Array.isArray(value) ? (value as Values[]) : []} path={path} title={title} change={change} />;
    case 'csv-dialect':
      return <CsvDialectControl title={title} schema={schema} rows={Array.isArray(value) ? (value as Values[]) : []} path={path} change={change} />;
    case 'list':
      if (schema.items?.enum) return <OptionChecks id={id} title={title} options={schema.items.enum} labels={schema.labels ?? {}} values={Array.isArray(value) ? (value as unknown[]) : []} change={change} />;
      return <ListEditor values={Array.isArray(value) ? (value as unknown[]) : []} numeric={schema.items?.type === 'number' || schema.items?.type === 'integer'} title={title} change={change} />;
    case 'grid':
      return <GridEditor id={id} title={title} value={value} change={change} />;
    case 'choice':
      return <ChoiceControl schema={schema} value={(value ?? {}) as Values} path={path} id={id} title={title} change={change} />;
    case 'sql':
      return (
        <Suspense fallback={<div className="h-40 rounded-md border border-line-control bg-surface" />}>
          <SqlEditor id={id} label={title} value={typeof value === 'string' ? value : ''} port={schema.from ?? 'tables'} diagnostics={diagnosticsAt(form.diagnostics, path, false)} onChange={change} />
        </Suspense>
      );
    case 'column-values':
      return <ColumnValues id={id} label={title} values={Array.isArray(value) ? value.map(String) : []} of={schema.of} from={schema.from} invalid={invalid} onChange={change} />;
    case 'connection':
      return <ConnectionPicker id={id} label={title} value={typeof value === 'string' ? value : ''} invalid={invalid} onChange={change} />;
    case 'feature':
      return <FeaturePicker id={id} label={title} value={typeof value === 'string' ? value : ''} invalid={invalid} onChange={change} />;
    case 'javascript':
    case 'python':
      return (
        <Suspense fallback={<div className="h-40 rounded-md border border-line-control bg-surface" />}>
          <CodeEditor id={id} label={title} language={field.control} value={typeof value === 'string' ? value : ''} columns={form.columns(schema.from) ?? []} diagnostics={diagnosticsAt(form.diagnostics, path, false)} path={path} onChange={change} />
        </Suspense>
      );
    case 'json':
    case 'text':
    case 'object':
      return (
        <Input
          id={id}
          value={typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value)}
          placeholder={schema.placeholder}
          unit={schema.unit}
          invalid={invalid}
          onChange={(event) => change(event.target.value === '' && nullable ? null : event.target.value)}
        />
      );
  }
}

/** Columns that the rows before this one in the same list make. */
function useEarlier(nodeId: string, path: Path, wanted: boolean): readonly { readonly name: string; readonly expression: string }[] {
  const [list, index, member] = path;
  const rows = usePipeline((store) => (wanted && typeof list === 'string' ? store.document?.nodes.find((node) => node.id === nodeId)?.params[list] : undefined));
  return useMemo(() => {
    if (!Array.isArray(rows) || typeof index !== 'number' || typeof member !== 'string') return noColumns;
    return (rows.slice(0, index) as Values[]).flatMap((row) => (typeof row['name'] === 'string' && typeof row[member] === 'string' ? [{ name: row['name'], expression: row[member] }] : []));
  }, [rows, index, member]);
}

const noColumns: readonly never[] = [];

function EnumControl({ field, value, id, invalid, change }: Omit<ControlProps, 'path'>) {
  const { schema, title, nullable } = field;
  const values = schema.enum ?? [];
  const items = values.map((option) => ({ value: String(option), label: sentenceCase(schema.labels?.[String(option)] ?? words(String(option))) }));
  const typed = (text: string) => values.find((option) => String(option) === text) ?? (text === none ? null : text);
  const all = nullable ? [{ value: none, label: schema.placeholder ?? texts.common.none }, ...items] : items;
  const shown = value === null || value === undefined ? (nullable ? none : null) : String(value);
  const length = all.reduce((sum, item) => sum + item.label.length, 0);
  if (all.length <= 4 && length <= 26) return <Segmented label={title} value={shown} items={all} onChange={(next) => change(typed(next))} />;
  return <Select id={id} label={title} value={shown} items={all} invalid={invalid} onChange={(next) => change(typed(next))} />;
}

const none = '__noColumns_';

/** Labels read as sentences elsewhere ("missing numbers become the median"); as choices they begin with a capital, names like tanh excepted. */
const sentenceCase = (label: string): string => (/^[a-z]+ /.test(label) ? label.charAt(0).toUpperCase() + label.slice(1) : label);

/** One of several shapes (`by: all-numeric | names`): which, then its fields. */
function ChoiceControl({ schema, value, path, id, title, change }: { readonly schema: JsonSchema; readonly value: Values; readonly path: Path; readonly id: string; readonly title: string; readonly change: (value: unknown) => void }) {
  const options = discriminated(schema);
  if (!options) return null;
  const chosen = String(value[options.key] ?? [...options.variants.keys()][0] ?? '');
  const variant = options.variants.get(chosen);
  const items = [...options.variants].map(([key, option]) => ({ value: key, label: schema.labels?.[key] ?? option.properties?.[options.key]?.labels?.[key] ?? option.title ?? words(key) }));
  return (
    <div className="flex flex-col gap-2">
      <Select id={id} label={title} value={chosen} items={items} onChange={(next) => change(emptyValue(options.variants.get(next) ?? {}))} />
      {variant ? fieldsOf(variant, value).map((field) => <ParamField key={field.name} field={field} value={value[field.name] ?? field.schema.default} path={[...path, field.name]} bare={field.control === 'columns' || field.control === 'column'} />) : null}
    </div>
  );
}

import { TableProperties } from 'lucide-react';
import { useState } from 'react';
import { csvReadingParams, type CsvReadingParams } from '#app/sdk/csv-params.ts';
import type { CsvPreviewAnswer } from '#app/protocol/sections/csv.ts';
import { useQuery } from '../../results/use-query.ts';
import { client } from '../../rpc/client.ts';
import { usePipeline } from '../../state/pipeline.ts';
import { Button, Dialog, FieldMessage } from '../../ui/index.ts';
import { useForm } from '../form-context.ts';
import type { JsonSchema, Path } from '../form-model.ts';
import { RowsEditor } from '../rows-editor.tsx';
import { CsvDialectForm } from './csv-dialect-form.tsx';
import { CsvDialectTable } from './csv-dialect-table.tsx';

interface CsvDialectControlProps {
  readonly title: string;
  readonly schema: JsonSchema;
  readonly path: Path;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly change: (rows: readonly unknown[]) => void;
}

/** What was found in the file in one line, a dialog that corrects it over a live preview, and the corrected columns as a list. */
export function CsvDialectControl({ title, schema, path, rows, change }: CsvDialectControlProps) {
  const form = useForm();
  const [open, setOpen] = useState(false);
  const stored = usePipeline((store) => store.document?.nodes.find((node) => node.id === form.nodeId)?.params);
  const parsed = csvReadingParams.safeParse(stored ?? {});
  const file = typeof stored?.path === 'string' ? stored.path : '';
  const params = parsed.success ? parsed.data : null;
  const key = file === '' || params === null ? null : JSON.stringify([file, params]);
  const preview = useQuery(key, (signal) => client.csv.preview({ path: file, params: params ?? {}, limit: 20 }, { signal }));
  // While a correction is looked at, the table before it stays.
  const [last, setLast] = useState<{ file: string; data: CsvPreviewAnswer } | null>(null);
  if (preview.data !== null && last?.data !== preview.data) setLast({ file, data: preview.data });
  const shown = preview.data ?? (preview.error === null && last?.file === file ? last.data : null);
  const set = (name: string, value: unknown, label: string) => form.change([...path.slice(0, -1), name], value, label);
  return (
    <div className="flex flex-col gap-2">
      {shown === null ? null : <p className="text-xs text-muted">{foundLine(shown)}</p>}
      <Button size="sm" className="self-start" icon={<TableProperties size={13} />} disabled={file === ''} onClick={() => setOpen(true)}>
        Preview and correct…
      </Button>
      <RowsEditor schema={schema} rows={rows} path={path} title={title} change={change} />
      <Dialog open={open} onOpenChange={setOpen} size="lg" title="Preview and correct" description={file} footer={<Button variant="primary" onClick={() => setOpen(false)}>Done</Button>}>
        <div className="flex flex-col gap-4">
          {params === null ? <FieldMessage message="A setting of this reader is not valid." remedy="Correct it among the parameters first." /> : <CsvDialectForm params={params} found={shown?.dialect ?? null} set={set} />}
          {preview.error ? <FieldMessage message={preview.error.message} remedy={preview.error.remedy} /> : null}
          {shown?.notes.map((note) => <FieldMessage key={note.message} message={note.message} severity={note.severity} />)}
          {shown === null || params === null ? null : <CsvDialectTable preview={shown} busy={preview.loading} types={params.types} change={(types: CsvReadingParams['types']) => change(types)} />}
        </div>
      </Dialog>
    </div>
  );
}

const delimiterNames: Readonly<Record<string, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars', ' ': 'spaces' };

function foundLine({ dialect, columnCount }: CsvPreviewAnswer): string {
  const parts = [
    `${columnCount} ${columnCount === 1 ? 'column' : 'columns'} between ${delimiterNames[dialect.delimiter] ?? `“${dialect.delimiter}”`}`,
    dialect.header ? 'names in the first row' : 'no header',
    { 'utf-8': 'UTF-8', 'utf-16': 'UTF-16', 'latin-1': 'Latin-1' }[dialect.encoding],
    ...(dialect.decimal === ',' ? ['decimal comma'] : []),
    ...(dialect.skipLines > 0 ? [`${dialect.skipLines} skipped`] : []),
  ];
  return parts.join(' · ');
}

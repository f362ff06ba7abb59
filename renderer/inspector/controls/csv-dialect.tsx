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
import { texts } from '../../text/texts.ts';

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
        {texts.inspector.csv.correct}
      </Button>
      <RowsEditor schema={schema} rows={rows} path={path} title={title} change={change} />
      <Dialog open={open} onOpenChange={setOpen} size="lg" title={texts.inspector.csv.correctTitle} description={file} footer={<Button variant="primary" onClick={() => setOpen(false)}>{texts.common.done}</Button>}>
        <div className="flex flex-col gap-4">
          {params === null ? <FieldMessage message={texts.inspector.csv.notValid} remedy={texts.inspector.csv.correctFirst} /> : <CsvDialectForm params={params} found={shown?.dialect ?? null} set={set} />}
          {preview.error ? <FieldMessage message={preview.error.message} remedy={preview.error.remedy} /> : null}
          {shown?.notes.map((note) => <FieldMessage key={note.message} message={note.message} severity={note.severity} />)}
          {shown === null || params === null ? null : <CsvDialectTable preview={shown} busy={preview.loading} types={params.types} change={(types: CsvReadingParams['types']) => change(types)} />}
        </div>
      </Dialog>
    </div>
  );
}

const delimiterNames: Readonly<Record<string, string>> = { ',': texts.inspector.csv.between.commas, ';': texts.inspector.csv.between.semicolons, '\t': texts.inspector.csv.between.tabs, '|': texts.inspector.csv.between.bars, ' ': texts.inspector.csv.between.spaces };

function foundLine({ dialect, columnCount }: CsvPreviewAnswer): string {
  const parts = [
    texts.inspector.csv.columnsBetween(columnCount, delimiterNames[dialect.delimiter] ?? texts.inspector.csv.quoted(dialect.delimiter)),
    dialect.header ? texts.inspector.csv.namesFirst : texts.inspector.csv.noHeader,
    { 'utf-8': 'UTF-8', 'utf-16': 'UTF-16', 'latin-1': 'Latin-1' }[dialect.encoding],
    ...(dialect.decimal === ',' ? [texts.inspector.csv.decimalComma] : []),
    ...(dialect.skipLines > 0 ? [texts.inspector.csv.skipped(dialect.skipLines)] : []),
  ];
  return parts.join(' · ');
}

import { useState } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { FilePicker } from '../inspector/file-picker.tsx';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf, isGivenUp, type EngineClient } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { Button, Checkbox, Dialog, Field, Input, Select, Spinner, TextArea } from '../ui/index.ts';
import { openModel, registryChanged } from './models-store.ts';
import { useWork } from './use-work.ts';
import { texts } from '../text/texts.ts';

type Inspected = Awaited<ReturnType<EngineClient['registry']['inspect']>>;

/** An ONNX file from elsewhere: says what it is as soon as it is chosen, asks what it does not say of itself. */
export function ImportDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return open ? <Import onClose={onClose} /> : null;
}

const automatic = ' ';

function Import({ onClose }: { readonly onClose: () => void }) {
  const words = texts.registry.importDialog;
  const [path, setPath] = useState('');
  const [name, setName] = useState<string | null>(null);
  const [rows, setRows] = useState('');
  const [note, setNote] = useState('');
  const [target, setTarget] = useState('');
  const [columns, setColumns] = useState<Readonly<Record<string, string>>>({});
  const [output, setOutput] = useState('');
  const [classes, setClasses] = useState('');
  const [logits, setLogits] = useState(false);
  const [failure, setFailure] = useState<Diagnostic | null>(null);
  const work = useWork();
  const isFile = /\.onnx$/i.test(path.trim());
  const inspected = useQuery(isFile ? `inspect ${path.trim()}` : null, (signal) => client.registry.inspect({ path: path.trim() }, { signal }));
  const file = inspected.data;
  const proposed = (path.split(/[/\\]/).at(-1) ?? '').replace(/\.onnx$/i, '').replaceAll(/[^A-Za-z0-9_-]+/g, '-').replace(/^[-_]+/, '').slice(0, 63);
  const chosenName = name ?? proposed;

  const run = () =>
    work.run(async (signal) => {
      setFailure(null);
      try {
        const inputs = Object.entries(columns).flatMap(([input, list]) => (list.trim() === '' ? [] : [{ input, columns: list }]));
        const made = await client.registry.import(
          { path: path.trim(), name: chosenName, note: note.trim(), rows: rows.trim() === '' ? null : rows.trim(), params: { target: target.trim(), inputs, predicts: 'auto', output, scores: logits ? 'logits' : 'probabilities', classes } },
          { signal },
        );
        for (const warning of made.warnings) notify(warning);
        notify({ severity: 'info', message: made.isNew ? words.done(made.name, made.version) : words.already(made.name, made.version) });
        registryChanged();
        openModel(made.name, made.version);
        onClose();
      } catch (error) {
        if (!signal.aborted && !isGivenUp(error)) setFailure(diagnosticOf(error));
      }
    });

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (open) return;
        work.stop();
        onClose();
      }}
      title={words.title}
      description={words.what}
      footer={
        <>
          <Button onClick={() => (work.busy ? work.stop() : onClose())}>{texts.common.cancel}</Button>
          <Button needs="operate" variant="primary" busy={work.busy} disabled={file === null || chosenName === ''} data-testid="import-go" onClick={() => void run()}>
            {words.go}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label={words.file} hint={file ? words.found(formatCount(file.operators), file.producer) : undefined}>{({ id }) => <FilePicker id={id} label={words.file} value={path} folder={false} extensions={['onnx']} invalid={inspected.error !== null} onChange={setPath} />}</Field>
        {inspected.loading && isFile ? <Spinner label={words.reading} /> : null}
        {inspected.error ? <Notice diagnostic={inspected.error} /> : null}
        <Field label={words.name} hint={words.nameHint}>{({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} value={chosenName} onChange={(event) => setName(event.target.value)} />}</Field>
        <Field label={words.rows} hint={words.rowsHint}>{({ id }) => <FilePicker id={id} label={words.rows} value={rows} folder={false} extensions={['csv', 'tsv', 'parquet', 'json', 'xlsx']} invalid={false} onChange={setRows} />}</Field>
        {file ? <Mapping file={file} target={target} onTarget={setTarget} columns={columns} onColumns={setColumns} output={output} onOutput={setOutput} classes={classes} onClasses={setClasses} logits={logits} onLogits={setLogits} /> : null}
        <Field label={words.note}>{({ id }) => <TextArea id={id} value={note} onChange={(event) => setNote(event.target.value)} />}</Field>
        {failure ? <Notice diagnostic={failure} /> : null}
      </div>
    </Dialog>
  );
}

interface MappingProps {
  readonly file: Inspected;
  readonly target: string;
  readonly onTarget: (target: string) => void;
  readonly columns: Readonly<Record<string, string>>;
  readonly onColumns: (columns: Readonly<Record<string, string>>) => void;
  readonly output: string;
  readonly onOutput: (output: string) => void;
  readonly classes: string;
  readonly onClasses: (classes: string) => void;
  readonly logits: boolean;
  readonly onLogits: (logits: boolean) => void;
}

/** What the file may not say of itself: columns of wide inputs, the target, the output, its classes. */
function Mapping({ file, target, onTarget, columns, onColumns, output, onOutput, classes, onClasses, logits, onLogits }: MappingProps) {
  const words = texts.registry.importDialog;
  const wide = file.inputs.filter(({ width }) => width !== 1);
  return (
    <>
      {wide.map(({ name, width }) => (
        <Field key={name} label={words.columns(name)} hint={words.columnsHint(width === null ? words.columnsUnknown : words.columnCount(width))}>
          {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} mono value={columns[name] ?? ''} onChange={(event) => onColumns({ ...columns, [name]: event.target.value })} />}
        </Field>
      ))}
      <div className="grid grid-cols-2 gap-3">
        <Field label={words.target} hint={words.targetHint}>{({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} value={target} placeholder={words.targetExample} onChange={(event) => onTarget(event.target.value)} />}</Field>
        <Field label={words.output}>{({ id }) => <Select id={id} label={words.output} value={output === '' ? automatic : output} onChange={(value) => onOutput(value === automatic ? '' : value)} items={[{ value: automatic, label: words.outputAuto }, ...file.outputs.map(({ name }) => ({ value: name, label: name }))]} />}</Field>
      </div>
      <Field label={words.classes} hint={words.classesHint}>{({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} value={classes} placeholder={file.outputs.find((one) => one.classes !== null)?.classes?.join(', ') ?? ''} onChange={(event) => onClasses(event.target.value)} />}</Field>
      <label className="flex items-center gap-2 text-sm">
        <Checkbox label={words.scores} checked={logits} onChange={onLogits} />
        <span aria-hidden>{words.scores}</span>
      </label>
    </>
  );
}

import { decimalMark } from '#app/core/units.ts';
import { useState } from 'react';
import { Dices, Play } from 'lucide-react';
import type { Diagnostic } from '#app/core/errors.ts';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { diagnosticOf } from '../../rpc/client.ts';
import { Button, FieldMessage, Input, TypeBadge } from '../../ui/index.ts';
import { readField, readPrediction, typicalText } from './try-it.ts';
import type { PredictionShown, RecordValue } from './try-it.ts';
import { texts } from '../../text/texts.ts';

interface TryItFormProps {
  readonly signature: ModelSignature;
  /** Profiles of the training table's columns, for values that are typical. */
  readonly profiles: ReadonlyMap<string, ColumnProfile> | null;
  readonly predict: (record: Readonly<Record<string, RecordValue>>) => Promise<Readonly<Record<string, unknown>>>;
  /** A row of the training table as text by column; absent where there is none. */
  readonly pickRow?: (() => Promise<Readonly<Record<string, string>>>) | undefined;
}

/** One record in, one prediction out. */
export function TryItForm({ signature, profiles, predict, pickRow }: TryItFormProps) {
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [result, setResult] = useState<PredictionShown | null>(null);
  const [error, setError] = useState<Diagnostic | null>(null);
  const [busy, setBusy] = useState(false);
  const readings = signature.inputs.map((column) => ({ column, reading: readField(column, typed[column.name] ?? '') }));
  const wrong = readings.some(({ reading }) => !reading.ok);

  const ask = () => {
    if (wrong || busy) return;
    setBusy(true);
    setError(null);
    predict(Object.fromEntries(readings.map(({ column, reading }) => [column.name, reading.ok ? reading.value : null])))
      .then((record) => setResult(readPrediction(record)))
      .catch((failure: unknown) => setError(diagnosticOf(failure)))
      .finally(() => setBusy(false));
  };
  const fill = (values: Readonly<Record<string, string>>) => {
    setTyped(values);
    setResult(null);
  };
  const typical = () => fill(Object.fromEntries(signature.inputs.map((column) => [column.name, typicalText(column, profiles?.get(column.name))])));

  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <div className="flex gap-2">
        {profiles ? (
          <Button size="sm" onClick={typical}>
            {texts.model.typical}
          </Button>
        ) : null}
        {pickRow ? (
          <Button size="sm" icon={<Dices size={14} />} onClick={() => void pickRow().then(fill, (failure: unknown) => setError(diagnosticOf(failure)))}>
            {texts.model.rowOfData}
          </Button>
        ) : null}
        <Button size="sm" variant="quiet" onClick={() => fill({})}>
          {texts.common.clear}
        </Button>
      </div>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(150px,1fr))] gap-x-3 gap-y-2">
        {readings.map(({ column, reading }) => {
          const options = column.type === 'string' ? (profiles?.get(column.name)?.top ?? []) : [];
          const listId = options.length > 0 ? `tryit-values-${column.name}` : undefined;
          return (
            <label key={column.name} className="flex min-w-0 flex-col gap-1">
              <span className="flex items-center justify-between gap-2 text-xs text-muted">
                <span className="truncate" title={column.name}>
                  {column.name}
                </span>
                <TypeBadge type={column.type} iconOnly />
              </span>
              <Input
                data-testid={`tryit-input-${column.name}`}
                value={typed[column.name] ?? ''}
                placeholder={typicalText(column, profiles?.get(column.name)) || texts.common.missing}
                inputMode={column.type === 'integer' || column.type === 'float' ? 'decimal' : 'text'}
                list={listId}
                invalid={!reading.ok}
                onChange={(event) => setTyped({ ...typed, [column.name]: event.target.value })}
              />
              {listId ? (
                <datalist id={listId}>
                  {options.map((one) => (
                    <option key={one.value} value={one.value} />
                  ))}
                </datalist>
              ) : null}
              {reading.ok ? null : <FieldMessage message={reading.message} />}
            </label>
          );
        })}
      </div>
      <p className="text-xs text-faint">{texts.model.emptyField}</p>
      <div className="flex items-start gap-4">
        <Button type="submit" variant="primary" icon={<Play size={14} />} busy={busy} disabled={wrong} data-testid="tryit-predict">
          {texts.model.predict}
        </Button>
        {result ? <Prediction target={signature.target.name} result={result} /> : null}
      </div>
      {error ? <FieldMessage message={error.message} remedy={error.remedy} /> : null}
    </form>
  );
}

function Prediction({ target, result }: { readonly target: string; readonly result: PredictionShown }) {
  return (
    <div data-testid="tryit-result" role="status" className="selectable min-w-0 flex-1">
      <div className="text-xs text-muted">{target}</div>
      <div className="text-xl font-medium tabular-nums tracking-tight">{result.value}</div>
      <ul className="mt-1 flex max-w-80 flex-col gap-1">
        {result.classes.slice(0, 12).map((one) => (
          <li key={one.name} className="grid grid-cols-[minmax(0,8em)_1fr_56px] items-center gap-2 text-xs">
            <span className="truncate">{one.name}</span>
            <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-active">
              <span className="block h-full rounded-full bg-accent" style={{ width: `${one.probability * 100}%` }} />
            </span>
            <span className="text-right tabular-nums">{decimalMark((one.probability * 100).toFixed(1))} %</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

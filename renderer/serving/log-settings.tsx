import { useState } from 'react';
import type { ServerSettings } from '#app/core/serving.ts';
import { notify } from '../state/notices.ts';
import { Button, Field, Input, Select, Slider } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

interface LogSettingsProps {
  readonly settings: ServerSettings;
  /** Input columns of what is served. */
  readonly inputs: readonly string[];
  readonly onChange: (settings: ServerSettings) => void;
}

/** What the server writes down of requests: how many, which columns hidden, for how long. */
export function LogSettings({ settings, inputs, onChange }: LogSettingsProps) {
  const [rate, setRate] = useState(settings.log.rate);
  const [days, setDays] = useState(String(settings.log.keepDays));
  const [redact, setRedact] = useState<Readonly<Record<string, 'drop' | 'hash'>>>(Object.fromEntries(settings.log.redact.map(({ column, how }) => [column, how])));
  const t = texts.serving;
  const daysAreFine = Number(days) >= 0.01 && Number(days) <= 3650;
  const next = { ...settings.log, rate, keepDays: Number(days), redact: Object.entries(redact).map(([column, how]) => ({ column, how })) };
  const isChanged = JSON.stringify(next) !== JSON.stringify(settings.log);
  const set = (column: string, how: string): void => {
    const rest = Object.fromEntries(Object.entries(redact).filter(([name]) => name !== column));
    setRedact(how === 'drop' || how === 'hash' ? { ...rest, [column]: how } : rest);
  };
  return (
    <div>
      <h3 className="mb-1.5 text-sm font-semibold">{t.log}</h3>
      <p className="mb-2 text-xs text-muted">{t.logHint}</p>
      <div className="grid grid-cols-[minmax(0,1fr)_110px] items-start gap-x-4">
        <div>
          <div className="flex justify-between text-xs font-medium text-muted">
            <span>{t.logRate}</span>
            <span className="tabular-nums">{Math.round(rate * 100)} %</span>
          </div>
          <Slider label={t.logRate} value={Math.round(rate * 100)} min={0} max={100} step={1} onChange={(value) => setRate(value / 100)} />
        </div>
        <Field label={t.keepDays}>{({ id }) => <Input id={id} value={days} unit={t.days} invalid={!daysAreFine} inputMode="decimal" onChange={(event) => setDays(event.target.value)} />}</Field>
      </div>
      <details className="mt-2">
        <summary className="cursor-default rounded-sm text-xs font-medium text-muted">{t.redact} ({Object.keys(redact).length})</summary>
        <ul className="mt-1 grid max-h-44 grid-cols-1 gap-1 overflow-auto min-[560px]:grid-cols-2" tabIndex={0} aria-label={t.redact}>
          {inputs.map((column) => (
            <li key={column} className="flex items-center justify-between gap-2 text-xs">
              <span className="min-w-0 truncate">{column}</span>
              <Select size="sm" className="max-w-28" label={`${t.redact}: ${column}`} value={redact[column] ?? 'keep'} onChange={(how) => set(column, how)} items={(['keep', 'hash', 'drop'] as const).map((how) => ({ value: how, label: t.redactHow[how] }))} />
            </li>
          ))}
        </ul>
      </details>
      {isChanged ? (
        <Button needs="operate"
          size="sm"
          className="mt-2"
          disabled={!daysAreFine}
          onClick={() => {
            onChange({ ...settings, log: next });
            notify({ severity: 'info', message: t.saved });
          }}
        >
          {t.save}
        </Button>
      ) : null}
    </div>
  );
}

import { useState } from 'react';
import { z } from 'zod';
import { formatDuration, formatNumber } from '#app/core/units.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { Button, FieldMessage, Input, Select } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import type { ModelStatus } from './model-traffic.tsx';
import { requestAs, type RequestLanguage } from './request-code.ts';

interface TryFormProps {
  readonly server: string;
  readonly url: string;
  readonly needsToken: boolean;
  readonly model: ModelStatus;
}

const predictedSchema = z.object({ version: z.number(), predictions: z.array(z.object({ prediction: z.union([z.string(), z.number(), z.boolean(), z.null()]), probabilities: z.record(z.string(), z.number().nullable()).optional() })) });
const explainedSchema = z.object({
  class: z.string().nullable().optional(),
  method: z.string().nullable(),
  samples: z.object({ asked: z.number(), least: z.number() }).optional(),
  explanations: z.array(z.object({ contributions: z.record(z.string(), z.number().nullable()), errors: z.record(z.string(), z.number().nullable()).optional() })),
});
const refusedSchema = z.object({ error: z.string(), remedy: z.string().optional() });

/** A record by hand: what is predicted, why, and the same request for elsewhere. */
export function TryForm({ server, url, needsToken, model }: TryFormProps) {
  const inputs = model.versions.find(({ variant }) => variant === 'primary')?.inputs ?? [];
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [answer, setAnswer] = useState<(z.infer<typeof predictedSchema> & { readonly ms: number }) | null>(null);
  const [why, setWhy] = useState<z.infer<typeof explainedSchema> | null>(null);
  const [refused, setRefused] = useState<z.infer<typeof refusedSchema> | null>(null);
  const [busy, setBusy] = useState<'predict' | 'explain' | null>(null);
  const t = texts.serving;
  const record = Object.fromEntries(inputs.flatMap(({ name, type }) => (values[name] === undefined || values[name] === '' ? [] : [[name, valueOf(values[name], type)]])));
  const ask = (route: 'predict' | 'explain'): void => {
    setBusy(route);
    setRefused(null);
    if (route === 'predict') setWhy(null);
    client.serving[route]({ server, model: model.name, records: [record] })
      .then(({ status, answer: given, ms }) => {
        if (status !== 200) setRefused(refusedSchema.parse(given));
        else if (route === 'predict') setAnswer({ ...predictedSchema.parse(given), ms });
        else setWhy(explainedSchema.parse(given));
      })
      .catch((error: unknown) => notify(diagnosticOf(error)))
      .finally(() => setBusy(null));
  };
  const copy = (language: RequestLanguage): void => void navigator.clipboard.writeText(requestAs(language, `${url}/predict/${model.name}`, record, needsToken)).then(() => notify({ severity: 'info', message: t.copied }));
  const [first] = answer?.predictions ?? [];
  return (
    <form
      aria-label={`${t.tryIt}: ${model.name}`}
      className="mt-3 rounded-md bg-sunken p-3"
      onSubmit={(event) => {
        event.preventDefault();
        ask('predict');
      }}
    >
      <div className="grid grid-cols-[repeat(auto-fill,minmax(150px,1fr))] gap-x-3 gap-y-2">
        {inputs.map(({ name, type }) => (
          <label key={name} className="flex min-w-0 flex-col gap-0.5 text-xs text-muted">
            <span className="truncate">{name}</span>
            {type === 'boolean' ? (
              <Select size="sm" label={name} value={values[name] || ' '} onChange={(value) => setValues({ ...values, [name]: value.trim() })} items={[{ value: ' ', label: t.missing }, { value: 'true', label: 'true' }, { value: 'false', label: 'false' }]} />
            ) : (
              <Input aria-label={name} value={values[name] ?? ''} placeholder={t.missing} inputMode={type === 'integer' || type === 'float' ? 'decimal' : undefined} onChange={(event) => setValues({ ...values, [name]: event.target.value })} />
            )}
          </label>
        ))}
      </div>
      <div className="mt-3 flex flex-wrap items-center gap-1.5">
        <Button type="submit" variant="primary" size="sm" busy={busy === 'predict'}>{t.predict}</Button>
        <Button size="sm" busy={busy === 'explain'} onClick={() => ask('explain')}>{t.explain}</Button>
        <span className="flex-1" />
        <span className="text-xs text-muted">{t.copyAs}</span>
        {(['curl', 'Python', 'JavaScript'] as const).map((language) => (
          <Button key={language} size="sm" variant="quiet" onClick={() => copy(language)}>{language}</Button>
        ))}
      </div>
      <div role="status" aria-live="polite" className="mt-2 flex flex-col gap-2 empty:hidden">
        {refused ? <FieldMessage message={refused.error} remedy={refused.remedy} /> : null}
        {first && answer ? (
          <div className="text-sm">
            <span className="text-muted">{t.predicted}: </span>
            <strong className="selectable">{String(first.prediction ?? '–')}</strong>
            <span className="ml-3 text-xs text-muted">{t.answeredBy(answer.version, formatDuration(answer.ms))}</span>
            {first.probabilities ? <Bars values={Object.entries(first.probabilities).map(([name, value]) => ({ name, value: value ?? 0 }))} /> : null}
          </div>
        ) : null}
        {why?.explanations[0] ? (
          <div className="text-sm">
            <span className="text-muted">{why.class === undefined || why.class === null ? t.whyNumber : t.why(`“${why.class}”`)}</span>
            <span className="ml-2 text-xs text-faint">{why.method === 'sampled' ? t.sampled(why.samples?.least ?? 0) : t.exact}</span>
            <Bars signed values={Object.entries(why.explanations[0].contributions).map(([name, value]) => ({ name, value: value ?? 0, error: why.explanations[0]?.errors?.[name] ?? null })).toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 12)} />
          </div>
        ) : null}
      </div>
    </form>
  );
}

interface Bar {
  readonly name: string;
  readonly value: number;
  readonly error?: number | null;
}

/** Values as bars beside their names; signed ones go to both sides of a middle. */
function Bars({ values, signed = false }: { readonly values: readonly Bar[]; readonly signed?: boolean }) {
  const most = signed ? Math.max(1e-12, ...values.map(({ value, error }) => Math.abs(value) + (error ?? 0))) : 1;
  const place = (value: number): number => (signed ? 50 + (50 * value) / most : 100 * value);
  return (
    <ul className="mt-1 grid grid-cols-[minmax(80px,180px)_minmax(0,1fr)_72px] items-center gap-x-2 gap-y-0.5 text-xs">
      {values.map(({ name, value, error }) => (
        <li key={name} className="contents">
          <span className="selectable truncate text-muted" title={name}>{name}</span>
          <span aria-hidden className="relative h-3 rounded-sm bg-active">
            <span className={value < 0 ? 'absolute inset-y-0 rounded-sm bg-warn' : 'absolute inset-y-0 rounded-sm bg-accent'} style={{ left: `${Math.min(place(0), place(value))}%`, width: `${Math.abs(place(value) - place(0))}%` }} />
            {error ? <span className="absolute top-1/2 h-px bg-ink" style={{ left: `${place(value - error)}%`, width: `${place(value + error) - place(value - error)}%` }} /> : null}
          </span>
          <span className="text-right tabular-nums">{formatNumber(value)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What a person typed, as the record holds it; text that is no number is sent as it is, and the server says what is wrong. */
function valueOf(text: string, type: string): unknown {
  if (type === 'boolean') return text === 'true';
  if ((type === 'integer' || type === 'float') && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  return text;
}

import { useState } from 'react';
import { Plus, X } from 'lucide-react';
import type { ServedModelSettings, ServerSettings, ServerStatus } from '#app/core/serving.ts';
import type { ModelVersion } from '#app/protocol/schema.ts';
import { decimalMark, formatCount, formatDuration, formatNumber } from '#app/core/units.ts';
import { Badge, Button, Field, FieldMessage, IconButton, Select, Slider, Switch } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';
import { referencesOf } from './references.ts';
import { Sparkline } from './sparkline.tsx';
import { TryForm } from './try-form.tsx';

export type ModelStatus = ServerStatus['models'][number];

interface ModelTrafficProps {
  readonly server: string;
  readonly url: string;
  readonly needsToken: boolean;
  readonly model: ModelStatus;
  readonly settings: ServerSettings | null;
  readonly models: readonly ModelVersion[];
  readonly onChange: (settings: ServerSettings) => void;
}

const percent = (value: number): string => `${decimalMark(String(Math.round(value * 10) / 10))} %`;
const ms = (value: number | null): string => (value === null ? '–' : formatDuration(value));

/** One model of a server: how much it is asked, who answers, and a form to try it. */
export function ModelTraffic({ server, url, needsToken, model, settings, models, onChange }: ModelTrafficProps) {
  const [trying, setTrying] = useState(false);
  const own = settings?.models.find(({ name }) => name === model.name);
  const change = (next: Partial<ServedModelSettings>): void => {
    if (settings === null) return;
    onChange({ ...settings, models: settings.models.map((one) => (one.name === model.name ? { ...one, ...next } : one)) });
  };
  const { now } = model;
  const address = ['/predict', model.name].join('/');
  const t = texts.serving;
  const views = [...new Set(model.versions.flatMap(({ features }) => features.map(({ view }) => view)))];
  return (
    <section aria-label={model.name} className="border-b border-line px-4 py-3">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h3 className="text-sm font-semibold">{model.name}</h3>
        <span className="font-mono text-xs text-muted">{address}</span>
        <span className="flex-1" />
        <Button needs="run" size="sm" aria-expanded={trying} onClick={() => setTrying(!trying)}>{t.tryIt}</Button>
      </div>
      {model.problems.map(({ variant, message }) => (
        <FieldMessage key={variant} severity="warning" message={`${t.variant[variant]}: ${told(message)}`} />
      ))}
      <div className="mt-2 grid grid-cols-1 items-end gap-x-6 gap-y-3 min-[900px]:grid-cols-[minmax(0,1fr)_minmax(0,1.3fr)]">
        <div>
          <div className="text-xs text-muted">{t.perSecond} <span className="font-medium tabular-nums text-ink">{formatNumber(now.requests / Math.max(1, now.seconds))}</span></div>
          <Sparkline values={model.history.map(({ requests, seconds }) => requests / seconds)} bad={model.history.map(({ errors, rejected, seconds }) => (errors + rejected) / seconds)} label={t.chart(model.name)} />
        </div>
        <dl className="grid grid-cols-4 gap-x-4 gap-y-2 min-[560px]:grid-cols-7">
          <Figure name={t.lastMinute} value={formatCount(now.requests)} />
          <Figure name={t.p50} value={ms(now.p50)} />
          <Figure name={t.p95} value={ms(now.p95)} />
          <Figure name={t.p99} value={ms(now.p99)} />
          <Figure name={t.errors} value={formatCount(now.errors)} bad={now.errors > 0} />
          <Figure name={t.rejected} value={formatCount(now.rejected)} bad={now.rejected > 0} />
          <Figure name={t.inFlight} value={formatCount(model.active)} />
        </dl>
      </div>
      <h4 className="mb-1 mt-3 text-xs font-medium text-muted">{t.versions}</h4>
      <ul className="flex flex-col">
        {model.versions.map((version) => (
          <VersionRow key={version.variant} version={version} model={model} own={own} models={models} onChange={change} />
        ))}
      </ul>
      {own === undefined ? null : (
        <div className="mt-1.5 flex gap-1.5">
          {own.canary === null ? <Button needs="operate" size="sm" variant="quiet" icon={<Plus size={13} />} onClick={() => change({ canary: { reference: `${model.name}@latest`, percent: 10, key: null } })}>{t.addCanary}</Button> : null}
          {own.shadow === null ? <Button needs="operate" size="sm" variant="quiet" icon={<Plus size={13} />} onClick={() => change({ shadow: { reference: `${model.name}@latest` } })}>{t.addShadow}</Button> : null}
        </div>
      )}
      {own === undefined || views.length === 0 ? null : (
        <div className="mt-2 max-w-[72ch]" data-testid={`required-features-${model.name}`}>
          <Field label={t.requireFeatures} hint={own.features === 'required' ? t.requiredHint(views.join(', ')) : t.optionalHint(views.join(', '))} inline>
            {({ id, describedBy }) => <Switch id={id} aria-describedby={describedBy} checked={own.features === 'required'} onChange={(on) => change({ features: on ? 'required' : 'optional' })} />}
          </Field>
        </div>
      )}
      {trying ? <TryForm server={server} url={url} needsToken={needsToken} model={model} /> : null}
    </section>
  );
}

function Figure({ name, value, bad = false }: { readonly name: string; readonly value: string; readonly bad?: boolean }) {
  return (
    <div className="min-w-0">
      <dt className="truncate text-xs text-muted" title={name}>{name}</dt>
      <dd className={bad ? 'text-base font-medium tabular-nums text-bad-ink' : 'text-base font-medium tabular-nums'}>{value}</dd>
    </div>
  );
}

interface VersionRowProps {
  readonly version: ModelStatus['versions'][number];
  readonly model: ModelStatus;
  readonly own: ServedModelSettings | undefined;
  readonly models: readonly ModelVersion[];
  readonly onChange: (next: Partial<ServedModelSettings>) => void;
}

/** A version and its part of the requests; the canary's is a slider, which counts once it is let go. */
function VersionRow({ version, model, own, models, onChange }: VersionRowProps) {
  const t = texts.serving;
  const { variant } = version;
  const canary = own?.canary ?? null;
  const [moving, setMoving] = useState<number | null>(null);
  const share = moving ?? canary?.percent ?? 0;
  const reference = variant === 'primary' ? own?.reference : own?.[variant]?.reference;
  const refer = (next: string): void => {
    if (variant === 'primary') onChange({ reference: next });
    else if (variant === 'canary') onChange({ canary: canary === null ? null : { ...canary, reference: next } });
    else onChange({ shadow: { reference: next } });
  };
  const inputs = version.inputs.map(({ name }) => name);
  const { shadow } = model;
  return (
    <li className="grid grid-cols-[88px_minmax(140px,220px)_minmax(0,1fr)_auto] items-center gap-x-3 border-t border-line py-1.5 text-sm first:border-t-0">
      <span className="font-medium">{t.variant[variant]}</span>
      <Select size="sm" label={`${t.variant[variant]}: ${t.dialog.reference}`} value={reference ?? null} onChange={refer} items={referencesOf(model.name, models, reference)} />
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-0.5">
        <Badge>{t.version(version.version)}</Badge>
        {version.stage === 'candidate' ? null : <Badge tone={version.stage === 'production' ? 'good' : 'neutral'}>{version.stage}</Badge>}
        {variant === 'primary' ? <span className="text-xs tabular-nums text-muted">{t.primaryShare(percent(canary === null ? 100 : 100 - share))}</span> : null}
        {variant === 'canary' && canary !== null ? (
          <>
            <div className="w-32"><Slider label={t.canaryShare} value={share} min={0} max={100} step={1} onChange={setMoving} onCommit={(value) => { setMoving(null); onChange({ canary: { ...canary, percent: value } }); }} /></div>
            <span className="text-xs tabular-nums text-muted">{percent(share)}</span>
            <span className="text-xs text-muted">{t.sticky}</span>
            <Select size="sm" className="max-w-44" label={t.sticky} value={canary.key ?? ' '} onChange={(key) => onChange({ canary: { ...canary, key: key === ' ' ? null : key } })} items={[{ value: ' ', label: t.byRequest }, ...inputs.map((name) => ({ value: name, label: name }))]} />
          </>
        ) : null}
        {variant === 'shadow' ? (
          <span className="text-xs text-muted">
            {shadow.records === 0 ? t.shadowIdle : t.shadowed(formatCount(shadow.records), formatCount(shadow.different), formatNumber(shadow.distance / shadow.records))}
            {shadow.failed + shadow.skipped > 0 ? ` ${t.shadowFailed(formatCount(shadow.failed), formatCount(shadow.skipped))}` : ''}
          </span>
        ) : (
          <span className="text-xs text-muted">{t.requests(formatCount(version.requests), formatCount(version.errors))}</span>
        )}
        {version.callMs === null ? <span className="text-xs text-faint">{t.where[version.lane]}</span> : null}
      </div>
      <div className="flex items-center gap-1">
        {variant === 'canary' && canary !== null ? <Button needs="operate" size="sm" variant="quiet" onClick={() => onChange({ reference: canary.reference, canary: null })}>{t.makePrimary}</Button> : null}
        {variant === 'canary' ? <IconButton needs="operate" size="sm" label={t.removeCanary} onClick={() => onChange({ canary: null })}><X size={14} /></IconButton> : null}
        {variant === 'shadow' ? <IconButton needs="operate" size="sm" label={t.removeShadow} onClick={() => onChange({ shadow: null })}><X size={14} /></IconButton> : null}
      </div>
    </li>
  );
}

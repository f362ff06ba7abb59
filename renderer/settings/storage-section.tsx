import { useState } from 'react';
import { Eraser } from 'lucide-react';
import { nodeLimitBounds } from '#app/pipeline/document.ts';
import { decimalMark, formatAgo, formatBytes, formatDuration } from '#app/core/units.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { reconfigure } from '../state/configuration.ts';
import { notify } from '../state/notices.ts';
import { Badge, Button, Input, Spinner, WhyLocked, useMay } from '../ui/index.ts';
import { Group, Row } from './group.tsx';
import { texts } from '../text/texts.ts';
import { titleIn } from '../state/catalogue.ts';

const gigabyte = 1e9;
const sources = { machine: texts.settings.from.machine, settings: texts.settings.from.settings, start: texts.settings.from.start } as const;

/** Memory of queries, the disk that results take, and freeing it. */
export function StorageSection() {
  const limits = useQuery('limits', (signal) => client.planning.limits(undefined, { signal }));
  const storage = useQuery('storage', (signal) => client.planning.storage(undefined, { signal }));
  const [busy, setBusy] = useState(false);
  const whySet = useMay('admin');
  const reload = (): void => {
    limits.reload();
    storage.reload();
  };
  const set = async (change: { memory?: number | null; disk?: number | null; nodeSeconds?: number | null; nodeMegabytes?: number | null }): Promise<void> => {
    try {
      await client.planning.setLimits(change);
      reload();
    } catch (error) {
      notify(diagnosticOf(error));
    }
  };
  const clean = async (all: boolean): Promise<void> => {
    setBusy(true);
    try {
      const { freed, results } = await client.planning.clean({ all });
      notify({ severity: 'info', message: texts.settings.freed(formatBytes(freed), results) });
      reload();
      reconfigure();
    } catch (error) {
      notify(diagnosticOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Group
      title={texts.settings.memoryAndDisk}
      action={
        <div className="flex gap-2">
          <Button needs="operate" size="sm" icon={<Eraser size={13} />} busy={busy} onClick={() => void clean(false)}>
            {texts.settings.freeSpace}
          </Button>
          <Button needs="operate" size="sm" busy={busy} onClick={() => void clean(true)}>
            {texts.settings.removeAll}
          </Button>
        </div>
      }
    >
      {limits.error ? <Notice diagnostic={limits.error} /> : null}
      {limits.data ? (
        <>
          {whySet === null ? null : (
            <div className="border-b border-line px-4 py-2">
              <WhyLocked why={whySet} />
            </div>
          )}
          <Row title={texts.settings.memory} detail={texts.settings.memoryHow(sources[limits.data.memoryFrom])}>
            <SizeField key={limits.data.memory} label={texts.settings.memory} bytes={limits.data.memory} disabled={limits.data.memoryFrom === 'start' || whySet !== null} onSet={(memory) => void set({ memory })} />
          </Row>
          <Row title={texts.settings.disk} detail={texts.settings.diskHow(sources[limits.data.diskFrom])}>
            <SizeField key={limits.data.disk} label={texts.settings.disk} bytes={limits.data.disk} disabled={whySet !== null} onSet={(disk) => void set({ disk })} />
          </Row>
          <Row title={texts.settings.nodeTime} detail={texts.settings.nodeTimeHow}>
            <AmountField key={limits.data.nodeSeconds} label={texts.settings.nodeTime} shown={limits.data.nodeSeconds === null ? '' : String(limits.data.nodeSeconds)} unit="s" disabled={whySet !== null} onSet={(seconds) => void set({ nodeSeconds: seconds === null ? null : Math.max(nodeLimitBounds.seconds.least, Math.round(seconds)) })} />
          </Row>
          <Row title={texts.settings.nodeMemory} detail={texts.settings.nodeMemoryHow}>
            <AmountField key={limits.data.nodeMegabytes} label={texts.settings.nodeMemory} shown={limits.data.nodeMegabytes === null ? '' : String(limits.data.nodeMegabytes)} unit="MB" disabled={whySet !== null} onSet={(megabytes) => void set({ nodeMegabytes: megabytes === null ? null : Math.max(nodeLimitBounds.megabytes.least, Math.round(megabytes)) })} />
          </Row>
        </>
      ) : null}
      {storage.error ? <Notice diagnostic={storage.error} /> : null}
      {storage.data === null && !storage.error ? (
        <div className="p-4">
          <Spinner label={texts.settings.looking} />
        </div>
      ) : null}
      {storage.data ? <Usage report={storage.data} /> : null}
    </Group>
  );
}

type Report = Awaited<ReturnType<typeof client.planning.storage>>;

function Usage({ report }: { readonly report: Report }) {
  const { used, budget, models, pinned, unused, free, held } = report;
  const whole = Math.max(budget, used, 1);
  const parts = [
    { name: texts.settings.parts.models, bytes: models, tone: 'bg-good' },
    { name: texts.settings.parts.pinned, bytes: pinned, tone: 'bg-accent-strong' },
    { name: texts.settings.parts.other, bytes: Math.max(0, used - models - pinned - unused), tone: 'bg-accent' },
    { name: texts.settings.parts.unused, bytes: unused, tone: 'bg-warn' },
  ].filter((part) => part.bytes > 0);
  return (
    <div className="px-4 py-3">
      <div className="flex justify-between text-sm tabular-nums">
        <span data-testid="storage-used">
          {texts.settings.used(formatBytes(used), formatBytes(budget))}
        </span>
        <span className="text-muted">{texts.settings.free(formatBytes(free))}</span>
      </div>
      <div role="meter" aria-label={texts.settings.diskUsed} aria-valuemin={0} aria-valuemax={budget} aria-valuenow={used} className="mt-2 flex h-2 overflow-hidden rounded-full bg-active">
        {parts.map(({ name, bytes, tone }) => (
          <div key={name} title={`${name}: ${formatBytes(bytes)}`} className={tone} style={{ width: `${(bytes / whole) * 100}%` }} />
        ))}
      </div>
      <div className="mt-1.5 flex flex-wrap gap-x-4 text-xs text-muted">
        {parts.map(({ name, bytes, tone }) => (
          <span key={name} className="inline-flex items-center gap-1.5 tabular-nums">
            <span className={`size-2 rounded-full ${tone}`} aria-hidden />
            {name} {formatBytes(bytes)}
          </span>
        ))}
      </div>
      {held.length > 0 ? (
        <table className="mt-3 w-full text-xs">
          <thead className="text-left text-muted">
            <tr>
              <th className="py-1 font-medium">{texts.common.node}</th>
              <th className="py-1 font-medium">{texts.common.pipeline}</th>
              <th className="py-1 text-right font-medium">{texts.settings.size}</th>
              <th className="py-1 text-right font-medium">{texts.settings.again}</th>
              <th className="py-1 text-right font-medium">{texts.settings.lastUsed}</th>
            </tr>
          </thead>
          <tbody>
            {held.slice(0, shownNodes).map((one) => (
              <tr key={`${one.pipelineId} ${one.nodeId}`} className="border-t border-line">
                <td className="py-1">
                  {titleIn(one.nodeTitle)} {one.isPinned ? <Badge tone="neutral">{texts.settings.pinned}</Badge> : null}
                </td>
                <td className="py-1 text-muted">{one.pipelineTitle}</td>
                <td className="py-1 text-right tabular-nums">{formatBytes(one.bytes)}</td>
                <td className="py-1 text-right tabular-nums">{formatDuration(one.ms)}</td>
                <td className="py-1 text-right text-muted">{formatAgo(one.lastUsed, Date.now())}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {held.length > shownNodes ? <p className="mt-1 text-xs text-muted">{texts.settings.smaller(held.length - shownNodes)}</p> : null}
    </div>
  );
}

const shownNodes = 12;

/** A size in GB; empty brings back the default. */
function SizeField({ label, bytes, disabled, onSet }: { readonly label: string; readonly bytes: number; readonly disabled: boolean; readonly onSet: (bytes: number | null) => void }) {
  return <AmountField label={label} shown={decimalMark(String(Math.round((bytes / gigabyte) * 10) / 10))} unit="GB" disabled={disabled} onSet={(amount) => onSet(amount === null ? null : Math.round(amount * gigabyte))} />;
}

/** A number with its unit; empty is given on as null. */
function AmountField({ label, shown, unit, disabled, onSet }: { readonly label: string; readonly shown: string; readonly unit: string; readonly disabled: boolean; readonly onSet: (amount: number | null) => void }) {
  const [text, setText] = useState(shown);
  const value = Number(text.replace(',', '.'));
  const invalid = text.trim() !== '' && !(Number.isFinite(value) && value > 0);
  const commit = (): void => {
    if (text === shown || invalid) return;
    onSet(text.trim() === '' ? null : value);
  };
  return (
    <div className="w-28">
      <Input
        aria-label={label}
        inputMode="decimal"
        unit={unit}
        value={text}
        invalid={invalid}
        disabled={disabled}
        placeholder={texts.settings.default}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
    </div>
  );
}

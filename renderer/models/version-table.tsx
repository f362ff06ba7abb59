import type { KeyboardEvent } from 'react';
import { Check, MoreHorizontal, Star, X } from 'lucide-react';
import { formatNumber } from '#app/core/units.ts';
import type { RegisteredModel, VersionSummary } from '#app/protocol/sections/registry.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { Checkbox, ContextMenu, IconButton, Menu, cx, type MenuItem } from '../ui/index.ts';
import { columnMetrics, personName, splitVersionMetric, versionShort, versionTitle } from './metric-words.ts';
import { AliasChip, StageChip } from './stage-chip.tsx';
import { texts } from '../text/texts.ts';

interface VersionTableProps {
  readonly name: string;
  /** Newest first. */
  readonly versions: readonly VersionSummary[];
  readonly main: RegisteredModel['metric'];
  readonly open: number;
  readonly chosen: ReadonlySet<number>;
  readonly items: (version: VersionSummary) => MenuItem[];
  readonly onOpen: (version: number) => void;
  readonly onChoose: (version: number, chosen: boolean) => void;
}

const head = 'border-b border-line-strong bg-chrome px-3 py-2 text-left text-xs font-semibold text-muted whitespace-nowrap align-bottom';
const cell = 'border-b border-line px-3 py-1.5 align-middle group-last:border-b-0';
const shownMetrics = 3;

/** The versions of a model; up and down move between them, a right click or the button at the end of a row does something with one. */
export function VersionTable({ name, versions, main, open, chosen, items, onOpen, onChoose }: VersionTableProps) {
  const metrics = columnMetrics(versions, main?.name ?? null, shownMetrics);
  const walk = (event: KeyboardEvent<HTMLButtonElement>, index: number) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const next = versions[index + step];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    onOpen(next.version);
    event.currentTarget.closest('tbody')?.querySelector<HTMLElement>(`[data-version="${next.version}"]`)?.focus();
  };
  return (
    <div className="shrink-0 overflow-x-auto rounded-md border border-line bg-surface">
      <table data-testid="version-table" aria-label={texts.registry.versionsOf(name)} className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <th scope="col" className={cx(head, 'w-9')}>
              <span className="sr-only">{texts.registry.chooseToCompare}</span>
            </th>
            <th scope="col" className={head}>{texts.registry.columns.version}</th>
            <th scope="col" className={head}>{texts.registry.columns.stage}</th>
            {metrics.map((metric) => {
              const words = splitVersionMetric(metric);
              return (
                <th key={metric} scope="col" className={cx(head, 'text-right')}>
                  <span className="inline-flex max-w-40 flex-col items-end">
                    <span className="max-w-full truncate text-ink">{words.metric}</span>
                    {words.node ? <span className="max-w-full truncate font-normal">{words.node}</span> : null}
                  </span>
                </th>
              );
            })}
            <th scope="col" className={head}>{texts.registry.columns.approvals}</th>
            <th scope="col" className={cx(head, 'w-full')}>{texts.common.note}</th>
            <th scope="col" className={head}>{texts.registry.columns.by}</th>
            <th scope="col" className={head}>{texts.registry.columns.when}</th>
            <th scope="col" className={cx(head, 'w-10')}>
              <span className="sr-only">{texts.registry.columns.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map((one, index) => (
            <ContextMenu key={one.version} items={() => items(one)}>
              <tr data-testid={`version-${one.version}`} onClick={() => onOpen(one.version)} className={cx('group cursor-pointer', one.version === open ? 'bg-accent-soft' : 'hover:bg-hover', one.stage === 'archived' && one.version !== open && 'text-muted')}>
                <td className={cell} onClick={(event) => event.stopPropagation()}>
                  <Checkbox label={texts.registry.compareVersion(one.version)} checked={chosen.has(one.version)} onChange={(on) => onChoose(one.version, on)} />
                </td>
                <td className={cell}>
                  <button type="button" data-version={one.version} aria-pressed={one.version === open} aria-label={versionTitle(one.version)} tabIndex={one.version === open ? 0 : -1} onClick={() => onOpen(one.version)} onKeyDown={(event) => walk(event, index)} className="rounded-sm px-0.5 font-semibold tabular-nums">
                    {versionShort(one.version)}
                  </button>
                </td>
                <td className={cell}>
                  <span className="flex items-center gap-1">
                    <StageChip stage={one.stage} />
                    {one.aliases.map((alias) => (
                      <AliasChip key={alias} alias={alias} />
                    ))}
                  </span>
                </td>
                {metrics.map((metric) => {
                  const value = one.metrics[metric];
                  const isBest = metric === main?.name && versions.length > 1 && main.best.version === one.version;
                  return (
                    <td key={metric} className={cx(cell, 'whitespace-nowrap text-right tabular-nums', isBest && 'font-semibold')}>
                      {isBest ? <Star size={11} aria-label={texts.registry.best} className="mr-1 inline fill-current text-accent-ink" /> : null}
                      {value === undefined ? <span className="text-faint">–</span> : formatNumber(value)}
                    </td>
                  );
                })}
                <td className={cell}>
                  <Verdicts version={one} />
                </td>
                <td className={cx(cell, 'max-w-0 truncate text-muted')} title={one.note}>
                  {one.note}
                </td>
                <td className={cx(cell, 'max-w-32 truncate whitespace-nowrap text-muted')}>{one.actor === null ? '–' : personName(one.actor)}</td>
                <td className={cx(cell, 'text-muted')}>
                  <TimeAgo at={one.createdAt} />
                </td>
                <td className={cell} onClick={(event) => event.stopPropagation()}>
                  <Menu
                    align="end"
                    trigger={
                      <IconButton label={texts.registry.actionsOf(one.version)} size="sm" data-testid={`actions-${one.version}`}>
                        <MoreHorizontal size={15} />
                      </IconButton>
                    }
                    items={items(one)}
                  />
                </td>
              </tr>
            </ContextMenu>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How many approved, and whether somebody rejected; the names on hover. */
export function Verdicts({ version: { approvals } }: { readonly version: Pick<VersionSummary, 'approvals'> }) {
  const by = (verdict: 'approved' | 'rejected') => approvals.filter((one) => one.verdict === verdict).map(({ actor }) => personName(actor));
  const [approved, rejected] = [by('approved'), by('rejected')];
  if (approvals.length === 0) return <span className="text-faint">–</span>;
  return (
    <span className="flex items-center gap-2 whitespace-nowrap text-xs tabular-nums">
      {approved.length > 0 ? (
        <span className="inline-flex items-center gap-0.5 text-good-ink" title={texts.registry.approvedBy(approved.join(', '))}>
          <Check size={13} aria-hidden />
          <span className="sr-only">{texts.registry.approvedBy(approved.join(', '))}</span>
          <span aria-hidden>{approved.length}</span>
        </span>
      ) : null}
      {rejected.length > 0 ? (
        <span className="inline-flex items-center gap-0.5 text-bad-ink" title={texts.registry.rejectedBy(rejected.join(', '))}>
          <X size={13} aria-hidden />
          <span className="sr-only">{texts.registry.rejectedBy(rejected.join(', '))}</span>
          <span aria-hidden>{rejected.length}</span>
        </span>
      ) : null}
    </span>
  );
}

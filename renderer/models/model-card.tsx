import { useState } from 'react';
import { formatCount, formatNumber } from '#app/core/units.ts';
import { algorithmTitle } from '../results/model/words.ts';
import { metricTitle } from '../results/report/metric-text.ts';
import { commonMetrics } from '../runs/compare.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { Badge, TypeBadge, cx } from '../ui/index.ts';
import type { ModelGroup } from './group-versions.ts';
import { texts } from '../text/texts.ts';

const head = 'border-b border-line px-3 py-1.5 text-left text-xs font-medium text-muted whitespace-nowrap';
const cell = 'border-b border-line px-3 py-1.5';

/** A registered model with its versions; the chosen one shows its signature. */
export function ModelCard({ group }: { readonly group: ModelGroup }) {
  const [newest] = group.versions;
  const [chosen, setChosen] = useState(newest?.version ?? 1);
  const version = group.versions.find((one) => one.version === chosen) ?? newest;
  const metrics = commonMetrics(group.versions, 5);
  if (!version || !newest) return null;
  return (
    <section data-testid={`model-${group.name}`} aria-label={group.name} className="overflow-hidden rounded-md border border-line bg-surface">
      <header className="flex flex-wrap items-baseline gap-x-3 border-b border-line px-4 py-3">
        <h2 className="text-base font-semibold">{group.name}</h2>
        <span className="text-sm text-muted">
          {texts.models.forTarget(algorithmTitle(newest.algorithm), newest.target)}
        </span>
        <Badge>{newest.task}</Badge>
      </header>
      <div className="grid grid-cols-[minmax(0,1fr)_260px]">
        <div className="min-w-0 overflow-x-auto">
          <table className="w-full border-separate border-spacing-0 text-sm">
            <thead>
              <tr>
                <th scope="col" className={head}>{texts.models.version}</th>
                <th scope="col" className={head}>{texts.models.registered}</th>
                <th scope="col" className={cx(head, 'text-right')}>{texts.common.rows}</th>
                {metrics.map((name) => (
                  <th key={name} scope="col" className={cx(head, 'text-right')}>{metricTitle(name)}</th>
                ))}
                <th scope="col" className={cx(head, 'w-full')}>{texts.common.note}</th>
              </tr>
            </thead>
            <tbody>
              {group.versions.map((one) => (
                <tr key={one.version} onClick={() => setChosen(one.version)} className={cx(one.version === version.version ? 'bg-accent-soft' : 'hover:bg-hover')}>
                  <td className={cell}>
                    <button type="button" aria-pressed={one.version === version.version} onClick={() => setChosen(one.version)} className="rounded-sm font-medium tabular-nums">
                      v{one.version}
                    </button>
                  </td>
                  <td className={cx(cell, 'text-muted')}>
                    <TimeAgo at={one.createdAt} />
                  </td>
                  <td className={cx(cell, 'text-right tabular-nums')}>{formatCount(one.rows)}</td>
                  {metrics.map((name) => {
                    const value = one.metrics[name];
                    return (
                      <td key={name} className={cx(cell, 'text-right tabular-nums')}>
                        {value === undefined ? '–' : formatNumber(value)}
                      </td>
                    );
                  })}
                  <td className={cx(cell, 'selectable max-w-60 truncate text-muted')} title={one.note}>
                    {one.note || one.pipelineTitle || ''}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <div className="border-l border-line p-3">
          <h3 className="mb-1 text-xs font-medium text-muted">{texts.models.inputsOf(version.version)}</h3>
          <ul className="max-h-52 overflow-auto">
            {version.inputs.map((column) => (
              <li key={column.name} className="flex h-6 items-center justify-between gap-3 text-sm">
                <span className="selectable truncate">{column.name}</span>
                <TypeBadge type={column.type} />
              </li>
            ))}
          </ul>
          <p className="selectable mt-2 truncate font-mono text-xs text-faint" title={version.onnx}>
            onnx {version.onnx.slice(0, 12)}
          </p>
        </div>
      </div>
    </section>
  );
}

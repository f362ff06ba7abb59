import { Check, X } from 'lucide-react';
import { formatCount } from '#app/core/units.ts';
import type { ViewDetail } from '#app/protocol/sections/features.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { Badge, cx } from '../ui/index.ts';
import { cell, head, heading } from './feature-table.tsx';
import { texts } from '../text/texts.ts';

/** Materialisations shown; older ones are in the command line's history. */
const shownTimes = 24;

/** Each time the rows were made, newest first, and how each test went. */
export function TestHistory({ view }: { readonly view: ViewDetail }) {
  const times = view.history.slice(0, shownTimes);
  if (times.length === 0) return null;
  return (
    <section aria-label={texts.features.tests} className="overflow-x-auto rounded-md border border-line bg-surface">
      <h3 className={heading}>{texts.features.tests}</h3>
      {view.tests.length === 0 ? <p className="px-4 pt-3 text-sm text-muted">{texts.features.noTests}</p> : null}
      <table className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <th scope="col" className={head}>{texts.features.made}</th>
            <th scope="col" className={head}>{texts.features.versions}</th>
            <th scope="col" className={cx(head, 'text-right')}>{texts.common.rows}</th>
            <th scope="col" className={cx(head, 'w-full')}>{texts.features.tests}</th>
          </tr>
        </thead>
        <tbody>
          {times.map((one) => (
            <tr key={one.id}>
              <td className={cx(cell, 'whitespace-nowrap')}>
                <TimeAgo at={one.at} /> <Badge tone={one.status === 'held' ? 'bad' : one.status === 'current' ? 'good' : 'neutral'}>{texts.features.status[one.status]}</Badge>
              </td>
              <td className={cx(cell, 'tabular-nums')}>v{one.version}</td>
              <td className={cx(cell, 'text-right tabular-nums')}>{formatCount(one.rows)}</td>
              <td className={cell}>
                <ul className="flex flex-wrap gap-1">
                  {one.tests.map((test, i) => (
                    <li key={i} title={test.message}>
                      <Badge tone={test.passed ? 'good' : 'bad'}>
                        {test.passed ? <Check size={11} aria-hidden /> : <X size={11} aria-hidden />}
                        {test.column === '' ? test.check : `${test.check} ${test.column}`}
                        <span className="sr-only">{test.passed ? texts.features.passed : texts.features.failed}</span>
                      </Badge>
                    </li>
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function ModelUses({ view }: { readonly view: ViewDetail }) {
  return (
    <section aria-label={texts.features.models} data-testid="feature-models" className="rounded-md border border-line bg-surface">
      <h3 className={heading}>{texts.features.models}</h3>
      {view.uses.length === 0 ? (
        <p className="px-4 py-3 text-sm text-muted">{texts.features.noModels}</p>
      ) : (
        <ul>
          {view.uses.map((use) => (
            <li key={`${use.model}@${use.modelVersion} ${use.version}`} className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2 text-sm last:border-b-0">
              <span className="font-medium">
                {use.model} v{use.modelVersion}
              </span>
              <Badge>{use.stage}</Badge>
              <span className="text-xs text-muted">{texts.models.version} {use.version}</span>
              <span className="min-w-0 flex-1 truncate text-muted">
                {use.columns.join(', ')}
                {use.computed.length === 0 ? '' : ` · ${texts.features.computed} ${use.computed.join(', ')}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function Versions({ view }: { readonly view: ViewDetail }) {
  return (
    <section aria-label={texts.features.versions} className="rounded-md border border-line bg-surface">
      <h3 className={heading}>{texts.features.versions}</h3>
      <ul>
        {view.allVersions.map((one) => (
          <li key={one.version} className="flex flex-wrap items-baseline gap-3 border-b border-line px-4 py-2 text-sm last:border-b-0">
            <span className="font-medium">{texts.models.version} {one.version}</span>
            <span className="text-xs text-muted">
              <TimeAgo at={one.createdAt} />
            </span>
            <span className="text-muted">{one.changes.length === 0 ? texts.features.firstVersion : one.changes.join(' ')}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

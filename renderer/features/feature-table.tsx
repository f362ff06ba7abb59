import type { ViewDetail } from '#app/protocol/sections/features.ts';
import { MiniHistogram } from '../results/table/mini-histogram.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { cx, TypeBadge } from '../ui/index.ts';
import { sourcesOf } from './actions.ts';
import { texts } from '../text/texts.ts';

export const head = 'border-b border-line px-3 py-1.5 text-left text-xs font-medium text-muted whitespace-nowrap';
export const cell = 'border-b border-line px-3 py-1.5 align-middle';
export const heading = 'border-b border-line px-4 py-2.5 text-sm font-semibold';

interface FeatureTableProps {
  readonly view: ViewDetail;
  readonly chosen: readonly string[];
  readonly onChoose: (names: readonly string[]) => void;
}

/** The features of a view: choosable, each with its distribution, what it is and where it comes from. */
export function FeatureTable({ view, chosen, onChoose }: FeatureTableProps) {
  const profile = useQuery(view.current === null ? null : `feature profile ${view.current.id}`, (signal) => client.features.profile({ view: view.name, version: null }, { signal }));
  const sources = sourcesOf(view);
  const all = view.features.map(({ name }) => name);
  const users = (name: string): string => view.uses.filter((use) => use.columns.includes(name) || use.computed.includes(name)).map((use) => `${use.model}@${use.modelVersion}`).join(', ');
  return (
    <section aria-label={texts.features.features} className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <th scope="col" className={cx(head, 'w-8')}>
              <input type="checkbox" aria-label={texts.features.chooseAll} checked={all.length > 0 && chosen.length === all.length} onChange={(event) => onChoose(event.target.checked ? all : [])} />
            </th>
            <th scope="col" className={head}>{texts.features.features}</th>
            <th scope="col" className={head}>{texts.features.type}</th>
            <th scope="col" className={head}>{texts.features.distribution}</th>
            <th scope="col" className={head}>{texts.features.whatItIs}</th>
            <th scope="col" className={head}>{texts.features.from}</th>
            <th scope="col" className={head}>{texts.features.usedBy}</th>
          </tr>
        </thead>
        <tbody>
          {view.features.map(({ name, type }) => {
            const found = profile.data?.find((one) => one.name === name);
            return (
              <tr key={name} data-testid={`feature-${name}`}>
                <td className={cell}>
                  <input type="checkbox" aria-label={texts.features.choose(name)} checked={chosen.includes(name)} onChange={(event) => onChoose(event.target.checked ? [...chosen, name] : chosen.filter((one) => one !== name))} />
                </td>
                <td className={cx(cell, 'selectable font-medium')}>{name}</td>
                <td className={cell}>
                  <TypeBadge type={type} />
                </td>
                <td className={cell}>{found === undefined ? <div aria-hidden className="h-[28px] w-[110px] rounded-sm bg-hover" /> : <MiniHistogram profile={found} width={110} />}</td>
                <td className={cx(cell, 'selectable text-muted')}>{view.notes[name] ?? ''}</td>
                <td className={cx(cell, 'selectable max-w-52 truncate text-muted')} title={sources.get(name)}>
                  {sources.get(name) ?? ''}
                </td>
                <td className={cx(cell, 'selectable max-w-40 truncate text-muted')} title={users(name)}>
                  {users(name)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

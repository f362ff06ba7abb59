import { formatCount, formatNumber } from '#app/core/units.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { Spinner, TypeBadge, cx } from '../ui/index.ts';
import { Part } from './version-detail.tsx';
import { texts } from '../text/texts.ts';

const shownRows = 20;
const head = 'sticky top-0 z-10 border-b border-line-strong bg-chrome px-3 py-1.5 text-left text-xs font-semibold whitespace-nowrap';
const cell = 'border-b border-line px-3 py-1 whitespace-nowrap max-w-56 truncate';

/** Rows that were kept with the version, with what it must predict for each. */
export function GoldenRows({ name, version }: { readonly name: string; readonly version: number }) {
  const query = useQuery(`golden ${name} ${version}`, (signal) => client.registry.golden({ name, version, limit: shownRows }, { signal }));
  const { data } = query;
  const withProbability = data?.predictions.some(({ probability }) => probability !== null) === true;
  return (
    <Part title={texts.registry.golden}>
      {query.error ? <Notice diagnostic={query.error} /> : null}
      {data === null && !query.error ? <Spinner label={texts.common.loading} /> : null}
      {data ? (
        <>
          <p className="mb-2 text-xs text-muted">{texts.registry.goldenWhat(formatCount(data.inputs.length), formatCount(data.rows))}</p>
          <div tabIndex={0} className="max-h-80 overflow-auto rounded-md border border-line bg-surface">
            <table data-testid="golden-rows" className="w-full border-separate border-spacing-0 text-sm">
              <thead>
                <tr>
                  <th scope="col" className={cx(head, 'text-accent-ink')}>{texts.registry.prediction}</th>
                  {data.columns.map((column) => (
                    <th key={column.name} scope="col" className={head}>
                      <span className="inline-flex items-center gap-1.5">
                        {column.name} <TypeBadge type={column.type} iconOnly />
                      </span>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {data.inputs.map((row, index) => {
                  const { prediction, probability } = data.predictions[index] ?? { prediction: null, probability: null };
                  return (
                    <tr key={index}>
                      <td className={cx(cell, 'font-medium')}>
                        <Cell value={prediction} />
                        {withProbability && probability !== null ? <span className="ml-2 text-xs font-normal tabular-nums text-muted">{formatNumber(probability)}</span> : null}
                      </td>
                      {row.map((value, column) => (
                        <td key={data.columns[column]?.name ?? column} className={cx(cell, typeof value === 'number' && 'tabular-nums')} title={typeof value === 'string' ? value : undefined}>
                          <Cell value={value} />
                        </td>
                      ))}
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        </>
      ) : null}
    </Part>
  );
}

function Cell({ value }: { readonly value: null | boolean | number | string }) {
  if (value === null) return <span className="text-faint">{texts.common.missing}</span>;
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'boolean' ? (value ? texts.common.trueWord : texts.common.falseWord) : value;
}

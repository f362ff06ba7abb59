import type { ReactNode } from 'react';
import { ArrowLeft, Star } from 'lucide-react';
import { formatNumber } from '#app/core/units.ts';
import type { Comparison } from '#app/protocol/sections/registry.ts';
import { Notice } from '../results/notice.tsx';
import { algorithmTitle } from '../results/model/words.ts';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { Button, Page, Spinner, cx } from '../ui/index.ts';
import { splitVersionMetric, versionShort } from './metric-words.ts';
import { useModels, type VersionReference } from './models-store.ts';
import { AliasChip, StageChip } from './stage-chip.tsx';
import { texts } from '../text/texts.ts';

const head = 'border-b border-line-strong bg-chrome px-3 py-2 text-left text-xs font-semibold align-bottom';
const rowHead = 'border-b border-line px-3 py-1.5 text-left font-normal text-muted';
const cell = 'border-b border-line px-3 py-1.5';
const band = 'border-b border-line bg-sunken px-3 py-1 text-left text-xs font-semibold text-muted';

/** Versions side by side: metrics with differences and which way is better, then everything they were made of that differs. */
export function ComparePage({ versions }: { readonly versions: readonly VersionReference[] }) {
  const query = useQuery(`compare ${JSON.stringify(versions)}`, (signal) => client.registry.compare({ versions: [...versions] }, { signal }));
  const words = texts.registry.comparePage;
  return (
    <Page
      title={words.title(versions.length)}
      description={words.what}
      actions={
        <Button icon={<ArrowLeft size={14} />} onClick={() => useModels.setState({ comparing: null })}>
          {words.back}
        </Button>
      }
    >
      {query.error ? <Notice diagnostic={query.error} /> : null}
      {query.data === null && !query.error ? <Spinner label={texts.common.loading} /> : null}
      {query.data ? <Side data={query.data} /> : null}
    </Page>
  );
}

function Side({ data }: { readonly data: Comparison }) {
  const words = texts.registry.comparePage;
  const columns = data.versions.length + 1;
  const keys = data.versions.map(({ name, version }) => `${name}@${version}`);
  const texted = (values: readonly (string | null)[], mono = false): ReactNode =>
    values.map((value, index) => (
      <td key={keys[index]} className={cx(cell, 'selectable break-words', mono && 'font-mono text-xs', index > 0 && value !== values[0] && 'bg-warn-soft')}>
        {value ?? <span className="text-faint">–</span>}
      </td>
    ));
  return (
    <div className="overflow-auto rounded-md border border-line bg-surface">
      <table data-testid="version-compare" className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <td className={head} />
            {data.versions.map((one) => (
              <th key={`${one.name}@${one.version}`} scope="col" className={head}>
                <span className="flex flex-col gap-1">
                  <span className="text-base">
                    {one.name} <span className="tabular-nums">{versionShort(one.version)}</span>
                  </span>
                  <span className="flex flex-wrap gap-1 font-normal">
                    <StageChip stage={one.stage} />
                    {one.aliases.map((alias) => (
                      <AliasChip key={alias} alias={alias} />
                    ))}
                  </span>
                  <span className="font-normal text-muted">
                    <TimeAgo at={one.createdAt} />
                  </span>
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Band title={words.metrics} columns={columns} />
          {data.metrics.length === 0 ? <Nothing columns={columns} /> : null}
          {data.metrics.map((metric) => {
            const { metric: title, node } = splitVersionMetric(metric.name);
            return (
              <tr key={metric.name}>
                <th scope="row" className={rowHead}>
                  <span className="text-ink">{title}</span>
                  {node ? <span className="block text-xs">{node}</span> : null}
                </th>
                {metric.values.map((value, index) => (
                  <td key={keys[index]} className={cx(cell, 'whitespace-nowrap tabular-nums', metric.best === index && 'font-semibold')}>
                    {value === null ? <span className="text-faint">–</span> : formatNumber(value)}
                    {metric.best === index ? <Star size={11} aria-label={texts.registry.best} className="ml-1.5 inline fill-current text-accent-ink" /> : null}
                    {index > 0 ? <Difference value={metric.differences[index] ?? null} better={metric.better} /> : null}
                  </td>
                ))}
              </tr>
            );
          })}
          <Band title={words.made} columns={columns} />
          {data.facts.map(({ name, values }) => (
            <tr key={name}>
              <th scope="row" className={rowHead}>{words.facts[name]}</th>
              {texted(name === 'recipe' ? values.map(recipeWords) : name === 'algorithm' ? values.map((value) => (value === null ? null : algorithmTitle(value))) : values, name === 'commit' || name === 'pipeline')}
            </tr>
          ))}
          <tr>
            <th scope="row" className={rowHead}>{words.data}</th>
            {data.sameData.map((same, index) => (
              <td key={keys[index]} className={cx(cell, index > 0 && same === false && 'bg-warn-soft')}>
                {index === 0 ? <span className="text-faint">–</span> : same === null ? words.unknownData : same ? words.sameData : words.otherData}
                {index > 0 && data.sameModel[index] ? <span className="block text-xs text-muted">{words.sameModel}</span> : null}
              </td>
            ))}
          </tr>
          <Band title={words.params} columns={columns} />
          {data.params.length === 0 ? <Nothing columns={columns} /> : null}
          {data.params.map(({ name, values }) => (
            <tr key={name}>
              <th scope="row" className={cx(rowHead, 'font-mono text-xs')}>{name}</th>
              {texted(values, true)}
            </tr>
          ))}
          <Band title={words.signature} columns={columns} />
          {data.inputs.map(({ name, types }) => (
            <tr key={name}>
              <th scope="row" className={rowHead}>{name}</th>
              {texted(types.map((type) => type ?? words.notThere))}
            </tr>
          ))}
          {data.sameInputs === 0 && data.inputs.length > 0 ? null : (
            <tr>
              <td colSpan={columns} className={cx(cell, 'text-muted')}>
                {data.inputs.length === 0 ? words.nothing : words.sameInputs(data.sameInputs)}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

const recipeWords = (steps: string | null): string | null => (steps === null ? null : steps === '' ? texts.registry.asTheyAre : steps.split(', ').map((step) => texts.registry.recipe[step] ?? step).join(', '));

function Band({ title, columns }: { readonly title: string; readonly columns: number }) {
  return (
    <tr>
      <th scope="colgroup" colSpan={columns} className={band}>
        {title}
      </th>
    </tr>
  );
}

function Nothing({ columns }: { readonly columns: number }) {
  return (
    <tr>
      <td colSpan={columns} className={cx(cell, 'text-muted')}>
        {texts.registry.comparePage.nothing}
      </td>
    </tr>
  );
}

/** By sign, arrow and, where it is known which way is better, by colour. */
function Difference({ value, better }: { readonly value: number | null; readonly better: 'higher' | 'lower' | null }) {
  if (value === null || value === 0) return null;
  const isBetter = better === null ? null : value > 0 === (better === 'higher');
  return (
    <span className={cx('ml-2 text-xs font-normal', isBetter === null ? 'text-muted' : isBetter ? 'text-good-ink' : 'text-bad-ink')}>
      {value > 0 ? '▲ +' : '▼ −'}
      {formatNumber(Math.abs(value))}
    </span>
  );
}

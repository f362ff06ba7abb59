import { useEffect, useState } from 'react';
import { Box, CloudDownload, FileDown, Search, Settings2, ShieldCheck } from 'lucide-react';
import { formatNumber } from '#app/core/units.ts';
import type { RegisteredModel } from '#app/protocol/sections/registry.ts';
import { Notice } from '../results/notice.tsx';
import { algorithmTitle } from '../results/model/words.ts';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { useRun } from '../state/run.ts';
import { useView } from '../state/view.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { Button, EmptyState, Menu, Page, SearchInput, Spinner, cx } from '../ui/index.ts';
import { ImportDialog } from './import-dialog.tsx';
import { splitVersionMetric, versionShort } from './metric-words.ts';
import { openModel, useModels } from './models-store.ts';
import { PullDialog } from './pull-dialog.tsx';
import { RulesDialog } from './rules-dialog.tsx';
import { ServerDialog } from './server-dialog.tsx';
import { RunningServers } from './running-servers.tsx';
import { AliasChip, StageChip } from './stage-chip.tsx';
import { Sparkline } from './trend.tsx';
import { texts } from '../text/texts.ts';

const typingPauseMs = 200;
type Asked = 'import' | 'pull' | 'server' | 'rules' | null;

/** All models of the project, searched on the engine's side. */
export function ModelList() {
  const query = useModels((state) => state.query);
  const changes = useModels((state) => state.changes);
  const status = useRun((state) => state.status);
  const [typed, setTyped] = useState(query);
  const [asked, setAsked] = useState<Asked>(null);
  useEffect(() => {
    const timer = setTimeout(() => useModels.setState({ query: typed.trim() }), typingPauseMs);
    return () => clearTimeout(timer);
  }, [typed]);
  const models = useQuery(`models ${changes} ${query}`, (signal) => client.registry.list({ query }, { signal }));
  const { reload } = models;
  useEffect(() => {
    if (status !== 'starting') reload();
  }, [status, reload]);
  // While another search is under way, what was found before stays.
  const [shown, setShown] = useState<readonly RegisteredModel[] | null>(null);
  useEffect(() => {
    if (models.data !== null) setShown(models.data);
  }, [models.data]);
  const isEmpty = shown?.length === 0 && query === '' && typed.trim() === '';
  const importButton = (
    <Button needs="operate" icon={<FileDown size={14} />} data-testid="import-model" onClick={() => setAsked('import')}>
      {texts.registry.importOnnx}
    </Button>
  );
  return (
    <Page
      title={texts.registry.title}
      description={texts.registry.what}
      actions={
        <>
          {isEmpty ? null : <SearchInput label={texts.registry.search} value={typed} onChange={setTyped} placeholder={texts.registry.searchHint} className="w-80 max-w-[50vw]" />}
          {isEmpty ? null : importButton}
          <Menu
            align="end"
            trigger={<Button data-testid="mlflow-menu">{texts.registry.mlflow}</Button>}
            items={[
              { id: 'pull', needs: 'operate', label: texts.registry.pullFrom, icon: <CloudDownload />, onSelect: () => setAsked('pull') },
              { id: 'server', needs: 'operate', label: texts.registry.serverSettings, icon: <Settings2 />, onSelect: () => setAsked('server') },
              { kind: 'separator', id: 'rule' },
              { id: 'rules', needs: 'admin', label: texts.registry.approvalRule, icon: <ShieldCheck />, onSelect: () => setAsked('rules') },
            ]}
          />
        </>
      }
    >
      {models.error ? <Notice diagnostic={models.error} action={models.error.code === 'search-syntax' ? undefined : <Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
      {shown === null && !models.error ? <Spinner label={texts.common.loading} /> : null}
      <RunningServers models={shown ?? []} />
      {isEmpty ? (
        <EmptyState
          icon={<Box />}
          title={texts.registry.none}
          action={
            <>
              <Button variant="primary" onClick={() => useView.setState({ page: 'canvas' })}>{texts.common.goToCanvas}</Button>
              {importButton}
            </>
          }
        >
          {texts.registry.noneText}
        </EmptyState>
      ) : null}
      {shown?.length === 0 && !isEmpty && !models.error ? (
        <EmptyState icon={<Search />} title={texts.registry.noneFound} action={<Button onClick={() => setTyped('')}>{texts.registry.clearSearch}</Button>}>
          {texts.registry.noneFoundText}
        </EmptyState>
      ) : null}
      {shown && shown.length > 0 && !models.error ? <ModelTable models={shown} searched={query !== ''} /> : null}
      <ImportDialog open={asked === 'import'} onClose={() => setAsked(null)} />
      <PullDialog open={asked === 'pull'} onClose={() => setAsked(null)} onServer={() => setAsked('server')} />
      <ServerDialog open={asked === 'server'} onClose={() => setAsked(null)} />
      <RulesDialog open={asked === 'rules'} onClose={() => setAsked(null)} />
    </Page>
  );
}

const head = 'border-b border-line-strong bg-chrome px-4 py-2 text-left text-xs font-semibold text-muted whitespace-nowrap';
const cell = 'border-b border-line px-4 py-2.5 align-middle group-last:border-b-0';

function ModelTable({ models, searched }: { readonly models: readonly RegisteredModel[]; readonly searched: boolean }) {
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table data-testid="model-list" aria-label={texts.registry.title} className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <th scope="col" className={head}>{texts.registry.columns.model}</th>
            <th scope="col" className={head}>{texts.registry.columns.stage}</th>
            <th scope="col" className={head}>{texts.registry.columns.metric}</th>
            <th scope="col" className={cx(head, 'text-right')}>{texts.registry.columns.best}</th>
            <th scope="col" className={head}>{texts.registry.columns.versions}</th>
            <th scope="col" className={head}>{texts.registry.columns.registered}</th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <ModelRow key={model.name} model={model} searched={searched} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ModelRow({ model, searched }: { readonly model: RegisteredModel; readonly searched: boolean }) {
  const { name, metric } = model;
  const words = metric === null ? null : splitVersionMetric(metric.name);
  const [firstFound] = model.found;
  const open = () => openModel(name, searched ? (firstFound ?? null) : null);
  return (
    <tr data-testid={`model-${name}`} onClick={open} className="group cursor-pointer hover:bg-hover">
      <td className={cell}>
        <button type="button" aria-label={texts.registry.open(name)} onClick={open} className="block max-w-72 truncate rounded-sm text-left text-base font-semibold hover:underline">
          {name}
        </button>
        <span className="block max-w-72 truncate text-xs text-muted">{texts.models.forTarget(algorithmTitle(model.algorithm), model.target)}</span>
      </td>
      <td className={cell}>
        <span className="flex max-w-72 flex-wrap gap-1">
          {model.production.length > 0 ? <StageChip stage="production" versions={model.production} /> : null}
          {model.staging.length > 0 ? <StageChip stage="staging" versions={model.staging} /> : null}
          {model.aliases.map(({ alias, version }) => (
            <AliasChip key={alias} alias={alias} version={version} />
          ))}
          {model.production.length + model.staging.length + model.aliases.length === 0 ? <span className="text-faint">–</span> : null}
        </span>
      </td>
      <td className={cell}>
        {metric === null || words === null ? (
          <span className="text-faint">–</span>
        ) : (
          <span className="flex items-center gap-3">
            <Sparkline metric={metric} />
            <span className="min-w-0">
              <span className="block truncate">{words.metric}</span>
              {words.node ? <span className="block max-w-40 truncate text-xs text-muted">{words.node}</span> : null}
            </span>
          </span>
        )}
      </td>
      <td className={cx(cell, 'whitespace-nowrap text-right tabular-nums')}>
        {metric === null ? (
          <span className="text-faint">–</span>
        ) : (
          <>
            <span className="block text-base font-medium">{formatNumber(metric.best.value)}</span>
            <span className="block text-xs text-muted">{versionShort(metric.best.version)}</span>
          </>
        )}
      </td>
      <td className={cx(cell, 'whitespace-nowrap')}>
        {texts.registry.versionCount(model.versions)}
        {searched && model.found.length < model.versions ? <span className="block text-xs text-muted">{texts.registry.foundCount(model.found.length)}</span> : null}
      </td>
      <td className={cx(cell, 'text-muted')}>
        <TimeAgo at={model.registeredAt} />
      </td>
    </tr>
  );
}

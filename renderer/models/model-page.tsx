import { useEffect, useState } from 'react';
import { ArrowLeft, CloudUpload, GitCompareArrows, History } from 'lucide-react';
import type { VersionSummary } from '#app/protocol/sections/registry.ts';
import { Notice } from '../results/notice.tsx';
import { algorithmTitle } from '../results/model/words.ts';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { useRun } from '../state/run.ts';
import { Button, Page, Spinner } from '../ui/index.ts';
import { RollBackDialog } from './change-dialogs.tsx';
import { closeModel, openModel, useModels } from './models-store.ts';
import { TrendChart } from './trend.tsx';
import { useVersionActions } from './version-actions.tsx';
import { VersionDetailView } from './version-detail.tsx';
import { VersionTable } from './version-table.tsx';
import { texts } from '../text/texts.ts';

const none: readonly VersionSummary[] = [];

/** One model: its metric over versions, the versions, and one of them in detail. */
export function ModelPage({ name, version }: { readonly name: string; readonly version: number | null }) {
  const changes = useModels((state) => state.changes);
  const status = useRun((state) => state.status);
  const model = useQuery(`model ${changes} ${name}`, (signal) => client.registry.versions({ name }, { signal }));
  const { reload } = model;
  useEffect(() => {
    if (status !== 'starting') reload();
  }, [status, reload]);
  const [data, setData] = useState(model.data);
  useEffect(() => {
    if (model.data !== null) setData(model.data);
  }, [model.data]);
  const versions = data?.versions ?? none;
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [rollingBack, setRollingBack] = useState(false);
  const { items, ask, dialogs } = useVersionActions(versions);
  const [newest] = versions;
  const shown = versions.find((one) => one.version === version) ?? newest;
  const compared = versions.filter((one) => chosen.has(one.version)).map((one) => one.version).sort((a, b) => a - b);
  const choose = (one: number) => openModel(name, one);
  // The last version was removed: there is nothing to look at here any more.
  const isGone = model.error?.code === 'unknown-model';
  useEffect(() => {
    if (isGone) closeModel();
  }, [isGone]);

  return (
    <Page
      title={name}
      {...(newest === undefined || data === null ? {} : { description: texts.models.forTarget(algorithmTitle(newest.algorithm), data.target) })}
      actions={
        <>
          <Button icon={<ArrowLeft size={14} />} data-testid="all-models" onClick={closeModel}>
            {texts.registry.allModels}
          </Button>
          <Button needs="operate" icon={<History size={14} />} data-testid="roll-back" disabled={versions.every(({ stage }) => stage !== 'production')} onClick={() => setRollingBack(true)}>
            {texts.registry.rollBack}
          </Button>
          <Button needs="operate" icon={<CloudUpload size={14} />} disabled={shown === undefined} onClick={() => shown && ask('push', shown)}>
            {texts.registry.mlflow}
          </Button>
          <Button
            variant={compared.length > 1 ? 'primary' : 'secondary'}
            icon={<GitCompareArrows size={14} />}
            data-testid="compare-versions"
            title={compared.length > 1 ? undefined : texts.registry.compareHint}
            disabled={compared.length < 2}
            onClick={() => useModels.setState({ comparing: compared.map((one) => ({ name, version: one })) })}
          >
            {compared.length > 1 ? texts.registry.compareCount(compared.length) : texts.registry.compare}
          </Button>
        </>
      }
    >
      {model.error && !isGone ? <Notice diagnostic={model.error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
      {data === null && !model.error ? <Spinner label={texts.common.loading} /> : null}
      {data?.metric && data.metric.points.length > 1 && shown ? <TrendChart metric={data.metric} production={versions.filter(({ stage }) => stage === 'production').map((one) => one.version)} chosen={shown.version} onChoose={choose} /> : null}
      {shown ? (
        <>
          <VersionTable name={name} versions={versions} main={data?.metric ?? null} open={shown.version} chosen={chosen} items={items} onOpen={choose} onChoose={(one, on) => setChosen((before) => new Set(on ? [...before, one] : [...before].filter((other) => other !== one)))} />
          <VersionDetailView summary={shown} items={items(shown)} onVerdict={(verdict) => ask(verdict === 'approved' ? 'approve' : 'reject', shown)} onPromote={() => ask('promote', shown)} />
        </>
      ) : null}
      {dialogs}
      {rollingBack ? <RollBackDialog name={name} onClose={() => setRollingBack(false)} /> : null}
    </Page>
  );
}

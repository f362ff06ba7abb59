import type { ReactNode } from 'react';
import { ExternalLink } from 'lucide-react';
import { formatCount } from '#app/core/units.ts';
import type { VersionDetail } from '#app/protocol/sections/registry.ts';
import { algorithmTitle } from '../results/model/words.ts';
import { titleIn } from '../state/catalogue.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { Button } from '../ui/index.ts';
import { personName } from './metric-words.ts';
import { openTrainer } from './open-trainer.ts';
import { Part } from './version-detail.tsx';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';

/** Pipeline, run, data, preparation, params: what the version was made of; opens the canvas at its trainer. */
export function Origin({ detail }: { readonly detail: VersionDetail }) {
  const words = texts.registry.from;
  const { pipelinePath, trainer, dataset } = detail;
  const params = Object.entries(detail.params).filter(([, value]) => value !== null && value !== '');
  return (
    <Part
      title={words.title}
      actions={
        pipelinePath === null ? null : (
          <Button size="sm" variant="quiet" icon={<ExternalLink size={13} />} data-testid="open-canvas" onClick={() => void openTrainer(pipelinePath, trainer?.nodeId ?? detail.nodeId)}>
            {words.openCanvas}
          </Button>
        )
      }
    >
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 rounded-md border border-line bg-surface px-3 py-2 text-sm">
        <Fact name={words.by}>
          {detail.actor === null ? '' : `${personName(detail.actor)}, `}
          <TimeAgo at={detail.createdAt} />
        </Fact>
        <Fact name={words.pipeline}>{detail.pipelineTitle}</Fact>
        <Fact name={words.trainer}>{trainer === null ? algorithmTitle(detail.algorithm) : titleIn(trainer.title)}</Fact>
        <Fact name={words.origin}>{detail.origin}</Fact>
        <Fact name={words.data}>{dataset === null ? null : [titleIn(dataset.title), texts.common.columnCount(formatCount(dataset.columns.length), dataset.columns.length === 1)].join(', ')}</Fact>
        <Fact name={words.rows}>{detail.rows === 0 ? null : formatCount(detail.rows)}</Fact>
        <Fact name={words.recipe}>{detail.recipe === null ? null : detail.recipe.length === 0 ? texts.registry.asTheyAre : [...new Set(detail.recipe)].map((step) => texts.registry.recipe[step] ?? step).join(', ')}</Fact>
        <Fact name={words.run}>{detail.runId === null ? null : <Code text={detail.runId} />}</Fact>
        <Fact name={words.commit}>{detail.commit === null ? null : <Code text={detail.commit.slice(0, 10)} />}</Fact>
        <Fact name={words.fingerprint}>{detail.data === null ? null : <Code text={detail.data.slice(0, 12)} title={detail.data} />}</Fact>
        <Fact name={words.file}>
          <Code text={detail.onnx.slice(0, 12)} title={detail.onnx} />
        </Fact>
        <Fact name={words.app}>{detail.app}</Fact>
        <Fact name={texts.registry.usedBy}>{detail.usedBy.length === 0 ? null : detail.usedBy.map(told).join(', ')}</Fact>
      </dl>
      {params.length === 0 ? null : (
        <details className="mt-2 rounded-md border border-line bg-surface text-sm">
          <summary className="cursor-pointer px-3 py-1.5">
            {texts.registry.params} <span className="text-muted">{params.length}</span>
          </summary>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5 border-t border-line px-3 py-2 font-mono text-xs">
            {params.map(([name, value]) => (
              <Fact key={name} name={name}>
                {typeof value === 'string' ? value : JSON.stringify(value)}
              </Fact>
            ))}
          </dl>
        </details>
      )}
    </Part>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  if (children === null || children === '') return null;
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="selectable min-w-0 break-words">{children}</dd>
    </>
  );
}

function Code({ text, title }: { readonly text: string; readonly title?: string }) {
  return (
    <code className="block truncate font-mono text-xs leading-5" title={title ?? text}>
      {text}
    </code>
  );
}

import type { Block, BlockOf, BlockSource } from '#app/reports/document.ts';
import { client } from '../rpc/client.ts';
import { useQuery } from '../results/use-query.ts';
import { Field, Select } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { changeBlock } from './block-edits.ts';
import { usePipelines } from './use-pipelines.ts';

type WithSource = Extract<Block, { source: unknown }>;

/** Which port a block shows: pipeline, node, output. */
export function SourceFields({ block }: { readonly block: WithSource }) {
  const { data } = usePipelines();
  const { source } = block;
  const pipelines = data ?? [];
  const pipeline = pipelines.find(({ id, path }) => id === source.pipeline && path === source.path) ?? pipelines.find(({ id }) => id === source.pipeline);
  const nodes = (pipeline?.nodes ?? []).filter(({ ports }) => ports.length > 0);
  const node = nodes.find(({ id }) => id === source.node);
  const set = (next: BlockSource) => changeBlock(block, { source: next, ...(next.node === source.node && next.pipeline === source.pipeline && next.port === source.port ? {} : viewFor(block, kindOf(next))) });
  const kindOf = ({ pipeline: id, path, node: nodeId, port }: BlockSource): string | undefined =>
    pipelines.find((one) => one.id === id && one.path === path)?.nodes.find((one) => one.id === nodeId)?.ports.find(({ name }) => name === port)?.kind;
  return (
    <>
      <Field label={texts.common.pipeline}>
        {({ id }) => (
          <Select
            id={id}
            label={texts.common.pipeline}
            value={pipeline?.path ?? null}
            onChange={(path) => {
              const next = pipelines.find((one) => one.path === path);
              const first = next?.nodes.find(({ ports }) => ports.length > 0);
              if (next && first?.ports[0]) set({ pipeline: next.id, path, node: first.id, port: first.ports[0].name });
            }}
            items={pipelines.map(({ path, title }) => ({ value: path, label: title }))}
          />
        )}
      </Field>
      <Field label={texts.common.node}>
        {({ id }) => (
          <Select
            id={id}
            label={texts.common.node}
            value={node?.id ?? null}
            onChange={(nodeId) => {
              const next = nodes.find((one) => one.id === nodeId);
              if (pipeline && next?.ports[0]) set({ pipeline: pipeline.id, path: pipeline.path, node: next.id, port: next.ports[0].name });
            }}
            items={nodes.map((one) => ({ value: one.id, label: one.title }))}
          />
        )}
      </Field>
      {(node?.ports.length ?? 0) > 1 ? (
        <Field label={texts.common.output}>{({ id }) => <Select id={id} label={texts.common.output} value={source.port} onChange={(port) => set({ ...source, port })} items={(node?.ports ?? []).map(({ name, title }) => ({ value: name, label: title }))} />}</Field>
      ) : null}
    </>
  );
}

/** What a block shows of a port of another kind, until it is chosen. */
function viewFor(block: WithSource, kind: string | undefined): Record<string, unknown> {
  if (block.type === 'metric') return { metric: 'rows' };
  if (block.type === 'table') return { view: kind === 'table' ? { of: 'table', columns: null, sort: [], filter: '' } : { of: 'value', table: '', index: 0 } };
  if (block.type === 'chart') return { view: { of: 'value', chart: '', index: 0 } };
  return {};
}

/** Charts, tables and numbers that a port has. */
export function useOffers(source: BlockSource, pinned: Readonly<Record<string, string>>) {
  return useQuery(JSON.stringify(['offers', source, pinned]), (signal) => client.reports.offers({ source, pinned: { ...pinned } }, { signal }));
}

export function MetricField({ block, pinned }: { readonly block: BlockOf<'metric'>; readonly pinned: Readonly<Record<string, string>> }) {
  const { data } = useOffers(block.source, pinned);
  const names = (data?.offers ?? []).flatMap((offer) => (offer.type === 'metric' ? [offer.name] : []));
  const all = names.includes(block.metric) ? names : [...names, block.metric];
  return <Field label={texts.reports.fields.number}>{({ id }) => <Select id={id} label={texts.reports.fields.number} value={block.metric} onChange={(metric) => changeBlock(block, { metric })} items={all.map((name) => ({ value: name, label: name }))} />}</Field>;
}

export function PictureField({ block }: { readonly block: BlockOf<'picture'> }) {
  const { data } = usePipelines();
  return (
    <Field label={texts.common.pipeline}>
      {({ id }) => (
        <Select
          id={id}
          label={texts.common.pipeline}
          value={(data ?? []).find((one) => one.id === block.pipeline)?.path ?? null}
          onChange={(path) => {
            const next = data?.find((one) => one.path === path);
            if (next) changeBlock(block, { pipeline: next.id, path });
          }}
          items={(data ?? []).map(({ path, title }) => ({ value: path, label: title }))}
        />
      )}
    </Field>
  );
}

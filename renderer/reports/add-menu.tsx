import { BarChart3, Gauge, Heading, Image, LayoutList, Minus, Plus, Table2, Type, Workflow } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ReportPipeline } from '#app/protocol/sections/reports.ts';
import type { BlockSource, BlockType } from '#app/reports/document.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { columnQuery } from '../results/column-query.ts';
import { notify } from '../state/notices.ts';
import { usePipeline } from '../state/pipeline.ts';
import { Button, Menu } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { addBlocks, type NewBlock } from './report-store.ts';

const icons: Readonly<Record<BlockType, ReactNode>> = { heading: <Heading />, text: <Type />, metric: <Gauge />, chart: <BarChart3 />, table: <Table2 />, value: <LayoutList />, picture: <Workflow />, image: <Image />, divider: <Minus /> };
const order: readonly BlockType[] = ['heading', 'text', 'metric', 'chart', 'table', 'value', 'picture', 'image', 'divider'];

/** Every kind of block. What it shows is a first guess from the open pipeline, and chosen in the inspector. */
export function AddMenu({ primary = false }: { readonly primary?: boolean }) {
  return (
    <Menu
      align="end"
      trigger={
        <Button needs="edit" variant={primary ? 'primary' : 'secondary'} icon={<Plus size={14} />} data-testid={primary ? 'add-first-block' : 'add-block'}>
          {texts.reports.addBlock}
        </Button>
      }
      items={order.map((type) => ({ id: type, label: texts.reports.types[type], icon: icons[type], onSelect: () => void add(type) }))}
    />
  );
}

async function add(type: BlockType): Promise<void> {
  try {
    const block = await firstGuess(type);
    if (block === null) notify({ severity: 'info', message: texts.reports.noPipelines, remedy: texts.reports.noPipelinesRemedy });
    else addBlocks([block]);
  } catch (error) {
    notify(diagnosticOf(error));
  }
}

async function firstGuess(type: BlockType): Promise<NewBlock | null> {
  switch (type) {
    case 'heading':
      return { type, text: texts.reports.newHeading, level: 2 };
    case 'text':
      return { type, markdown: '' };
    case 'divider':
      return { type };
    case 'image':
      return { type, data: '', alt: '' };
    default: {
      const pipelines = await client.reports.pipelines();
      const open = usePipeline.getState().path;
      const pipeline = pipelines.find(({ path }) => path === open) ?? pipelines[0];
      if (pipeline === undefined) return null;
      return type === 'picture' ? { type, pipeline: pipeline.id, path: pipeline.path } : ofPort(type, pipeline);
    }
  }
}

const wantedKinds = { metric: ['evaluation', 'model', 'table'], chart: ['evaluation', 'report', 'table'], table: ['table'], value: ['evaluation', 'report', 'model', 'recipe', 'learner'] } as const;

async function ofPort(type: keyof typeof wantedKinds, pipeline: ReportPipeline): Promise<NewBlock | null> {
  const ports = wantedKinds[type].flatMap((kind) => pipeline.nodes.flatMap((node) => node.ports.filter((port) => port.kind === kind).map((port) => ({ pipeline: pipeline.id, path: pipeline.path, node: node.id, port: port.name, kind }))));
  for (const { kind, ...source } of ports.slice(0, 12)) {
    const block = await blockOf(type, kind, source);
    if (block !== null) return block;
  }
  const [first] = ports;
  if (first === undefined) return null;
  const { kind: _kind, ...source } = first;
  return emptyBlock(type, source);
}

/** Null where the port has no such thing yet. */
async function blockOf(type: keyof typeof wantedKinds, kind: string, source: BlockSource): Promise<NewBlock | null> {
  const { offers, columns, kind: found } = await client.reports.offers({ source, pinned: {} });
  if (found === null) return null;
  if (type === 'metric') {
    const metric = offers.find((offer) => offer.type === 'metric');
    return metric?.type === 'metric' ? { type, source, metric: metric.name, change: true } : null;
  }
  if (type === 'chart' && kind !== 'table') {
    const chart = offers.find((offer) => offer.type === 'chart');
    return chart?.type === 'chart' ? { type, source, view: { of: 'value', chart: chart.title, index: chart.index }, look: { palette: 'standard', legend: 'auto' } } : null;
  }
  if (type === 'chart') {
    const query = columns.map(columnQuery).find((one) => one !== null);
    return query === undefined || query === null ? null : { type, source, view: { of: 'table', query, filter: '' }, look: { palette: 'standard', legend: 'auto' } };
  }
  return emptyBlock(type, source);
}

/** Of a port that has not been run yet. */
export function emptyBlock(type: keyof typeof wantedKinds, source: BlockSource): NewBlock {
  switch (type) {
    case 'metric':
      return { type, source, metric: 'rows', change: true };
    case 'chart':
      return { type, source, view: { of: 'value', chart: '', index: 0 }, look: { palette: 'standard', legend: 'auto' } };
    case 'table':
      return { type, source, view: { of: 'table', columns: null, sort: [], filter: '' }, rows: 20 };
    case 'value':
      return { type, source };
  }
}

import { useState } from 'react';
import { Cable } from 'lucide-react';
import type { PipelineNode } from '#app/pipeline/document.ts';
import type { Schema } from '#app/relation/types.ts';
import { mayBeEmpty, type PortMeta, type PortSpec } from '#app/sdk/ports.ts';
import type { NodeDefinition } from '#app/sdk/node.ts';
import { PortShape } from '../canvas/port-shape.tsx';
import { useConfiguration } from '../state/configuration.ts';
import { engineSubject } from '../state/level.ts';
import { traceColumn, useLineage } from '../state/lineage.ts';
import { usePipeline } from '../state/pipeline.ts';
import { titleOf } from '../state/catalogue.ts';
import { EmptyState, SearchInput, TypeBadge, cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

/** What comes in and what goes out, before anything has run. */
export function SchemaTab({ node, definition }: { readonly node: PipelineNode; readonly definition: NodeDefinition }) {
  const document = usePipeline((store) => store.document);
  const nodes = useConfiguration((store) => store.nodes);
  const [query, setQuery] = useState('');
  if (!document) return null;
  const inputs = definition.inputs.map((port) => {
    const edge = document.edges.find((candidate) => candidate.to.node === node.id && candidate.to.port === port.name);
    const source = edge && document.nodes.find((candidate) => candidate.id === edge.from.node);
    return { port, source: edge ? { nodeId: edge.from.node, port: edge.from.port } : null, from: source ? titleOf(source) : null, meta: edge ? (nodes[edge.from.node]?.outputs[edge.from.port] as PortMeta | undefined) : undefined };
  });
  const outputs = definition.outputs.map((port) => ({ port, meta: nodes[node.id]?.outputs[port.name] as PortMeta | undefined }));
  const incoming = new Map(inputs.flatMap(({ meta }) => (meta?.kind === 'table' ? (meta.schema ?? []).map((column) => [column.name, column.type] as const) : [])));
  const outgoing = new Set(outputs.flatMap(({ meta }) => (meta?.kind === 'table' ? (meta.schema ?? []).map((column) => column.name) : [])));
  const comparable = incoming.size > 0 && outgoing.size > 0;
  const size = Math.max(incoming.size, outgoing.size);
  return (
    <div className="flex flex-col gap-4 p-3">
      {size > 12 ? <SearchInput label={texts.common.searchColumns} placeholder={texts.common.searchColumns} value={query} onChange={setQuery} /> : null}
      {inputs.map(({ port, from, meta, source }) => (
        <PortSection key={`in ${port.name}`} side="in" origin={source} port={port} note={from ? texts.inspector.schema.from(from) : mayBeEmpty(port) ? texts.inspector.schema.notConnectedOptional : texts.inspector.schema.notConnected} meta={meta} query={query} mark={(name) => (comparable && !outgoing.has(name) ? 'gone' : null)} />
      ))}
      {outputs.map(({ port, meta }) => (
        <PortSection key={`out ${port.name}`} side="out" origin={{ nodeId: node.id, port: port.name }} port={port} meta={meta} query={query} mark={(name, type) => (!comparable ? null : !incoming.has(name) ? 'new' : incoming.get(name) !== type ? 'changed' : null)} />
      ))}
      {inputs.length + outputs.length === 0 ? <EmptyState icon={<Cable />} title={texts.inspector.schema.noPorts} /> : null}
    </div>
  );
}

/** A column's name; where it is a table's, a press lights up where it comes from and what uses it. */
function ColumnName({ name, gone, origin: drawn }: { readonly name: string; readonly gone: boolean; readonly origin: { readonly nodeId: string; readonly port: string } | null }) {
  const origin = drawn === null ? null : engineSubject(drawn.nodeId, drawn.port);
  const lit = useLineage(({ target }) => target !== null && origin !== null && target.nodeId === origin.nodeId && target.port === origin.port && target.column === name);
  const look = cx('min-w-0 flex-1 truncate text-left', gone && 'text-faint line-through', lit && 'font-medium text-accent-ink');
  if (origin === null) return <span className={cx('selectable', look)}>{name}</span>;
  return (
    <button type="button" aria-pressed={lit} title={texts.inspector.schema.trace(name)} className={cx(look, 'rounded-sm hover:underline')} onClick={() => traceColumn({ nodeId: origin.nodeId, port: origin.port, column: name })}>
      {name}
    </button>
  );
}

type Mark = 'new' | 'changed' | 'gone' | null;
const markWords = texts.inspector.schema.marks;

interface PortSectionProps {
  readonly side: 'in' | 'out';
  readonly port: PortSpec;
  readonly note?: string;
  readonly meta: PortMeta | undefined;
  readonly query: string;
  /** The output that the columns are on; null: none. */
  readonly origin: { readonly nodeId: string; readonly port: string } | null;
  readonly mark: (name: string, type: string) => Mark;
}

function PortSection({ side, port, note, meta, query, origin, mark }: PortSectionProps) {
  const schema: Schema | null = meta?.kind === 'table' ? meta.schema : meta?.kind === 'model' ? (meta.signature?.inputs ?? null) : null;
  const shown = (schema ?? []).filter((column) => column.name.toLowerCase().includes(query.toLowerCase()));
  return (
    <section data-kind={port.kind} className="flex flex-col gap-1">
      <h3 className="flex items-center gap-1.5 text-xs">
        <PortShape kind={port.kind} hollow={mayBeEmpty(port)} size={12} />
        <span className="font-semibold">{port.title}</span>
        <span className="truncate text-faint">
          {side === 'in' ? (note ?? texts.inspector.schema.in) : texts.inspector.schema.out}
          {schema ? `, ${texts.common.columnCount(String(schema.length), schema.length === 1)}` : ''}
        </span>
      </h3>
      {schema ? (
        <ul className="overflow-hidden rounded-md border border-line bg-surface">
          {shown.map((column) => {
            const change = mark(column.name, column.type);
            return (
              <li key={column.name} className="flex h-6 items-center gap-2 px-2 text-sm odd:bg-sunken/60">
                <ColumnName name={column.name} gone={change === 'gone'} origin={meta?.kind === 'table' ? origin : null} />
                {change ? <span className={cx('text-xs', change === 'gone' ? 'text-faint' : 'text-good-ink')}>{markWords[change]}</span> : null}
                <TypeBadge type={column.type} className="w-[74px]" />
              </li>
            );
          })}
        </ul>
      ) : (
        <p className="text-xs text-muted">{unknownText(side, port, meta)}</p>
      )}
    </section>
  );
}

function unknownText(side: 'in' | 'out', port: PortSpec, meta: PortMeta | undefined): string {
  if (port.kind === 'table') return side === 'in' && !meta ? texts.inspector.schema.connectTable : texts.inspector.schema.afterSetup;
  if (side === 'in' && !meta) return texts.inspector.schema.comesIn[port.kind];
  return side === 'in' ? texts.inspector.schema.comesIn[port.kind] : texts.inspector.schema.afterRun;
}

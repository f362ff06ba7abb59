import type { NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Diagnostic } from '#app/core/errors.ts';
import { formatDuration } from '#app/core/units.ts';
import type { ElementMark } from '#app/pipeline/diff.ts';
import type { PipelineNode } from '#app/pipeline/document.ts';
import { mayBeEmpty, type PortSpec } from '#app/sdk/ports.ts';
import { cardTitleOf, categoryOf, iconOf, lineOf, titleOf, typeOf } from '../state/catalogue.ts';
import { diagnosticsOf, useNodeConfiguration } from '../state/configuration.ts';
import { nodeState, stateTitles, type NodeFacts, type NodeState } from '../state/node-state.ts';
import { edit } from '../state/pipeline.ts';
import { isRunning, useNodeRun } from '../state/run.ts';
import { NodeTile, Tooltip, cx } from '../ui/index.ts';
import { useLineage, type LineageMark } from '../state/lineage.ts';
import { DiffMark, useNodeMark } from '../history/diff-mark.tsx';
import { useCanvas } from './canvas-store.ts';
import { nameId, stateId, type CardNode } from './flow-model.ts';
import { portOffset, type Ports } from './geometry.ts';
import { InlineTitle } from './inline-title.tsx';
import { CardFix } from './card-fix.tsx';
import { LeakMark } from './leak-mark.tsx';
import { NodeComment } from './node-comment.tsx';
import { onPortKey } from './port-focus.ts';
import { PortHandle } from './port-handle.tsx';
import { PortShape } from './port-shape.tsx';
import { portWords } from './port-words.ts';
import { noteRender } from '../state/renders.ts';
import { usePortsOfNode, useShownNode } from './shown-nodes.ts';
import { StateGlyph } from './state-glyph.tsx';
import { useVerdict } from './use-verdict.ts';
import { texts } from '../text/texts.ts';

/** Renders at every movement of a drag, so it draws nothing itself. */
function NodeCardView({ data, selected }: NodeProps<CardNode>) {
  const node = useShownNode(data.node.id);
  return node === undefined ? null : <ShownCard node={node} ports={data.ports} selected={selected} />;
}

interface Face {
  readonly node: PipelineNode;
  readonly ports: Ports;
  readonly state: NodeState;
  readonly reason: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly nodeRun: NodeFacts['nodeRun'];
  readonly mark: LineageMark | null;
  readonly traced: boolean;
  readonly difference: ElementMark | undefined;
}

/** The card's frame. What is in it is apart, for a box drawn over the canvas selects many cards at once. */
const ShownCard = memo(function ShownCardView({ node, ports, selected }: { readonly node: PipelineNode; readonly ports: Ports; readonly selected: boolean }) {
  noteRender('card', node.id);
  const diagnostics = useNodeConfiguration(node.id, useShallow((store) => diagnosticsOf(store, node.id)));
  const freshness = useNodeConfiguration(node.id, (store) => store.freshness[node.id]);
  const nodeRun = useNodeRun(node.id, (store) => store.nodes[node.id]);
  const mark = useLineage((store) => store.marks?.[node.id] ?? null);
  const traced = useLineage((store) => store.marks !== null);
  const difference = useNodeMark(node.id);
  // Worked out where the store is asked: a run that begins or ends changes what few cards show.
  const { state, reason } = useNodeRun(node.id, useShallow((store) => nodeState({ node, diagnostics, freshness, nodeRun: store.nodes[node.id], runActive: isRunning(store), runDocument: store.document })));
  return (
    <div data-testid={`node-${node.id}`} className="size-full">
      <span id={nameId(node.id)} hidden>
        {nodeName(node)}
      </span>
      <div
        data-testid="node-card"
        data-node-id={node.id}
        data-node-type={node.type}
        data-state={state}
        data-selected={selected || undefined}
        data-diff={difference}
        data-lineage={traced ? (mark === null ? 'off' : mark.direction === 'target' ? 'target' : mark.via) : undefined}
        className={cx('node-card group relative flex size-full items-center gap-2.5 rounded-lg border bg-surface pl-2.5 pr-3 shadow-card', typeOf(node) === undefined && 'opacity-60')}
      >
        <CardFace node={node} ports={ports} state={state} reason={reason} diagnostics={diagnostics} nodeRun={nodeRun} mark={mark} traced={traced} difference={difference} />
      </div>
    </div>
  );
});

const CardFace = memo(function CardFaceView({ node, ports, state, reason, diagnostics, nodeRun, mark, traced, difference }: Face) {
  noteRender('card', node.id);
  const describe = useNodeConfiguration(node.id, (store) => lineOf(node, store.nodes[node.id]?.describe ?? ''));
  const progress = useNodeRun(node.id, (store) => store.progress[node.id]);
  const renaming = useCanvas((store) => store.renaming === node.id);
  const message = state === 'failed' || state === 'attention' ? reason : null;
  const verdict = useVerdict(node.type, nodeRun?.metrics);
  const line = typeOf(node) === undefined ? texts.common.notInstalled : (message ?? (state === 'running' ? (progress?.message ?? describe) : (verdict?.sentence ?? describe)));

  return (
    <>
      <span className={cx('node-tile', node.bypassed && 'opacity-50')}>
        <NodeTile svg={iconOf(node.type)} category={categoryOf(node.type)} size={36} />
      </span>
      <div className={cx('node-text min-w-0 flex-1', node.bypassed && 'opacity-60')}>
        {renaming ? (
          <InlineTitle label={texts.canvas.nodeTitle} title={titleOf(node)} onChange={(title) => edit({ type: 'set-title', nodeId: node.id, title: title === '' ? null : title })} />
        ) : (
          <div className="node-title truncate text-sm font-medium leading-[18px]">
            {cardTitleOf(node)}
          </div>
        )}
        <div
          className={cx('node-line truncate text-xs leading-4', state === 'failed' ? 'text-bad-ink' : message ? 'text-warn-ink' : state === 'running' || verdict === null ? 'text-muted' : verdict.met ? 'text-good-ink' : 'text-warn-ink')}
          title={line}
        >
          {line || '\u00a0'}
        </div>
      </div>
      <Tooltip
        side="top"
        text={
          <span className="flex flex-col items-start gap-1.5 py-0.5">
            <span>
              <b className="font-semibold">{stateTitles[state]}.</b> {reason}
            </span>
            {message === null ? null : <CardFix node={node} diagnostics={diagnostics} nodeRun={nodeRun} />}
          </span>
        }
        label={`${stateTitles[state]}. ${reason}`}
      >
        <span id={stateId(node.id)} role="img" aria-label={`${stateTitles[state]}. ${reason}`} className="node-glyph absolute -right-[7px] -top-[7px] rounded-full bg-surface ring-2 ring-canvas">
          <StateGlyph state={state} fraction={progress?.fraction} />
        </span>
      </Tooltip>
      <DiffMark mark={difference} />
      <LeakMark nodeId={node.id} diagnostics={diagnostics} />
      {state === 'running' ? (
        <div className="absolute inset-x-0 bottom-0 h-[3px] overflow-hidden rounded-b-lg">
          <div
            className={cx('h-full bg-accent', progress?.fraction == null ? 'w-1/3' : 'transition-[width] duration-150')}
            style={progress?.fraction == null ? { animation: 'indeterminate 1.2s ease-in-out infinite' } : { width: `${Math.round(progress.fraction * 100)}%` }}
          />
        </div>
      ) : null}
      {mark === null ? null : <LineageColumns mark={mark} />}
      <div className={cx('pointer-events-none absolute left-1 right-1 top-full pt-0.5', traced && 'hidden')}>
        {nodeRun?.ms != null ? <div className="node-timing text-xs tabular-nums text-faint">{nodeRun.status === 'cached' ? texts.canvas.reused : formatDuration(nodeRun.ms)}</div> : null}
        <NodeComment node={node} />
      </div>
      {ports.inputs.map((port, index) => (
        <Port key={port.name} nodeId={node.id} port={port} side="in" offset={portOffset(index, ports.inputs.length)} />
      ))}
      {ports.outputs.map((port, index) => (
        <Port key={port.name} nodeId={node.id} port={port} side="out" offset={portOffset(index, ports.outputs.length)} />
      ))}
    </>
  );
});

/** A node's title, and what it is where the title is a person's own. */
function nodeName(node: PipelineNode): string {
  const title = titleOf(node);
  const type = typeOf(node)?.definition.title;
  return type === undefined || type === title ? title : `${title}, ${type}`;
}

export const NodeCard = memo(NodeCardView);

/** Under a card on the way of a column: which columns it runs through there, and how they are computed. */
function LineageColumns({ mark }: { readonly mark: LineageMark }) {
  const shown = mark.columns.filter((one) => one.via === mark.via).slice(0, 2);
  const rest = mark.columns.length - shown.length;
  if (mark.note !== undefined) {
    return (
      <div data-testid="lineage-note" className={cx('pointer-events-none absolute left-1 right-1 top-full truncate pt-1 text-xs leading-4 tabular-nums', mark.via === 'value' ? 'text-accent-ink' : 'text-muted')}>
        {mark.note}
      </div>
    );
  }
  return (
    <div data-testid="lineage-columns" className="pointer-events-none absolute left-1 right-1 top-full pt-1 font-mono text-xs leading-4">
      {shown.map((one) => (
        <div key={one.column} className={cx('truncate', one.via === 'value' ? 'text-accent-ink' : 'text-muted')}>
          {one.expression === null ? one.column : `${one.column} = ${one.expression}`}
        </div>
      ))}
      {rest > 0 ? <div className="text-faint">{texts.canvas.andMore(rest)}</div> : null}
    </div>
  );
}

function Port({ nodeId, port, side, offset }: { readonly nodeId: string; readonly port: PortSpec; readonly side: 'in' | 'out'; readonly offset: number }) {
  const hollow = side === 'in' && mayBeEmpty(port);
  const name = usePortsOfNode(nodeId, (store) => (store.document ? portWords(store.document, nodeId, port, side) : port.title));
  return (
    <PortHandle
      nodeId={nodeId}
      name={port.name}
      type={side === 'in' ? 'target' : 'source'}
      style={{ top: offset }}
      data-testid={`port-${side}-${port.name}`}
      data-kind={port.kind}
      data-side={side}
      role="button"
      tabIndex={-1}
      aria-label={name}
      aria-haspopup="dialog"
      title={port.summary ? `${name}. ${port.summary}` : name}
      onKeyDown={(event) => onPortKey(event, nodeId, port.name, side)}
      className="port"
    >
      <PortShape kind={port.kind} hollow={hollow} />
    </PortHandle>
  );
}

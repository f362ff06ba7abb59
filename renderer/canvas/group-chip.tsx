import { Handle, Position, type NodeProps } from '@xyflow/react';
import { ChevronRight } from 'lucide-react';
import { memo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { PipelineGroup } from '#app/pipeline/document.ts';
import { diagnosticsOf, useConfiguration } from '../state/configuration.ts';
import { nodeState, stateTitles, type NodeState } from '../state/node-state.ts';
import { useWhyNotEdit } from '../state/editing.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { isRunning, useRun } from '../state/run.ts';
import { cx } from '../ui/index.ts';
import { useCanvas } from './canvas-store.ts';
import type { ChipNode } from './flow-model.ts';
import { portOffset } from './geometry.ts';
import { groupHandlers, renameGroup } from './group-frame.tsx';
import { changeGroup, type ChipPort } from './groups.ts';
import { InlineTitle } from './inline-title.tsx';
import { PortShape, kindTitles } from './port-shape.tsx';
import { noteRender } from '../state/renders.ts';
import { StateGlyph } from './state-glyph.tsx';
import { texts } from '../text/texts.ts';

/** A collapsed group: one card with the ports that cross its border. Its button or a press of the key opens it again. */
function GroupChipView({ data, selected, height }: NodeProps<ChipNode>) {
  const { group, members, inputs, outputs } = data;
  noteRender('chip', group.id);
  const renaming = useCanvas((store) => store.renaming === group.id);
  const state = useChipState(members);
  return (
    <div
      data-testid={`group-${group.id}`}
      data-group-chip
      data-category={group.colour ?? 'data'}
      data-selected={selected || undefined}
      className="group-chip node-card group-handle relative flex size-full cursor-grab items-center gap-1.5 rounded-lg border pl-1.5 pr-3 shadow-card"
      {...groupHandlers(group)}
    >
      <ExpandButton group={group} />
      <div className="node-text min-w-0 flex-1">
        {renaming ? (
          <InlineTitle label={texts.canvas.groupTitle} title={group.title} onChange={(title) => renameGroup(group, title)} />
        ) : (
          <div className="node-title truncate text-sm font-medium leading-[18px]" title={group.title}>
            {group.title || texts.common.group}
          </div>
        )}
        <div className="node-line truncate text-xs leading-4 text-muted">{texts.common.nodeCount(members.length)}</div>
      </div>
      <span role="img" aria-label={stateTitles[state]} title={stateTitles[state]} className="node-glyph absolute -right-[7px] -top-[7px] rounded-full bg-surface ring-2 ring-canvas">
        <StateGlyph state={state} />
      </span>
      {inputs.map((port, index) => (
        <ChipHandle key={port.id} port={port} side="in" offset={portOffset(index, inputs.length, height)} />
      ))}
      {outputs.map((port, index) => (
        <ChipHandle key={port.id} port={port} side="out" offset={portOffset(index, outputs.length, height)} />
      ))}
    </div>
  );
}

export const GroupChip = memo(GroupChipView);

function ExpandButton({ group }: { readonly group: PipelineGroup }) {
  const why = useWhyNotEdit();
  return (
    <button
      type="button"
      aria-label={texts.canvas.expandTitle(group.title)}
      disabled={why !== null}
      title={why ?? undefined}
      data-testid="group-expand"
      className="nodrag inline-flex size-7 shrink-0 items-center justify-center rounded-sm text-muted hover:bg-hover hover:text-ink disabled:opacity-40"
      onPointerDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onClick={() => edit(changeGroup(group, { collapsed: undefined }), { label: texts.canvas.did.expandGroup })}
    >
      <ChevronRight size={16} />
    </button>
  );
}

/** An end of wires; to connect anew, the group is opened first. */
function ChipHandle({ port, side, offset }: { readonly port: ChipPort; readonly side: 'in' | 'out'; readonly offset: number }) {
  return (
    <Handle
      id={port.id}
      type={side === 'in' ? 'target' : 'source'}
      position={side === 'in' ? Position.Left : Position.Right}
      isConnectable={false}
      style={{ top: offset }}
      data-kind={port.kind}
      data-side={side}
      role="img"
      aria-label={texts.canvas.groupPort(side, kindTitles[port.kind])}
      className={cx('port')}
    >
      <PortShape kind={port.kind} />
    </Handle>
  );
}

/** What is worth knowing first of the members: what is wrong, then what happens, then what is left to do. */
const order: readonly NodeState[] = ['failed', 'attention', 'running', 'queued', 'stale', 'idle', 'done', 'bypassed'];

function useChipState(members: readonly string[]): NodeState {
  const nodes = usePipeline(useShallow((store) => store.document?.nodes.filter(({ id }) => members.includes(id)) ?? []));
  const diagnostics = useConfiguration(useShallow((store) => nodes.flatMap(({ id }) => diagnosticsOf(store, id))));
  const freshness = useConfiguration(useShallow((store) => nodes.map(({ id }) => store.freshness[id])));
  return useRun((store) => {
    const configuration = useConfiguration.getState();
    const runActive = isRunning(store);
    const states = new Set(
      nodes.map((node, index) => nodeState({ node, diagnostics: diagnostics.length === 0 ? diagnostics : diagnosticsOf(configuration, node.id), freshness: freshness[index], nodeRun: store.nodes[node.id], runActive, runDocument: store.document }).state),
    );
    return order.find((state) => states.has(state)) ?? 'idle';
  });
}

import { NodeResizer, type NodeProps } from '@xyflow/react';
import { ChevronDown } from 'lucide-react';
import { memo } from 'react';
import type { PipelineGroup } from '#app/pipeline/document.ts';
import { useWhyNotEdit } from '../state/editing.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { select, useSelection } from '../state/selection.ts';
import { cx } from '../ui/index.ts';
import { startRenaming, useCanvas } from './canvas-store.ts';
import type { FrameNode } from './flow-model.ts';
import { changeGroup, membersOf, notesWithin, resizeGroup } from './groups.ts';
import { InlineTitle } from './inline-title.tsx';
import { noteRender } from '../state/renders.ts';
import { texts } from '../text/texts.ts';

/** Selects a group with what is in it; with `more`, adds it to what is selected. */
export function selectGroup(group: PipelineGroup, more = false): void {
  const { document } = usePipeline.getState();
  if (!document) return;
  const before = useSelection.getState();
  const together = (kept: readonly string[], added: readonly string[]): readonly string[] => (more ? [...kept.filter((id) => !added.includes(id)), ...added] : added);
  select({ nodes: together(before.nodes, membersOf(document, group)), notes: together(before.notes, notesWithin(document, group)), groups: together(before.groups, [group.id]) });
}

const isMore = (event: { readonly shiftKey: boolean; readonly ctrlKey: boolean; readonly metaKey: boolean }): boolean => event.shiftKey || event.ctrlKey || event.metaKey;

/** The bar by which a frame or a chip is taken: press selects, double click renames. */
export function groupHandlers(group: PipelineGroup) {
  return {
    onPointerDown: (event: React.PointerEvent) => {
      if (!useSelection.getState().groups.includes(group.id) || isMore(event)) selectGroup(group, isMore(event));
    },
    onDoubleClick: (event: React.MouseEvent) => {
      event.stopPropagation();
      startRenaming(group.id);
    },
  };
}

export function renameGroup(group: PipelineGroup, title: string): void {
  edit(changeGroup(group, { title }), { label: texts.canvas.did.renameGroup });
}

/** The frame around a group: only its bar and its handles take the mouse, so that marking and adding go on within. */
function GroupFrameView({ data, selected }: NodeProps<FrameNode>) {
  const { group } = data;
  noteRender('frame', group.id);
  const renaming = useCanvas((store) => store.renaming === group.id);
  const why = useWhyNotEdit();
  return (
    <div data-testid={`group-${group.id}`} data-group-frame data-category={group.colour ?? 'data'} className={cx('group-frame size-full rounded-xl border', selected && 'is-selected')}>
      <NodeResizer
        isVisible={selected && why === null}
        minWidth={120}
        minHeight={80}
        lineClassName="!border-transparent pointer-events-auto"
        handleClassName="!size-2 !rounded-sm !border-accent !bg-surface pointer-events-auto"
        onResizeEnd={(_event, box) => {
          const { document } = usePipeline.getState();
          if (document) edit(resizeGroup(document, group, box), { label: texts.canvas.did.resizeGroup });
        }}
      />
      <div className="group-handle pointer-events-auto flex h-8 cursor-grab items-center gap-1 rounded-t-xl pl-1.5 pr-3" title={group.title} {...groupHandlers(group)}>
        <button
          type="button"
          aria-label={texts.canvas.collapseTitle(group.title)}
          disabled={why !== null}
          title={why ?? undefined}
          data-testid="group-collapse"
          className="nodrag inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-muted hover:bg-hover hover:text-ink disabled:opacity-40"
          onPointerDown={(event) => event.stopPropagation()}
          onDoubleClick={(event) => event.stopPropagation()}
          onClick={() => edit(changeGroup(group, { collapsed: true }), { label: texts.canvas.did.collapseGroup })}
        >
          <ChevronDown size={14} />
        </button>
        {renaming ? (
          <InlineTitle label={texts.canvas.groupTitle} title={group.title} onChange={(title) => renameGroup(group, title)} className="max-w-64" />
        ) : (
          <span className="group-title min-w-0 truncate text-sm font-semibold">{group.title || texts.common.group}</span>
        )}
      </div>
    </div>
  );
}

export const GroupFrame = memo(GroupFrameView);

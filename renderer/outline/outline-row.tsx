import { ChevronDown, ChevronRight, Group as GroupIcon } from 'lucide-react';
import { memo, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { nodesWithin } from '#app/pipeline/group-tree.ts';
import type { PipelineDocument, PipelineGroup, PipelineNode } from '#app/pipeline/document.ts';
import { StateGlyph } from '../canvas/state-glyph.tsx';
import { renameGroup } from '../canvas/group-frame.tsx';
import { categoryOf, iconOf, lineOf, titleOf } from '../state/catalogue.ts';
import { diagnosticsOf, useConfiguration } from '../state/configuration.ts';
import { nodeState } from '../state/node-state.ts';
import { edit } from '../state/pipeline.ts';
import { isRunning, useRun } from '../state/run.ts';
import { NodeTile, cx } from '../ui/index.ts';
import { nodeSentence, originWords, rowWords } from './node-words.ts';
import { setClosed, useOutline } from './outline-store.ts';
import type { OutlineItem } from './tree.ts';
import { texts } from '../text/texts.ts';

export const rowHeight = 40;
/** Indent of one level, in px; from the sixth on they stay where they are, so that titles keep their room. */
const indent = 12;
const deepest = 6;

interface RowProps {
  readonly document: PipelineDocument;
  readonly item: OutlineItem;
  /** The one that Tab comes to. */
  readonly current: boolean;
  readonly selected: boolean;
  readonly closed: boolean;
  readonly top: number;
  readonly onPress: (item: OutlineItem, how: { readonly more: boolean }) => void;
  readonly onOpen: (item: OutlineItem) => void;
  readonly onRenamed: () => void;
}

function OutlineRowView(props: RowProps) {
  const { document, item } = props;
  if (item.kind === 'group') {
    const group = document.groups.find(({ id }) => id === item.id);
    return group ? <GroupRow {...props} group={group} /> : null;
  }
  const node = document.nodes.find(({ id }) => id === item.id);
  return node ? <NodeRow {...props} node={node} /> : null;
}

export const OutlineRow = memo(OutlineRowView);

function NodeRow(props: RowProps & { readonly node: PipelineNode }) {
  const { document, item, node, closed } = props;
  const diagnostics = useConfiguration(useShallow((store) => diagnosticsOf(store, node.id)));
  const describe = useConfiguration((store) => lineOf(node, store.nodes[node.id]?.describe ?? ''));
  const freshness = useConfiguration((store) => store.freshness[node.id]);
  const run = useRun((store) => store.nodes[node.id]);
  const progress = useRun((store) => store.progress[node.id]);
  const runActive = useRun(isRunning);
  const runDocument = useRun((store) => store.document);
  const { state, reason } = nodeState({ node, diagnostics, freshness, nodeRun: run, runActive, runDocument });
  const problems = diagnostics.filter(({ severity }) => severity !== 'info').length;
  const wrong = state === 'failed' || state === 'attention';
  const rows = state === 'done' || state === 'stale' ? rowWords(document, node, run) : null;
  const origin = originWords(document, node.id);
  const line = wrong ? reason : [origin ?? describe, rows].filter(Boolean).join(' · ');
  return (
    <Row
      {...props}
      name={nodeSentence(document, node, { item, state, reason, run, problems, closed })}
      title={titleOf(node)}
      line={line}
      lineTone={state === 'failed' ? 'text-bad-ink' : wrong ? 'text-warn-ink' : 'text-muted'}
      faded={node.bypassed === true}
      sign={<NodeTile svg={iconOf(node.type)} category={categoryOf(node.type)} size={22} />}
      end={<StateGlyph state={state} fraction={progress?.fraction} />}
      state={state}
      onRename={(title) => edit({ type: 'set-title', nodeId: node.id, title: title === '' ? null : title })}
    />
  );
}

function GroupRow(props: RowProps & { readonly group: PipelineGroup }) {
  const { group, closed } = props;
  const count = texts.common.nodeCount(nodesWithin(props.document, group).length);
  return (
    <Row
      {...props}
      name={[texts.outline.group(group.title, count), ...(closed ? [texts.outline.closed] : [])].join(', ')}
      title={group.title || texts.common.group}
      line={count}
      sign={
        <span data-category={group.colour ?? 'data'} className="flex size-[22px] shrink-0 items-center justify-center rounded-md text-category">
          <GroupIcon size={15} />
        </span>
      }
      onRename={(title) => renameGroup(group, title)}
    />
  );
}

interface BodyProps extends RowProps {
  readonly name: string;
  readonly title: string;
  readonly line: string;
  readonly lineTone?: string;
  readonly faded?: boolean;
  readonly sign: React.ReactNode;
  readonly end?: React.ReactNode;
  readonly state?: string;
  readonly onRename: (title: string) => void;
}

function Row({ item, current, selected, closed, top, onPress, onOpen, onRenamed, name, title, line, lineTone = 'text-muted', faded = false, sign, end, state, onRename }: BodyProps) {
  const renaming = useOutline((store) => store.renaming === item.id);
  const Chevron = closed ? ChevronRight : ChevronDown;
  return (
    <div
      role="treeitem"
      id={`outline-${item.id}`}
      data-testid={`outline-item-${item.id}`}
      data-state={state}
      aria-label={name}
      aria-level={item.level}
      aria-posinset={item.position}
      aria-setsize={item.size}
      aria-selected={selected}
      {...(item.under > 0 ? { 'aria-expanded': !closed } : {})}
      tabIndex={current ? 0 : -1}
      onClick={(event) => onPress(item, { more: event.ctrlKey || event.metaKey || event.shiftKey })}
      onDoubleClick={() => onOpen(item)}
      onContextMenu={() => selected || onPress(item, { more: false })}
      style={{ top, height: rowHeight, paddingLeft: 4 + (Math.min(item.level, deepest) - 1) * indent }}
      className={cx('absolute inset-x-0 flex items-center gap-1 pr-2.5 focus-visible:-outline-offset-2', selected ? 'bg-accent-soft' : 'hover:bg-hover')}
    >
      {item.under > 0 ? (
        <span
          aria-hidden
          data-testid={`outline-toggle-${item.id}`}
          onClick={(event) => {
            event.stopPropagation();
            setClosed(item.id, !closed);
          }}
          className="-mx-1 flex size-6 shrink-0 items-center justify-center rounded-sm text-muted hover:bg-active"
        >
          <Chevron size={14} />
        </span>
      ) : (
        <span className="w-4 shrink-0" />
      )}
      {sign}
      <span className={cx('ml-1 min-w-0 flex-1', faded && 'opacity-60')}>
        {renaming ? (
          <RenameField title={title} onDone={onRenamed} onChange={onRename} />
        ) : (
          <span className="block truncate text-sm leading-[18px]">{title}</span>
        )}
        <span className={cx('block truncate text-xs leading-4', lineTone)} title={line}>
          {line}
        </span>
      </span>
      {end ? <span className="shrink-0">{end}</span> : null}
    </div>
  );
}

function RenameField({ title, onChange, onDone }: { readonly title: string; readonly onChange: (title: string) => void; readonly onDone: () => void }) {
  const [text, setText] = useState(title);
  const finish = (keep: boolean) => {
    if (useOutline.getState().renaming === null) return;
    useOutline.setState({ renaming: null });
    if (keep && text.trim() !== title) onChange(text.trim());
  };
  return (
    <input
      autoFocus
      aria-label={texts.outline.itemTitle}
      value={text}
      maxLength={200}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== 'Enter' && event.key !== 'Escape') return;
        finish(event.key === 'Enter');
        onDone();
      }}
      className="-ml-1 h-[18px] w-full select-text rounded-sm border border-focus bg-surface px-1 text-sm leading-4 outline-none"
    />
  );
}

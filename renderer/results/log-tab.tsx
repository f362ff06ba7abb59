import { useEffect, useMemo, useRef, useState } from 'react';
import { Copy, ScrollText } from 'lucide-react';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { titleOf } from '../state/catalogue.ts';
import { useRun } from '../state/run.ts';
import { EmptyState, IconButton, Segmented } from '../ui/index.ts';
import { SeverityIcon } from './notice.tsx';
import { texts } from '../text/texts.ts';

const shownLines = 1000;

/** What the last run said, of one node or of all. */
export function LogTab({ document, nodeId }: { readonly document: PipelineDocument; readonly nodeId: string | null }) {
  const [scope, setScope] = useState<'node' | 'all'>('node');
  const log = useRun((state) => state.log);
  const one = scope === 'node' && nodeId !== null;
  const lines = useMemo(() => (one ? log.filter((line) => line.nodeId === nodeId) : log).slice(-shownLines), [log, one, nodeId]);
  const titles = useMemo(() => new Map(document.nodes.map((node) => [node.id, titleOf(node)])), [document.nodes]);
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (lines.length > 0 && atEnd.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [lines]);
  const text = () => lines.map((line) => `${new Date(line.at).toISOString()} ${titles.get(line.nodeId) ?? line.nodeId}: ${line.message}`).join('\n');
  return (
    <div data-testid="log-view" className="flex h-full min-h-0 flex-col">
      <div className="flex h-9 shrink-0 items-center gap-2 border-b border-line px-3">
        <Segmented
          label={texts.results.log.linesOf}
          value={one ? 'node' : 'all'}
          onChange={(value) => setScope(value === 'node' ? 'node' : 'all')}
          disabled={nodeId === null}
          items={[
            { value: 'node', label: texts.results.log.thisNode },
            { value: 'all', label: texts.results.log.allNodes },
          ]}
          className="!h-[26px] !w-48"
        />
        <IconButton label={texts.results.log.copy} size="sm" className="ml-auto" disabled={lines.length === 0} onClick={() => void navigator.clipboard.writeText(text())}>
          <Copy size={14} />
        </IconButton>
      </div>
      {lines.length === 0 ? (
        <EmptyState icon={<ScrollText />} title={one ? texts.results.log.nothingHere : texts.results.log.nothing}>
          {texts.results.log.what}
        </EmptyState>
      ) : (
        <ol
          ref={list}
          tabIndex={0}
          aria-label={texts.results.log.label}
          aria-live="off"
          onScroll={(event) => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
            atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
          }}
          className="selectable min-h-0 flex-1 overflow-auto py-1 font-mono text-xs -outline-offset-2"
        >
          {lines.map((line, index) => (
            <li key={index} className="flex gap-3 px-3 py-0.5 hover:bg-hover">
              <time dateTime={new Date(line.at).toISOString()} className="shrink-0 tabular-nums text-faint">
                {new Date(line.at).toTimeString().slice(0, 8)}
              </time>
              <SeverityIcon severity={line.level} size={14} />
              {one ? null : <span className="w-40 shrink-0 truncate text-muted">{titles.get(line.nodeId) ?? line.nodeId}</span>}
              <span className="min-w-0 whitespace-pre-wrap break-words">{line.message}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

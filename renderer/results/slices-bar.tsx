import { useEffect, useMemo } from 'react';
import { Filter, X } from 'lucide-react';
import { addTyped } from '../canvas/adding.ts';
import { placeAfter } from '../canvas/edits.ts';
import { expandSubflows } from '#app/pipeline/subflow/expand.ts';
import { catalogue, titleOf } from '../state/catalogue.ts';
import { revealFlat } from '../state/level.ts';
import { usePipeline } from '../state/pipeline.ts';
import { sliceFilter, useSlices, type Slice } from '../state/slices.ts';
import { Button, IconButton } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

/** What is selected in charts and tables: each selection narrows the other views, and all of a table's become a Filter Rows node. */
export function SlicesBar() {
  const slices = useSlices((state) => state.slices);
  const { set, clear } = useSlices.getState();
  const root = usePipeline((state) => state.root);
  const document = useMemo(() => (root === null ? null : expandSubflows(root, catalogue).document), [root]);
  const path = usePipeline((state) => state.path);
  // Selections are about tables of the pipeline that was open.
  useEffect(() => (path === null ? undefined : clear), [path, clear]);
  // A table that is gone takes its selections along.
  useEffect(() => {
    for (const [view, slice] of Object.entries(slices)) if (document !== null && !document.nodes.some((node) => node.id === slice.nodeId)) set(view, null);
  }, [document, slices, set]);
  const tables = groupByTable(slices);
  if (tables.length === 0) return null;
  return (
    <div data-testid="slices-bar" role="group" aria-label={texts.results.slices.label} className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-y border-line bg-accent-soft px-3 py-1">
      {tables.map(({ nodeId, port, entries }) => {
        const node = document?.nodes.find((one) => one.id === nodeId);
        return (
          <div key={`${nodeId} ${port}`} className="flex min-w-0 flex-wrap items-center gap-1.5">
            <span className="text-xs text-muted">{node ? texts.results.slices.rowsOf(titleOf(node)) : texts.results.slices.rows}</span>
            {entries.map(([view, slice]) => (
              <span key={view} data-testid="slice-chip" title={slice.filter} className="inline-flex h-6 min-w-0 items-center gap-0.5 rounded-md border border-line-strong bg-raised pl-2 text-xs">
                <span className="max-w-72 truncate">{slice.label}</span>
                <IconButton label={texts.results.slices.remove(slice.label)} size="sm" onClick={() => set(view, null)}>
                  <X size={12} />
                </IconButton>
              </span>
            ))}
            <Button size="sm" icon={<Filter size={12} />} title={texts.results.slices.adds} onClick={() => addFilter(nodeId, port)}>
              {texts.results.slices.filter}
            </Button>
          </div>
        );
      })}
      <Button size="sm" variant="quiet" className="ml-auto" onClick={clear}>
        {tables.reduce((count, { entries }) => count + entries.length, 0) === 1 ? texts.results.slices.clear : texts.results.slices.clearAll}
      </Button>
    </div>
  );
}

interface TableSlices {
  readonly nodeId: string;
  readonly port: string;
  readonly entries: readonly (readonly [view: string, slice: Slice])[];
}

export function groupByTable(slices: Readonly<Record<string, Slice>>): TableSlices[] {
  const tables = new Map<string, TableSlices>();
  for (const entry of Object.entries(slices)) {
    const { nodeId, port } = entry[1];
    const key = `${nodeId} ${port}`;
    tables.set(key, { nodeId, port, entries: [...(tables.get(key)?.entries ?? []), entry] });
  }
  return [...tables.values()];
}

/** The condition of all selections of a table, without needless brackets. */
export function tableCondition(slices: Readonly<Record<string, Slice>>, table: { readonly nodeId: string; readonly port: string }): string {
  const own = Object.values(slices).filter((slice) => slice.nodeId === table.nodeId && slice.port === table.port);
  const [only] = own;
  return own.length === 1 && only !== undefined ? only.filter : sliceFilter(slices, table, '');
}

function addFilter(flat: string, port: string): void {
  const expression = tableCondition(useSlices.getState().slices, { nodeId: flat, port });
  const nodeId = revealFlat(flat);
  const { document } = usePipeline.getState();
  if (document === null) return;
  addTyped('transform/filter-rows', placeAfter(document, nodeId), { kind: 'after', from: { node: nodeId, port } }, { expression, mode: 'keep' });
}

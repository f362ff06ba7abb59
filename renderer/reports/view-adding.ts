import { levelPrefix } from '#app/pipeline/subflow/index.ts';
import type { Column } from '#app/relation/types.ts';
import { columnQuery } from '../results/column-query.ts';
import { shownNow, type ResultPort } from '../results/use-result.ts';
import { titleOf } from '../state/catalogue.ts';
import { useConfiguration } from '../state/configuration.ts';
import { notify } from '../state/notices.ts';
import { usePipeline } from '../state/pipeline.ts';
import { texts } from '../text/texts.ts';
import { askToAdd } from './adding.ts';
import type { NewBlock } from './report-store.ts';

/** What the dock shows, as blocks of a report. */

interface TableSettings {
  readonly sort: readonly { readonly column: string; readonly descending: boolean }[];
  readonly filter: string;
}

/** How each table is looked at now. */
const tables = new Map<string, TableSettings>();

export function noteTable(nodeId: string, port: string, settings: TableSettings): () => void {
  const key = `${nodeId} ${port}`;
  tables.set(key, settings);
  return () => void tables.delete(key);
}

/** Charts of columns that are put on a report together. */
const mostCharts = 8;

interface ShownPort {
  /** The node's id for the engine, and what the level on the canvas knows it by. */
  readonly node: string;
  readonly known: string;
  readonly port: ResultPort;
  readonly title: string;
}

/** Asks for a report for a view of a node's port, with the settings it has. */
export function addViewToReport(kind: string, { node, known, port, title }: ShownPort): void {
  const { root, path } = usePipeline.getState();
  if (root === null || path === null) return;
  const source = { pipeline: root.id, path, node, port: port.name };
  if (port.kind !== 'table') {
    askToAdd([{ type: 'value', source }], title);
    return;
  }
  const meta = useConfiguration.getState().nodes[known]?.outputs[port.name];
  const settings = tables.get(`${node} ${port.name}`) ?? { sort: [], filter: '' };
  if (kind === 'table') {
    askToAdd([{ type: 'table', source, view: { of: 'table', columns: null, sort: settings.sort.slice(0, 5).map((one) => ({ ...one })), filter: settings.filter }, rows: 20, title }], title);
    return;
  }
  const schema = (meta as { schema?: readonly Column[] | null } | undefined)?.schema ?? [];
  const charts = schema.flatMap((column): NewBlock[] => {
    const query = columnQuery(column);
    return query === null ? [] : [{ type: 'chart', source, view: { of: 'table', query, filter: settings.filter }, look: { palette: 'standard', legend: 'auto' } }];
  });
  askToAdd(charts.slice(0, mostCharts), texts.reports.chartsOf(title));
}

/** For the palette and the keys: the view that follows the selection. */
export function addShownToReport(): void {
  const shown = shownNow();
  if (shown === null || shown.port === null) notify({ severity: 'info', message: texts.views.noNode, remedy: texts.views.noNodeRemedy });
  else {
    const { root, level } = usePipeline.getState();
    const prefix = root === null ? '' : levelPrefix(root, level);
    addViewToReport(shown.port.kind === 'table' ? 'table' : 'charts', { node: `${prefix}${shown.node.id}`, known: shown.node.id, port: shown.port, title: titleOf(shown.node) });
  }
}

import { Maximize2, Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import type { GridTable } from '#app/sdk/grid.ts';
import { Button, Dialog } from '../../ui/index.ts';
import { GridEditorTable } from './grid-editor-table.tsx';
import { withColumn, withRows } from './grid-editor-model.ts';
import { texts } from '../../text/texts.ts';

interface GridEditorProps {
  readonly id: string;
  readonly title: string;
  readonly value: unknown;
  readonly change: (table: GridTable) => void;
}

/** Params come from documents; what is not a table shows as an empty one. */
function tableOf(value: unknown): GridTable {
  const given = value as Partial<GridTable> | null | undefined;
  return Array.isArray(given?.columns) && Array.isArray(given.rows) ? { columns: given.columns, rows: given.rows } : { columns: [], rows: [] };
}

/** The editable table of Table Creator: small in the inspector, large in a dialog. Each change is one step of the pipeline's undo. */
export function GridEditor({ id, title, value, change }: GridEditorProps) {
  const [large, setLarge] = useState(false);
  const editing = useRef(false);
  const table = tableOf(value);
  const tools = (
    <div className="flex flex-wrap items-center gap-1.5">
      <Button size="sm" icon={<Plus size={13} />} disabled={table.columns.length === 0} onClick={() => change(withRows(table, table.rows.length, 1))}>
        {texts.common.row}
      </Button>
      <Button size="sm" icon={<Plus size={13} />} onClick={() => change(withColumn(table, table.columns.length))}>
        {texts.common.column}
      </Button>
      <span className="ml-auto text-xs tabular-nums text-muted">
        {table.rows.length} × {table.columns.length}
      </span>
      {large ? null : (
        <Button size="sm" variant="quiet" icon={<Maximize2 size={13} />} onClick={() => setLarge(true)}>
          {texts.inspector.grid.enlarge}
        </Button>
      )}
    </div>
  );
  return (
    <div className="flex flex-col gap-1.5">
      {large ? <div className="rounded-md border border-line p-3 text-center text-xs text-muted">{texts.inspector.grid.isOpen}</div> : <GridEditorTable id={id} label={title} table={table} height={240} change={change} />}
      {large ? null : tools}
      <Dialog
        open={large}
        onOpenChange={(open) => {
          // Escape in a cell gives up its text, not the window.
          if (open || !editing.current) setLarge(open);
        }}
        title={title}
        description={texts.inspector.grid.how}
        size="lg"
        footer={<Button onClick={() => setLarge(false)}>{texts.common.done}</Button>}
      >
        <div className="flex flex-col gap-2">
          <GridEditorTable id={`${id}-large`} label={title} table={table} height={440} change={change} editing={editing} />
          {tools}
        </div>
      </Dialog>
    </div>
  );
}

import { autocompletion } from '@codemirror/autocomplete';
import { PostgreSQL, sql, type SQLNamespace } from '@codemirror/lang-sql';
import { setDiagnostics } from '@codemirror/lint';
import { Compartment } from '@codemirror/state';
import { EditorView, lineNumbers, placeholder, tooltips } from '@codemirror/view';
import { Tags } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import { nodeTitle } from '#app/pipeline/graph.ts';
import { outputSchema, useConfiguration } from '../../state/configuration.ts';
import { usePipeline } from '../../state/pipeline.ts';
import { Button, TypeBadge } from '../../ui/index.ts';
import { useForm } from '../form-context.ts';
import { reportedMarks } from './code-completion.ts';
import { codeTheme } from './code-theme.ts';
import { namesOfTitles, sqlName, sqlTables, withNames, type SqlTable } from './sql-tables.ts';
import { useCodeEditor } from './use-code-editor.ts';
import { texts } from '../../text/texts.ts';

interface SqlEditorProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** Input port whose tables the text names. */
  readonly port: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly onChange: (text: string) => void;
}

/** SQL over the connected tables: completion of their names and columns, mistakes marked where they are, the tables listed below. */
export function SqlEditor({ id, label, value, port, diagnostics, onChange }: SqlEditorProps) {
  const language = useRef(new Compartment());
  const tables = useTables(port);

  const { host, view } = useCodeEditor({
    id,
    label,
    value,
    indents: true,
    onChange,
    extensions: () => [
      lineNumbers(),
      language.current.of(sql({ dialect: PostgreSQL })),
      autocompletion({ icons: false, maxRenderedOptions: 60 }),
      codeTheme({ least: 142, most: 420 }),
      EditorView.lineWrapping,
      placeholder('select city, count(*) as n from t1 group by city'),
      tooltips({ position: 'fixed', parent: document.body }),
    ],
  });

  useEffect(() => {
    view.current?.dispatch({ effects: language.current.reconfigure(sql({ dialect: PostgreSQL, schema: namespace(tables) })) });
  }, [tables, view]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    editor.dispatch(setDiagnostics(editor.state, reportedMarks(diagnostics, editor.state.doc.length)));
  }, [diagnostics, view]);

  const insert = (text: string) => {
    const editor = view.current;
    if (!editor) return;
    const { from, to } = editor.state.selection.main;
    editor.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length }, userEvent: 'input' });
    editor.focus();
  };

  return (
    <div className="flex flex-col gap-1.5">
      <div ref={host} className="selectable" />
      <TableList tables={tables} value={value} insert={insert} onChange={onChange} />
    </div>
  );
}

function useTables(port: string): readonly SqlTable[] {
  const { nodeId } = useForm();
  const pipeline = usePipeline((store) => store.document);
  const nodes = useConfiguration((store) => store.nodes);
  return useMemo(() => {
    if (!pipeline) return [];
    const titleOf = (from: string): string => {
      const node = pipeline.nodes.find((one) => one.id === from);
      return node ? nodeTitle(node) : from;
    };
    return sqlTables(pipeline, nodeId, port, (from, output) => outputSchema(nodes, from, output), titleOf);
  }, [pipeline, nodes, nodeId, port]);
}

/** What completion offers: names are written as SQL wants them. */
const namespace = (tables: readonly SqlTable[]): SQLNamespace =>
  Object.fromEntries(tables.map((table) => [table.name, (table.schema ?? []).map((column) => ({ label: column.name, apply: sqlName(column.name), type: 'property', detail: column.type }))]));

interface TableListProps {
  readonly tables: readonly SqlTable[];
  readonly value: string;
  readonly insert: (text: string) => void;
  readonly onChange: (text: string) => void;
}

/** The connected tables with their columns: to read, and to insert by a click. */
function TableList({ tables, value, insert, onChange }: TableListProps) {
  const form = useForm();
  if (tables.length === 0) return <p className="text-xs text-muted">{texts.inspector.sql.connect}</p>;
  const numbered = tables.some((table, i) => table.name === `t${i + 1}`);
  const rename = () => {
    const names = namesOfTitles(tables.map((table) => table.title));
    onChange(withNames(value, tables.map((table) => table.name), names));
    form.change(['names'], names, texts.inspector.sql.names);
  };
  return (
    <div className="flex flex-col gap-1">
      <ul aria-label={texts.inspector.sql.tables} className="flex flex-col gap-1">
        {tables.map((table) => (
          <li key={table.name} className="rounded-md border border-line">
            <details>
              <summary className="flex h-7 cursor-default items-center gap-2 px-2 text-xs hover:bg-hover">
                <code className="font-mono text-ink">{table.name}</code>
                <span className="min-w-0 flex-1 truncate text-faint">{table.title}</span>
                <span className="shrink-0 text-faint">{table.schema === null ? texts.inspector.sql.unknown : texts.common.columnCount(String(table.schema.length), table.schema.length === 1)}</span>
              </summary>
              <div className="flex max-h-40 flex-wrap gap-1 overflow-auto border-t border-line p-1.5">
                <button type="button" onClick={() => insert(sqlName(table.name))} className="rounded-sm bg-active px-1.5 py-0.5 font-mono text-xs hover:bg-hover">
                  {table.name}
                </button>
                {(table.schema ?? []).map((column) => (
                  <button key={column.name} type="button" onClick={() => insert(sqlName(column.name))} title={texts.inspector.sql.insert(column.name)} className="inline-flex items-center gap-1 rounded-sm bg-sunken px-1.5 py-0.5 font-mono text-xs hover:bg-hover">
                    <TypeBadge type={column.type} iconOnly />
                    {column.name}
                  </button>
                ))}
              </div>
            </details>
          </li>
        ))}
      </ul>
      {numbered ? (
        <Button size="sm" icon={<Tags size={13} />} onClick={rename} className="self-start">
          {texts.inspector.sql.rename}
        </Button>
      ) : null}
    </div>
  );
}

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { PostgreSQL, sql, type SQLNamespace } from '@codemirror/lang-sql';
import { bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics, type Diagnostic as LintMark } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers, placeholder, tooltips } from '@codemirror/view';
import { Tags } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import { nodeTitle } from '#app/pipeline/graph.ts';
import { outputSchema, useConfiguration } from '../../state/configuration.ts';
import { usePipeline } from '../../state/pipeline.ts';
import { Button, TypeBadge } from '../../ui/index.ts';
import { useForm } from '../form-context.ts';
import { codeColours, codeTheme } from './code-theme.ts';
import { namesOfTitles, sqlName, sqlTables, withNames, type SqlTable } from './sql-tables.ts';

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
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const language = useRef(new Compartment());
  const latest = useRef(onChange);
  latest.current = onChange;
  const tables = useTables(port);

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          lineNumbers(),
          history(),
          bracketMatching(),
          closeBrackets(),
          language.current.of(sql({ dialect: PostgreSQL })),
          autocompletion({ icons: false, maxRenderedOptions: 60 }),
          syntaxHighlighting(codeColours),
          codeTheme({ least: 142, most: 420 }),
          EditorView.lineWrapping,
          placeholder('select city, count(*) as n from t1 group by city'),
          tooltips({ position: 'fixed', parent: document.body }),
          EditorView.contentAttributes.of({ 'aria-label': label, id, spellcheck: 'false' }),
          keymap.of([{ key: 'Tab', run: acceptCompletion }, indentWithTab, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter')]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((transaction) => transaction.isUserEvent('outside'))) latest.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
    // The editor lives as long as the field; later values are dispatched below.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useEffect(() => {
    view.current?.dispatch({ effects: language.current.reconfigure(sql({ dialect: PostgreSQL, schema: namespace(tables) })) });
  }, [tables]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value }, userEvent: 'outside' });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const end = editor.state.doc.length;
    const marks: LintMark[] = diagnostics.map((item) => {
      const from = Math.min(item.place?.span?.start ?? 0, end);
      const to = Math.min(item.place?.span?.end ?? end, end);
      return { from, to: Math.max(from, to), severity: item.severity, message: item.remedy ? `${item.message} ${item.remedy}` : item.message };
    });
    editor.dispatch(setDiagnostics(editor.state, marks));
  }, [diagnostics]);

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
  if (tables.length === 0) return <p className="text-xs text-muted">Connect tables to read them here.</p>;
  const numbered = tables.some((table, i) => table.name === `t${i + 1}`);
  const rename = () => {
    const names = namesOfTitles(tables.map((table) => table.title));
    onChange(withNames(value, tables.map((table) => table.name), names));
    form.change(['names'], names, 'Names of the tables');
  };
  return (
    <div className="flex flex-col gap-1">
      <ul aria-label="Connected tables" className="flex flex-col gap-1">
        {tables.map((table) => (
          <li key={table.name} className="rounded-md border border-line">
            <details>
              <summary className="flex h-7 cursor-default items-center gap-2 px-2 text-xs hover:bg-hover">
                <code className="font-mono text-ink">{table.name}</code>
                <span className="min-w-0 flex-1 truncate text-faint">{table.title}</span>
                <span className="shrink-0 text-faint">{table.schema === null ? 'not known yet' : `${table.schema.length} columns`}</span>
              </summary>
              <div className="flex max-h-40 flex-wrap gap-1 overflow-auto border-t border-line p-1.5">
                <button type="button" onClick={() => insert(sqlName(table.name))} className="rounded-sm bg-active px-1.5 py-0.5 font-mono text-xs hover:bg-hover">
                  {table.name}
                </button>
                {(table.schema ?? []).map((column) => (
                  <button key={column.name} type="button" onClick={() => insert(sqlName(column.name))} title={`Insert ${column.name}`} className="inline-flex items-center gap-1 rounded-sm bg-sunken px-1.5 py-0.5 font-mono text-xs hover:bg-hover">
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
          Name them after their nodes
        </Button>
      ) : null}
    </div>
  );
}

import { autocompletion, type Completion, type CompletionContext } from '@codemirror/autocomplete';
import { SQLDialect, sql } from '@codemirror/lang-sql';
import { setDiagnostics } from '@codemirror/lint';
import { EditorView, placeholder as placeholderText, tooltips } from '@codemirror/view';
import { SquareFunction } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import { functionRegistry } from '#app/relation/functions/registry.ts';
import type { Schema } from '#app/relation/types.ts';
import { Popover, SearchInput } from '../ui/index.ts';
import { reportedMarks } from './controls/code-completion.ts';
import { codeTheme } from './controls/code-theme.ts';
import { useCodeEditor } from './controls/use-code-editor.ts';
import { texts } from '../text/texts.ts';

interface ExpressionEditorProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly columns: Schema;
  readonly diagnostics: readonly Diagnostic[];
  readonly placeholder: string;
  readonly onChange: (text: string) => void;
}

const dialect = SQLDialect.define({
  keywords: 'and or not is null in between like ilike case when then else end cast as true false',
  types: 'boolean integer bigint double float text varchar date time timestamp',
  doubleQuotedStrings: false,
  operatorChars: '+-*/<>=~!@%^&|?',
});

/** Functions are explained beside the list of completions. */
const completionHelp = EditorView.theme({ '.cm-completionInfo': { fontSize: '12px', maxWidth: '260px', padding: '8px 10px !important' } });

/** A name as it is written in the language: quoted where it is not a plain word. */
function written(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

const functions: readonly Completion[] = [...functionRegistry.values()]
  .filter((spec) => spec.kind === 'function')
  .map((spec) => ({
    label: spec.name,
    type: 'function',
    detail: spec.category,
    apply: (view, _completion, from, to) => {
      view.dispatch({ changes: { from, to, insert: `${spec.name}()` }, selection: { anchor: from + spec.name.length + 1 } });
    },
    info: () => {
      const box = document.createElement('div');
      const signature = document.createElement('code');
      signature.textContent = spec.signature;
      const summary = document.createElement('p');
      summary.textContent = spec.summary;
      const example = document.createElement('code');
      example.textContent = spec.example;
      example.style.color = 'var(--ink-muted)';
      box.append(signature, summary, example);
      return box;
    },
  }));

const keywords: readonly Completion[] = ['and', 'or', 'not', 'in', 'is null', 'is not null', 'between', 'like', 'case when', 'then', 'else', 'end', 'true', 'false', 'null'].map((label) => ({
  label,
  type: 'keyword',
  boost: -1,
}));

function complete(columns: () => Schema) {
  return (context: CompletionContext) => {
    const word = context.matchBefore(/"[^"]*|[A-Za-z_][A-Za-z0-9_]*/);
    if (!word && !context.explicit) return null;
    const options: Completion[] = [
      ...columns().map((column) => ({ label: column.name, apply: written(column.name), type: 'variable', detail: column.type, boost: 2 })),
      ...functions,
      ...keywords,
    ];
    return { from: word?.text.startsWith('"') ? word.from + 1 : (word?.from ?? context.pos), to: context.pos, options, validFor: /^[\w "]*$/ };
  };
}

/** Text in the expression language: completion of columns and functions, errors underlined where they are. */
export function ExpressionEditor({ id, label, value, columns, diagnostics, placeholder, onChange }: ExpressionEditorProps) {
  const latest = useRef(columns);
  latest.current = columns;
  const { host, view } = useCodeEditor({
    id,
    label,
    value,
    indents: false,
    onChange,
    extensions: () => [
      sql({ dialect }),
      // Only our own completions: the language's own would offer SQL statements.
      autocompletion({ override: [complete(() => latest.current)], icons: false, maxRenderedOptions: 60 }),
      codeTheme({ least: 62, most: 220 }),
      completionHelp,
      EditorView.lineWrapping,
      placeholderText(placeholder),
      tooltips({ position: 'fixed', parent: document.body }),
    ],
  });

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    editor.dispatch(setDiagnostics(editor.state, reportedMarks(diagnostics, editor.state.doc.length)));
  }, [diagnostics, view]);

  const insert = (text: string, caret: number) => {
    const editor = view.current;
    if (!editor) return;
    const { from, to } = editor.state.selection.main;
    editor.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + caret }, userEvent: 'input' });
    editor.focus();
  };

  return (
    <div className="relative">
      <div ref={host} className="selectable" />
      <FunctionList insert={insert} />
    </div>
  );
}

/** Every function with its help, to read and to insert. */
function FunctionList({ insert }: { readonly insert: (text: string, caret: number) => void }) {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const text = query.toLowerCase();
  const found = [...functionRegistry.values()].filter((spec) => spec.kind === 'function' && `${spec.name} ${spec.summary} ${spec.category}`.toLowerCase().includes(text));
  return (
    <Popover
      label={texts.inspector.functions.all}
      open={open}
      onOpenChange={setOpen}
      align="end"
      className="w-96 max-w-[92vw]"
      trigger={
        <button type="button" aria-label={texts.inspector.functions.all} title={texts.inspector.functions.all} className="absolute bottom-1 right-1 inline-flex size-6 items-center justify-center rounded-sm bg-surface text-faint hover:bg-hover hover:text-ink">
          <SquareFunction size={15} />
        </button>
      }
    >
      <div className="border-b border-line p-1.5">
        <SearchInput autoFocus label={texts.inspector.functions.search} placeholder={texts.inspector.functions.search} value={query} onChange={setQuery} />
      </div>
      <ul className="max-h-80 overflow-auto p-1">
        {found.map((spec) => (
          <li key={spec.name}>
            <button
              type="button"
              onClick={() => {
                setOpen(false);
                setTimeout(() => insert(`${spec.name}()`, spec.name.length + 1));
              }}
              className="flex w-full flex-col rounded-sm px-2 py-1 text-left hover:bg-hover"
            >
              <code className="font-mono text-xs text-ink">{spec.signature}</code>
              <span className="text-xs text-muted">{spec.summary}</span>
              <code className="font-mono text-xs text-faint">{spec.example}</code>
            </button>
          </li>
        ))}
        {found.length === 0 ? <li className="px-2 py-4 text-center text-xs text-muted">{texts.inspector.functions.noMatch(query)}</li> : null}
      </ul>
    </Popover>
  );
}

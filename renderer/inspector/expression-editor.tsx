import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type Completion, type CompletionContext } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { SQLDialect, sql } from '@codemirror/lang-sql';
import { HighlightStyle, bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics, type Diagnostic as LintMark } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, placeholder as placeholderText, tooltips } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { SquareFunction } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import { functionRegistry } from '#app/relation/functions/registry.ts';
import type { Schema } from '#app/relation/types.ts';
import { Popover, SearchInput } from '../ui/index.ts';

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

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'oklch(var(--hue-l) var(--hue-c) 295)', fontWeight: '500' },
  { tag: [tags.string, tags.special(tags.string)], color: 'oklch(var(--hue-l) var(--hue-c) 150)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'oklch(var(--hue-l) var(--hue-c) 45)' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'oklch(var(--hue-l) var(--hue-c) 245)' },
  { tag: [tags.operator, tags.punctuation], color: 'var(--ink-muted)' },
  { tag: tags.comment, color: 'var(--ink-faint)' },
]);

const theme = EditorView.theme({
  '&': { fontSize: '12.5px', backgroundColor: 'var(--surface)', borderRadius: '6px', border: '1px solid var(--line-control)' },
  '&.cm-focused': { outline: '1px solid var(--focus)', borderColor: 'var(--focus)' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px', minHeight: '62px', maxHeight: '220px' },
  '.cm-content': { padding: '5px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 8px' },
  '.cm-placeholder': { color: 'var(--ink-faint)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'oklch(0.6 0.17 262 / 0.25) !important' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-tooltip': { border: '0', borderRadius: '6px', backgroundColor: 'var(--raised)', color: 'var(--ink)', boxShadow: 'var(--shadow-float-value)', overflow: 'hidden' },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: '12px', maxHeight: '220px', padding: '4px !important' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 6px !important', borderRadius: '4px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--hover) !important', color: 'var(--ink) !important' },
  '.cm-completionDetail': { color: 'var(--ink-faint)', fontStyle: 'normal', marginLeft: '10px' },
  '.cm-completionInfo': { fontSize: '12px', maxWidth: '260px', padding: '8px 10px !important' },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent-ink)', fontWeight: '600' },
  '.cm-diagnostic': { fontFamily: 'var(--font-sans)', fontSize: '12px', padding: '6px 10px', borderLeft: '3px solid var(--bad)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--active) !important' },
});

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
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ columns, onChange });
  latest.current = { columns, onChange };

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          history(),
          bracketMatching(),
          closeBrackets(),
          sql({ dialect }),
          // Only our own completions: the language's own would offer SQL statements.
          autocompletion({ override: [complete(() => latest.current.columns)], icons: false, maxRenderedOptions: 60 }),
          syntaxHighlighting(colours),
          theme,
          EditorView.lineWrapping,
          placeholderText(placeholder),
          tooltips({ position: 'fixed', parent: document.body }),
          EditorView.contentAttributes.of({ 'aria-label': label, id, spellcheck: 'false' }),
          keymap.of([{ key: 'Tab', run: acceptCompletion }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter')]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((transaction) => transaction.isUserEvent('outside'))) latest.current.onChange(update.state.doc.toString());
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
      open={open}
      onOpenChange={setOpen}
      align="end"
      className="w-96 max-w-[92vw]"
      trigger={
        <button type="button" aria-label="All functions" title="All functions" className="absolute bottom-1 right-1 inline-flex size-6 items-center justify-center rounded-sm bg-surface text-faint hover:bg-hover hover:text-ink">
          <SquareFunction size={15} />
        </button>
      }
    >
      <div className="border-b border-line p-1.5">
        <SearchInput autoFocus label="Search functions" placeholder="Search functions" value={query} onChange={setQuery} />
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
        {found.length === 0 ? <li className="px-2 py-4 text-center text-xs text-muted">No function matches “{query}”.</li> : null}
      </ul>
    </Popover>
  );
}

import { acceptCompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, type Extension, type Transaction } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { useEffect, useRef, type RefObject } from 'react';
import { useWhyNotEdit } from '../../state/editing.ts';
import { codeColours } from './code-theme.ts';

interface CodeEditorOptions {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** The Tab key indents where there is nothing to complete; otherwise it moves on. */
  readonly indents: boolean;
  /** Language, completion, look; taken once. */
  readonly extensions: () => readonly Extension[];
  readonly onChange: (text: string) => void;
}

/**
 * A letter typed over a selection. Left to the browser, it joins the lines and writes styles into them, which the page's policy refuses and reports.
 * Brackets around a selection and the like are asked first, as ever.
 */
const typedOverSelection = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { from, to, empty } = view.state.selection.main;
    const text = event.data;
    if (event.inputType !== 'insertText' || text === null || empty || view.state.selection.ranges.length > 1) return false;
    event.preventDefault();
    const typed = (): Transaction => view.state.update(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, typed))) view.dispatch(typed());
    return true;
  },
});

/** Text that may not be changed can still be read, selected and copied, by the keyboard too. */
const editing = (locked: boolean): Extension =>
  locked ? [EditorState.readOnly.of(true), EditorView.editable.of(false), EditorView.contentAttributes.of({ tabindex: '0', 'aria-readonly': 'true' })] : [];

/** A CodeMirror editor that lives as long as its field and follows the field's value without telling of it. */
export function useCodeEditor({ id, label, value, indents, extensions, onChange }: CodeEditorOptions): { readonly host: RefObject<HTMLDivElement | null>; readonly view: RefObject<EditorView | null> } {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(onChange);
  latest.current = onChange;
  const locked = useWhyNotEdit() !== null;
  const lock = useRef(new Compartment());

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          lock.current.of(editing(locked)),
          history(),
          bracketMatching(),
          closeBrackets(),
          typedOverSelection,
          ...extensions(),
          syntaxHighlighting(codeColours),
          EditorView.contentAttributes.of({ 'aria-label': label, id, spellcheck: 'false' }),
          keymap.of([{ key: 'Tab', run: acceptCompletion }, ...(indents ? [indentWithTab] : []), ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter')]),
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
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value }, userEvent: 'outside' });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({ effects: lock.current.reconfigure(editing(locked)) });
  }, [locked]);

  return { host, view };
}

import { autocompletion } from '@codemirror/autocomplete';
import { javascript, javascriptLanguage } from '@codemirror/lang-javascript';
import { python, pythonLanguage } from '@codemirror/lang-python';
import { indentOnInput, indentUnit } from '@codemirror/language';
import { forceLinting, linter, lintGutter } from '@codemirror/lint';
import { StateEffect, type Extension } from '@codemirror/state';
import { lineNumbers, tooltips } from '@codemirror/view';
import { Maximize2 } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { useRun } from '../../state/run.ts';
import { Button, Dialog } from '../../ui/index.ts';
import { diagnosticsAt, useForm } from '../form-context.ts';
import type { Path } from '../form-model.ts';
import { reportedMarks, scriptCompletion, syntaxMarks, type CodeLanguage } from './code-completion.ts';
import { codeTheme } from './code-theme.ts';
import { useCodeEditor } from './use-code-editor.ts';
import { texts } from '../../text/texts.ts';

interface CodeEditorProps {
  readonly id: string;
  readonly label: string;
  readonly language: CodeLanguage;
  readonly value: string;
  /** Columns of the first table, for completion. */
  readonly columns: Schema;
  /** Of the configuration. */
  readonly diagnostics: readonly Diagnostic[];
  /** The param that holds the code. */
  readonly path: Path;
  readonly onChange: (text: string) => void;
}

/** Code with highlighting, completion of columns, and mistakes at their place; opens in a larger window. */
export function CodeEditor(props: CodeEditorProps) {
  const [isLarge, setLarge] = useState(false);
  const failed = useFailures(props.path, props.value);
  const diagnostics = useMemo(() => [...props.diagnostics, ...failed], [props.diagnostics, failed]);
  return (
    <div className="flex flex-col gap-1.5">
      <CodeArea {...props} diagnostics={diagnostics} heights={{ least: 160, most: 420 }} place="page" />
      <Button size="sm" icon={<Maximize2 size={13} />} onClick={() => setLarge(true)} className="self-start">
        {texts.inspector.code.larger}
      </Button>
      <Dialog open={isLarge} onOpenChange={setLarge} title={props.label} size="lg" footer={<Button onClick={() => setLarge(false)}>{texts.common.done}</Button>}>
        <CodeArea {...props} diagnostics={diagnostics} id={`${props.id}-large`} heights={{ least: 380, most: 520 }} place="dialog" />
      </Dialog>
    </div>
  );
}

/** The marks are made anew though the text is the same. */
const reportsChanged = StateEffect.define<null>();

const none: readonly Diagnostic[] = [];

/** What the last run said of this code, as long as it is the code that ran. */
function useFailures(path: Path, value: string): readonly Diagnostic[] {
  const { nodeId } = useForm();
  const run = useRun((store) => store.nodes[nodeId]);
  const ran = useRun((store) => store.document?.nodes.find((node) => node.id === nodeId)?.params[String(path[0])]);
  return useMemo(() => (run?.status === 'failed' && ran === value ? diagnosticsAt(run.diagnostics, path, false) : none), [run, ran, value, path]);
}

interface CodeAreaProps extends CodeEditorProps {
  readonly heights: { readonly least: number; readonly most: number };
  /** In a dialog the rest of the page takes no clicks, completion included. */
  readonly place: 'page' | 'dialog';
}

function CodeArea({ id, label, language, value, columns, diagnostics, onChange, heights, place }: CodeAreaProps) {
  const latest = useRef({ columns, diagnostics });
  latest.current = { columns, diagnostics };
  const { host, view } = useCodeEditor({
    id,
    label,
    value,
    indents: true,
    onChange,
    extensions: () => [
      lineNumbers(),
      indentOnInput(),
      languageOf(language, () => latest.current.columns),
      autocompletion({ icons: false, maxRenderedOptions: 60 }),
      codeTheme(heights),
      linter(
        ({ state }) => {
          const reported = reportedMarks(latest.current.diagnostics, state.doc.length);
          // What was said about the whole code needs no second word about its grammar.
          return reported.some(({ severity }) => severity === 'error') ? reported : [...reported, ...syntaxMarks(state)];
        },
        { delay: 500, needsRefresh: (update) => update.transactions.some(({ effects }) => effects.some((effect) => effect.is(reportsChanged))) },
      ),
      lintGutter(),
      tooltips(place === 'page' ? { position: 'fixed', parent: document.body } : { position: 'fixed' }),
    ],
  });

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    editor.dispatch({ effects: reportsChanged.of(null) });
    forceLinting(editor);
  }, [diagnostics, view]);

  return <div ref={host} className="selectable" />;
}

function languageOf(language: CodeLanguage, columns: () => Schema): Extension {
  const autocomplete = scriptCompletion(language, columns);
  return language === 'javascript'
    ? [javascript(), javascriptLanguage.data.of({ autocomplete }), indentUnit.of('  ')]
    : [python(), pythonLanguage.data.of({ autocomplete }), indentUnit.of('    ')];
}

import { BookOpenText } from 'lucide-react';
import { toggleDescription } from '../description/description-store.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { texts } from '../text/texts.ts';
import { Button, Kbd, TextArea } from '../ui/index.ts';

const hints: readonly (readonly [string, string])[] = [
  ['Tab', texts.inspector.notes.add],
  ['Ctrl+K', texts.inspector.notes.find],
  ['Shift+F7', texts.inspector.notes.run],
  ['?', texts.inspector.notes.keys],
];

/** With nothing selected: what the pipeline is for, and how to go on. */
export function PipelineNotes() {
  const document = usePipeline((store) => store.document);
  if (!document) return null;
  return (
    <div className="flex h-full flex-col gap-4 overflow-auto p-3">
      <div>
        <h2 className="text-base font-semibold">{texts.common.pipeline}</h2>
        <p className="text-xs tabular-nums text-faint">
          {texts.inspector.notes.counts(document.nodes.length, document.edges.length)}
        </p>
      </div>
      <label className="flex flex-col gap-1">
        <span className="text-xs font-medium text-muted">{texts.inspector.notes.description}</span>
        <TextArea
          value={document.description ?? ''}
          maxLength={20_000}
          placeholder={texts.inspector.notes.placeholder}
          onChange={(event) => edit({ type: 'set-document', description: event.target.value === '' ? null : event.target.value }, { group: 'description' })}
          spellCheck
          className="min-h-24"
        />
      </label>
      {document.nodes.length > 0 ? (
        <Button icon={<BookOpenText size={14} />} className="self-start" onClick={toggleDescription}>
          {texts.help.describeShort}
        </Button>
      ) : null}
      <div className="flex flex-col gap-1.5 text-sm text-muted">
        <p>{texts.inspector.notes.select}</p>
        <dl className="mt-1 flex flex-col gap-1">
          {hints.map(([keys, meaning]) => (
            <div key={keys} className="flex items-center justify-between">
              <dt>{meaning}</dt>
              <dd>
                <Kbd keys={keys} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}

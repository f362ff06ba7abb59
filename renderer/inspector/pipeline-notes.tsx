import { BookOpenText } from 'lucide-react';
import { toggleDescription } from '../description/description-store.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { texts } from '../text/texts.ts';
import { Button, Kbd, TextArea } from '../ui/index.ts';

const hints: readonly (readonly [string, string])[] = [
  ['Tab', 'Add a node'],
  ['Ctrl+K', 'Find any command'],
  ['Shift+F7', 'Run everything'],
  ['?', 'All keys and gestures'],
];

/** With nothing selected: what the pipeline is for, and how to go on. */
export function PipelineNotes() {
  const document = usePipeline((store) => store.document);
  if (!document) return null;
  const count = (total: number, word: string) => `${total} ${word}${total === 1 ? '' : 's'}`;
  return (
    <div className="flex h-full flex-col gap-4 overflow-auto p-3">
      <div>
        <h2 className="text-base font-semibold">Pipeline</h2>
        <p className="text-xs tabular-nums text-faint">
          {count(document.nodes.length, 'node')}, {count(document.edges.length, 'connection')}
        </p>
      </div>
      <label className="flex flex-col gap-1">
        <span className="text-xs font-medium text-muted">Description</span>
        <TextArea
          value={document.description ?? ''}
          maxLength={20_000}
          placeholder="What this pipeline answers, and for whom"
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
        <p>Select a node to set it up, or a connection to see what flows along it.</p>
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

import { BookOpenText } from 'lucide-react';
import { toggleDescription } from '../description/description-store.ts';
import { commandAt, levelDocument } from '#app/pipeline/subflow/level.ts';
import { titleOf } from '../state/catalogue.ts';
import { useWhyNotEdit } from '../state/editing.ts';
import { edit, editRoot, usePipeline } from '../state/pipeline.ts';
import { TourOffer } from '../tour/tour-offer.tsx';
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
  const root = usePipeline((store) => store.root);
  const level = usePipeline((store) => store.level);
  const why = useWhyNotEdit();
  if (!document || !root) return null;
  const last = level.at(-1);
  const outside = last && levelDocument(root, level.slice(0, -1));
  const open = outside?.nodes.find(({ id }) => id === last?.nodeId);
  const text = open === undefined ? document.description : open.comment;
  const describe = (next: string | null): void => {
    if (open === undefined) edit({ type: 'set-document', description: next }, { group: 'description' });
    else editRoot(commandAt(level.slice(0, -1), { type: 'set-comment', nodeId: open.id, comment: next === null ? null : next.slice(0, 10_000) }), { group: `comment-${open.id}` });
  };
  return (
    <div className="flex h-full flex-col gap-4 overflow-auto p-3">
      <div>
        <h2 className="text-base font-semibold">{open === undefined ? texts.common.pipeline : titleOf(open)}</h2>
        <p className="text-xs tabular-nums text-faint">
          {texts.inspector.notes.counts(document.nodes.length, document.edges.length)}
        </p>
      </div>
      <TourOffer />
      <label className="flex flex-col gap-1">
        <span className="text-xs font-medium text-muted">{texts.inspector.notes.description}</span>
        <TextArea
          value={text ?? ''}
          readOnly={why !== null}
          title={why ?? undefined}
          maxLength={20_000}
          placeholder={open === undefined ? texts.inspector.notes.placeholder : texts.inspector.subflow.descriptionPlaceholder}
          onChange={(event) => describe(event.target.value === '' ? null : event.target.value)}
          spellCheck
          className="min-h-24"
        />
      </label>
      {document.nodes.length > 0 && open === undefined ? (
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

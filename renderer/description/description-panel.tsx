import { Check, ClipboardCopy, Download, NotebookPen, RefreshCw, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { descriptionMarkdown, withWords, type DescriptionBlock, type PipelineDescription, type Sentence } from '#app/pipeline/description/index.ts';
import { revealNode } from '../canvas/canvas-store.ts';
import { Notice } from '../results/notice.tsx';
import { notify } from '../state/notices.ts';
import { tellStep } from '../state/undoable.ts';
import { revealFlat, useLevelPrefix } from '../state/level.ts';
import { editRoot, usePipeline } from '../state/pipeline.ts';
import { useSelection } from '../state/selection.ts';
import { language } from '../text/language.ts';
import { texts } from '../text/texts.ts';
import { Button, IconButton, Spinner, cx } from '../ui/index.ts';
import { closeDescription, followDescription, loadDescription, useDescription } from './description-store.ts';

/** The pipeline in words, over the inspector: names in the text select their nodes. */
export function DescriptionPanel() {
  const open = useDescription((store) => store.open);
  return open ? <OpenPanel /> : null;
}

function OpenPanel() {
  const { description, loading, error } = useDescription();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    const stop = followDescription();
    return () => {
      stop();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <section
      ref={panel}
      tabIndex={-1}
      aria-label={texts.help.description.label}
      aria-busy={loading}
      data-testid="description-panel"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        event.preventDefault();
        closeDescription();
      }}
      className="absolute inset-y-0 right-0 z-30 flex w-[500px] max-w-full animate-appear flex-col border-l border-line bg-surface shadow-float outline-none"
    >
      <header className="flex h-10 shrink-0 items-center gap-1 border-b border-line pl-4 pr-2">
        <h2 className="text-sm font-semibold">{texts.help.description.title}</h2>
        <span className="ml-2 min-w-0 flex-1 text-faint">{loading ? <Spinner size={13} label={texts.help.description.reading} /> : null}</span>
        {description ? <Actions description={description} /> : null}
        <IconButton label={texts.common.close} keys="Escape" size="sm" onClick={closeDescription}>
          <X size={15} />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-auto px-5 py-4">
        {error ? <Notice diagnostic={error} action={<Button onClick={() => void loadDescription()}>{texts.common.tryAgain}</Button>} /> : null}
        {description ? <Words description={description} /> : error ? null : <p className="text-sm text-muted">{texts.help.description.reading}</p>}
      </div>
    </section>
  );
}

function Actions({ description }: { readonly description: PipelineDescription }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(descriptionMarkdown(description));
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      notify({ severity: 'warning', message: texts.help.description.noClipboard, remedy: texts.help.description.saveInstead });
    }
  };
  return (
    <>
      <Button size="sm" variant="quiet" icon={copied ? <Check size={13} /> : <ClipboardCopy size={13} />} data-testid="description-copy" onClick={() => void copy()}>
        <span aria-live="polite">{copied ? texts.help.description.copied : texts.common.copy}</span>
      </Button>
      <Button size="sm" variant="quiet" icon={<Download size={13} />} data-testid="description-save" onClick={() => saveMarkdown(description)}>
        {texts.help.description.save}
      </Button>
      <Button needs="edit" size="sm" variant="quiet" icon={<NotebookPen size={13} />} data-testid="description-keep" title={texts.help.description.keepWhat} onClick={() => keep(description)}>
        {texts.help.description.keep}
      </Button>
      <IconButton label={texts.help.description.again} size="sm" onClick={() => void loadDescription()}>
        <RefreshCw size={13} />
      </IconButton>
    </>
  );
}

function saveMarkdown(description: PipelineDescription): void {
  const url = URL.createObjectURL(new Blob([descriptionMarkdown(description)], { type: 'text/markdown;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${description.title.trim().replaceAll(/[\\/:*?"<>|\s]+/g, '-').replace(/^-+|-+$/g, '').toLowerCase() || 'pipeline'}.md`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function keep(description: PipelineDescription): void {
  const own = usePipeline.getState().root?.description ?? '';
  const next = withWords(own, descriptionMarkdown(description), language);
  if (next === own) notify({ severity: 'info', message: texts.help.description.already });
  else if (editRoot({ type: 'set-document', description: next }, { label: texts.help.describeShort })) tellStep(texts.help.description.kept);
}

function Words({ description }: { readonly description: PipelineDescription }) {
  return (
    <article className="selectable flex flex-col gap-4 text-sm leading-relaxed" data-testid="description-text">
      <h3 className="text-lg font-semibold tracking-tight">{description.title}</h3>
      <p>
        <Spans sentence={description.intro} />
      </p>
      {description.sections.map((section) => (
        <section key={section.id} data-section={section.id} className="flex flex-col gap-2">
          <h4 className={cx('text-sm font-semibold', section.id === 'watch' && 'text-warn-ink')}>{section.title}</h4>
          {section.blocks.map((block, index) => (
            <Block key={index} block={block} />
          ))}
        </section>
      ))}
    </article>
  );
}

function Block({ block }: { readonly block: DescriptionBlock }) {
  if (block.kind === 'text') {
    return (
      <p>
        <Spans sentence={block.text} />
      </p>
    );
  }
  const List = block.ordered ? 'ol' : 'ul';
  return (
    <List className={cx('flex flex-col gap-1.5 pl-5', block.ordered ? 'list-decimal marker:text-faint' : 'list-disc marker:text-faint')}>
      {block.items.map((item, index) => (
        <li key={index}>
          <Spans sentence={item} />
        </li>
      ))}
    </List>
  );
}

function Spans({ sentence }: { readonly sentence: Sentence }) {
  return sentence.map((span, index) =>
    typeof span === 'string' ? (
      <span key={index}>{span}</span>
    ) : 'code' in span ? (
      <code key={index} className="break-words rounded-sm bg-active px-1 font-mono text-xs">
        {span.code}
      </code>
    ) : (
      <NodeName key={index} id={span.node} name={span.text} />
    ),
  );
}

function NodeName({ id, name }: { readonly id: string; readonly name: string }) {
  const prefix = useLevelPrefix();
  const selected = useSelection((store) => id.startsWith(prefix) && store.nodes.includes(id.slice(prefix.length)));
  return (
    <button
      type="button"
      data-node={id}
      aria-pressed={selected}
      onClick={(event) => {
        const left = event.currentTarget.closest('section[data-testid]')?.getBoundingClientRect().left;
        const shown = revealFlat(id);
        requestAnimationFrame(() => revealNode(shown, left));
      }}
      className={cx('rounded-sm text-left font-medium underline decoration-dotted underline-offset-2 hover:bg-hover', selected ? 'bg-accent-soft text-accent-ink' : 'text-accent-ink')}
    >
      {name}
    </button>
  );
}

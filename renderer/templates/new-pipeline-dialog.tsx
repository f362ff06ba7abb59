import { FilePlus2 } from 'lucide-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { newPipeline } from '../app/actions.ts';
import { Notice } from '../results/notice.tsx';
import { texts } from '../text/texts.ts';
import { Badge, Button, Dialog, Spinner, cx } from '../ui/index.ts';
import { GraphPicture } from './graph-picture.tsx';
import { begin, loadTemplates, useTemplates, type Template } from './templates-store.ts';

/** An empty pipeline, or one of the real ones that come with the app. */
export function NewPipelineDialog() {
  const open = useTemplates((store) => store.open);
  return (
    <Dialog open={open} onOpenChange={(next) => useTemplates.setState({ open: next })} title={texts.help.templates.title} description={texts.help.templates.how} size="lg">
      <Cards />
    </Dialog>
  );
}

function Cards() {
  const { templates, error, beginning } = useTemplates();
  if (error !== null) return <Notice diagnostic={error} action={<Button onClick={() => void loadTemplates()}>{texts.common.tryAgain}</Button>} />;
  return (
    <ul className="grid grid-cols-3 gap-3 max-[900px]:grid-cols-2" onKeyDown={walk}>
      <li>
        <Card
          testId="template-empty"
          busy={false}
          disabled={beginning !== null}
          first
          picture={<FilePlus2 size={28} strokeWidth={1.5} className="text-faint" />}
          title={texts.help.templates.empty}
          sentence={texts.help.templates.emptyWhat}
          onChoose={() => {
            useTemplates.setState({ open: false });
            void newPipeline();
          }}
        />
      </li>
      {templates === null ? (
        <li className="flex items-center justify-center">
          <Spinner label={texts.common.loading} />
        </li>
      ) : (
        templates.map((template) => (
          <li key={template.name}>
            <TemplateCard template={template} busy={beginning === template.name} disabled={beginning !== null} />
          </li>
        ))
      )}
    </ul>
  );
}

function TemplateCard({ template, busy, disabled }: { readonly template: Template; readonly busy: boolean; readonly disabled: boolean }) {
  const { document } = template;
  const kinds: Readonly<Record<string, string>> = texts.help.templates.kinds;
  return (
    <Card
      testId={`template-${template.name}`}
      busy={busy}
      disabled={disabled}
      picture={<GraphPicture document={document} className="h-full w-full" />}
      title={document.title}
      kind={kinds[template.kind]}
      sentence={document.description ?? ''}
      footer={texts.help.templates.takes(document.nodes.length, template.seconds)}
      onChoose={() => void begin({ template: template.name })}
    />
  );
}

interface CardProps {
  readonly testId: string;
  readonly picture: ReactNode;
  readonly title: string;
  readonly kind?: string | undefined;
  readonly sentence: string;
  readonly footer?: string;
  readonly busy: boolean;
  readonly disabled: boolean;
  /** Has the focus when the dialog opens. */
  readonly first?: boolean;
  readonly onChoose: () => void;
}

function Card({ testId, picture, title, kind, sentence, footer, busy, disabled, first = false, onChoose }: CardProps) {
  return (
    <button
      type="button"
      data-testid={testId}
      data-card
      autoFocus={first}
      disabled={disabled}
      aria-busy={busy}
      onClick={onChoose}
      className={cx('flex h-full w-full flex-col overflow-hidden rounded-lg border border-line bg-surface text-left shadow-card transition-colors duration-100 enabled:hover:border-line-strong enabled:hover:bg-sunken', disabled && !busy && 'opacity-60')}
    >
      <span className="flex h-24 w-full items-center justify-center border-b border-line bg-canvas p-2">{busy ? <Spinner label={texts.common.loading} /> : picture}</span>
      <span className="flex flex-1 flex-col gap-1 p-3">
        {kind ? (
          <span>
            <Badge>{kind}</Badge>
          </span>
        ) : null}
        <span className="text-sm font-semibold">{title}</span>
        <span className="flex-1 text-xs text-muted">{sentence}</span>
        {footer ? <span className="text-xs tabular-nums text-faint">{footer}</span> : null}
      </span>
    </button>
  );
}

/** Arrow keys go from card to card, by rows as they are shown. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const cards = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-card]')];
  const at = cards.findIndex((card) => card === document.activeElement);
  if (at < 0) return;
  const columns = Math.max(1, cards.filter((card) => card.offsetTop === cards[0]?.offsetTop).length);
  const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  const step = steps[event.key];
  if (step === undefined) return;
  cards[Math.min(cards.length - 1, Math.max(0, at + step))]?.focus();
  event.preventDefault();
}

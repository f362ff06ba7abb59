import { useEffect, useState, type ReactNode } from 'react';
import { goals, type Brief, type Goal } from '#app/brief/document.ts';
import { formatNumber } from '#app/core/units.ts';
import { editBrief } from '../state/brief.ts';
import { texts } from '../text/texts.ts';
import { Button, Field, Input, Select, TextArea } from '../ui/index.ts';
import { useAdvice } from './use-advice.ts';
import { useDataFiles } from './use-data-files.ts';

/** A part of the brief: its name, how to write it, and what is written. */
export function Section({ title, how, action, children, testId }: { readonly title: string; readonly how?: string; readonly action?: ReactNode; readonly children: ReactNode; readonly testId?: string }) {
  return (
    <section aria-label={title} data-testid={testId} className="flex flex-col gap-2">
      <div className="flex min-h-6 items-end justify-between gap-3">
        <div>
          <h2 className="text-sm font-semibold">{title}</h2>
          {how === undefined ? null : <p className="text-xs text-muted">{how}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

interface WordsProps {
  readonly title: string;
  readonly how: string;
  readonly example: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly testId: string;
  readonly autoFocus?: boolean;
}

export function WordsSection({ title, how, example, value, onChange, testId, autoFocus = false }: WordsProps) {
  return (
    <Section title={title} how={how} testId={testId}>
      {/* The person has just asked to write it. */}
      <TextArea aria-label={title} value={value} placeholder={example} autoFocus={autoFocus} onChange={(event) => onChange(event.target.value)} maxLength={20_000} spellCheck />
    </Section>
  );
}

export function GoalSection({ brief }: { readonly brief: Brief }) {
  const words = texts.brief.goal;
  const files = useDataFiles();
  const { data, loading } = useAdvice(brief);
  const columns = data?.columns ?? [];
  // The chosen column stays readable while the file is looked at.
  const choices = columns.length === 0 && brief.target !== '' ? [{ value: brief.target, label: brief.target }] : columns.map(({ name, type }) => ({ value: name, label: name, hint: type }));
  const guessed = brief.goal === null ? (data?.guessed ?? null) : null;
  const known = files.includes(brief.data) || brief.data === '' ? files : [brief.data, ...files];
  return (
    <Section title={words.title} testId="brief-goal">
      <div className="flex flex-wrap gap-1.5" role="radiogroup" aria-label={words.goal}>
        {goals.map((goal) => (
          <GoalChip key={goal} goal={goal} chosen={brief.goal === goal} onChoose={() => editBrief({ goal: brief.goal === goal ? null : goal })} />
        ))}
      </div>
      {guessed === null ? null : (
        <p className="flex items-center gap-2 text-xs text-muted">
          {words.guessed(texts.brief.goals[guessed])}
          <Button needs="edit" size="sm" onClick={() => editBrief({ goal: guessed })}>
            {words.take}
          </Button>
        </p>
      )}
      <div className="grid grid-cols-2 gap-3 max-[560px]:grid-cols-1">
        <Field label={words.data}>{({ id }) => <Select id={id} label={words.data} value={brief.data === '' ? null : brief.data} placeholder={words.dataNone} onChange={(data) => editBrief({ data })} items={known.map((path) => ({ value: path, label: path }))} />}</Field>
        <Field label={words.target}>
          {({ id }) =>
            columns.length > 0 || (loading && brief.data !== '') ? (
              <Select id={id} disabled={columns.length === 0} label={words.target} value={brief.target === '' ? null : brief.target} placeholder={words.targetNone} onChange={(target) => editBrief({ target })} items={choices} />
            ) : (
              <Input id={id} value={brief.target} placeholder={words.targetNone} onChange={(event) => editBrief({ target: event.target.value })} maxLength={500} />
            )
          }
        </Field>
      </div>
    </Section>
  );
}

function GoalChip({ goal, chosen, onChoose }: { readonly goal: Goal; readonly chosen: boolean; readonly onChoose: () => void }) {
  return (
    <button
      type="button"
      role="radio"
      aria-checked={chosen}
      data-testid={`brief-goal-${goal}`}
      onClick={onChoose}
      className="h-7 rounded-full border border-line-control bg-surface px-3 text-sm hover:bg-sunken aria-checked:border-accent aria-checked:bg-accent-soft aria-checked:font-medium aria-checked:text-accent-ink"
    >
      {texts.brief.goals[goal]}
    </button>
  );
}

export function CostsSection({ brief }: { readonly brief: Brief }) {
  const words = texts.brief.costs;
  const { costs } = brief;
  const change = (part: Partial<Brief['costs']>): void => editBrief({ costs: { ...costs, ...part } });
  return (
    <Section title={words.title} how={words.how} testId="brief-costs">
      <div className="grid grid-cols-3 gap-3 max-[560px]:grid-cols-1">
        <Field label={words.positive}>{({ id }) => <NumberInput id={id} value={costs.falsePositive} least={0} onChange={(falsePositive) => change({ falsePositive })} />}</Field>
        <Field label={words.negative}>{({ id }) => <NumberInput id={id} value={costs.falseNegative} least={0} onChange={(falseNegative) => change({ falseNegative })} />}</Field>
        <Field label={words.unit}>{({ id }) => <Input id={id} value={costs.unit} placeholder={words.unitExample} onChange={(event) => change({ unit: event.target.value })} maxLength={40} />}</Field>
      </div>
      <Field label={words.note}>{({ id }) => <TextArea id={id} value={costs.note} placeholder={words.noteExample} onChange={(event) => change({ note: event.target.value })} maxLength={20_000} spellCheck />}</Field>
    </Section>
  );
}

/** A number that may be missing; what is no number yet stays as typed and is not taken. */
export function NumberInput({ id, value, label, least, onChange }: { readonly id?: string; readonly value: number | null; readonly label?: string; readonly least?: number; readonly onChange: (value: number | null) => void }) {
  const [typed, setTyped] = useState(value === null ? '' : String(value));
  useEffect(() => setTyped((before) => (read(before) === value ? before : value === null ? '' : String(value))), [value]);
  const number = read(typed);
  const wrong = typed.trim() !== '' && (number === null || (least !== undefined && number < least));
  return (
    <Input
      id={id}
      aria-label={label}
      inputMode="decimal"
      value={typed}
      invalid={wrong}
      title={number === null ? undefined : formatNumber(number)}
      onChange={(event) => {
        setTyped(event.target.value);
        const next = read(event.target.value);
        if (event.target.value.trim() === '') onChange(null);
        else if (next !== null && (least === undefined || next >= least)) onChange(next);
      }}
    />
  );
}

/** With a point or a comma, as people type. */
function read(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() === '' || !Number.isFinite(value) ? null : value;
}

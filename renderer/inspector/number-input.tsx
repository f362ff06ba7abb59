import { useState } from 'react';
import { FieldMessage, Input, Slider } from '../ui/index.ts';
import { numberProblem, type JsonSchema } from './form-model.ts';
import { texts } from '../text/texts.ts';

interface NumberInputProps {
  readonly id: string;
  readonly value: number | null;
  readonly nullable: boolean;
  readonly schema: JsonSchema;
  readonly label: string;
  readonly onChange: (value: number | null) => void;
}

const shown = (value: number | null): string => (value === null ? '' : String(value));

/** Text that must be a number within its bounds; what is not yet one stays in the field, with the reason, and is not applied. */
export function NumberInput({ id, value, nullable, schema, label, onChange }: NumberInputProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const problem = draft === null || (nullable && draft.trim() === '') ? null : numberProblem(draft, schema);
  const apply = (text: string) => {
    setDraft(text);
    if (nullable && text.trim() === '') onChange(null);
    else if (numberProblem(text, schema) === null) onChange(Number(text.replace(',', '.').replace('−', '-')));
  };
  const step = (direction: 1 | -1, large: boolean) => {
    const size = (schema.step ?? (schema.type === 'integer' ? 1 : Math.abs(value ?? 1) >= 1 ? 1 : 0.1)) * (large ? 10 : 1);
    const next = Number(((value ?? 0) + direction * size).toPrecision(12));
    if (numberProblem(String(next), schema) === null) apply(String(next));
  };
  return (
    <>
      <Input
        id={id}
        inputMode="decimal"
        aria-label={label}
        value={draft ?? shown(value)}
        unit={schema.unit}
        placeholder={schema.placeholder ?? (nullable ? texts.inspector.automatic : undefined)}
        invalid={problem !== null}
        className="tabular-nums"
        onChange={(event) => apply(event.target.value)}
        onBlur={() => problem === null && setDraft(null)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
          event.preventDefault();
          step(event.key === 'ArrowUp' ? 1 : -1, event.shiftKey);
        }}
      />
      {problem ? <FieldMessage message={problem} /> : null}
    </>
  );
}

export function SliderInput({ id, value, schema, label, onChange }: Omit<NumberInputProps, 'nullable' | 'value'> & { readonly value: number }) {
  const min = schema.min ?? schema.minimum ?? schema.exclusiveMinimum ?? 0;
  const max = schema.max ?? schema.maximum ?? schema.exclusiveMaximum ?? 1;
  const step = schema.step ?? (schema.type === 'integer' ? 1 : (max - min) / 100);
  return (
    <div className="grid grid-cols-[1fr_76px] items-start gap-3">
      <Slider label={label} value={value} min={min} max={max} step={step} onChange={(next) => onChange(Number(next.toPrecision(10)))} />
      <div>
        <NumberInput id={id} value={value} nullable={false} schema={schema} label={label} onChange={onChange} />
      </div>
    </div>
  );
}

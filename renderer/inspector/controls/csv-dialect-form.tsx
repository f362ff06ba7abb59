import type { ReactNode } from 'react';
import type { CsvReadingParams } from '#app/sdk/csv-params.ts';
import type { CsvPreviewAnswer } from '#app/protocol/sections/csv.ts';
import { catalogue } from '../../state/catalogue.ts';
import { Field, Input, Select } from '../../ui/index.ts';
import { texts } from '../../text/texts.ts';
import { paramsSchema, type JsonSchema } from '../form-model.ts';

interface CsvDialectFormProps {
  readonly params: CsvReadingParams;
  /** What is in effect, shown where nothing is set. */
  readonly found: CsvPreviewAnswer['dialect'] | null;
  readonly set: (name: string, value: unknown, label: string) => void;
}

type Choice = 'delimiter' | 'quote' | 'escape' | 'header' | 'encoding' | 'decimal' | 'thousands' | 'dates';

const choices: readonly Choice[] = ['delimiter', 'quote', 'header', 'encoding', 'decimal', 'thousands', 'dates', 'escape'];

/** Titles and options as the reader's own form has them. */
const reader = catalogue.get('data/csv-reader');
const form: NonNullable<JsonSchema['properties']> = (reader && paramsSchema(reader.definition.params).properties) ?? {};

const foundWords = (name: Choice, found: CsvPreviewAnswer['dialect']): string | null => {
  const marks: Readonly<Record<string, string>> = { '': texts.inspector.csv.marks.none, ',': texts.inspector.csv.marks.comma, ';': texts.inspector.csv.marks.semicolon, '\t': texts.inspector.csv.marks.tab, '|': texts.inspector.csv.marks.bar, ' ': texts.inspector.csv.marks.space, '.': texts.inspector.csv.marks.point, "'": texts.inspector.csv.marks.apostrophe };
  switch (name) {
    case 'delimiter':
      return marks[found.delimiter] ?? found.delimiter;
    case 'header':
      return found.header ? texts.inspector.csv.yes : texts.inspector.csv.no;
    case 'encoding':
      return found.encoding.toUpperCase();
    case 'decimal':
      return marks[found.decimal] ?? found.decimal;
    case 'thousands':
      return marks[found.thousands] ?? found.thousands;
    default:
      return null;
  }
};

/** The settings of a delimited file, each with what was found as its first choice. */
export function CsvDialectForm({ params, found, set }: CsvDialectFormProps) {
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
      {choices.map((name) => {
        const { title = name, labels = {} } = form[name] ?? {};
        const words = found === null ? null : foundWords(name, found);
        const items = Object.entries(labels)
          .filter(([value]) => value !== 'other' || params.delimiter === 'other')
          .map(([value, label]) => ({ value, label: value === 'auto' && words !== null ? texts.inspector.csv.found(words) : label }));
        return (
          <Setting key={name} label={title}>
            {(id) => <Select id={id} size="sm" label={title} value={params[name]} items={items} onChange={(value) => set(name, value, title)} />}
          </Setting>
        );
      })}
      <Setting label={texts.inspector.csv.nullWords}>
        {(id) => <Input id={id} value={params.nullWords} placeholder={found !== null && found.nullWords.length > 0 ? texts.inspector.csv.found(found.nullWords.join(', ')) : 'NA, n/a, -'} onChange={(event) => set('nullWords', event.target.value, texts.inspector.csv.nullWords)} />}
      </Setting>
      <Setting label={texts.inspector.csv.skip}>
        {(id) => (
          <Input
            id={id}
            inputMode="numeric"
            value={params.skipLines === null ? '' : String(params.skipLines)}
            placeholder={found === null ? '' : texts.inspector.csv.found(String(found.skipLines))}
            onChange={(event) => {
              const text = event.target.value.trim();
              if (text === '') set('skipLines', null, texts.inspector.csv.skip);
              else if (/^\d{1,5}$/.test(text)) set('skipLines', Number(text), texts.inspector.csv.skip);
            }}
          />
        )}
      </Setting>
      <Setting label={texts.inspector.csv.comment}>{(id) => <Input id={id} maxLength={1} value={params.comment} placeholder="#" onChange={(event) => set('comment', event.target.value, texts.inspector.csv.comment)} />}</Setting>
    </div>
  );
}

function Setting({ label, children }: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  return (
    <Field label={label} errors={[]}>
      {({ id }) => children(id)}
    </Field>
  );
}

import type { ReactNode } from 'react';
import { csvDialectParams, type CsvReadingParams } from '#app/sdk/csv-params.ts';
import type { CsvPreviewAnswer } from '#app/protocol/sections/csv.ts';
import { Field, Input, Select } from '../../ui/index.ts';

interface CsvDialectFormProps {
  readonly params: CsvReadingParams;
  /** What is in effect, shown where nothing is set. */
  readonly found: CsvPreviewAnswer['dialect'] | null;
  readonly set: (name: string, value: unknown, label: string) => void;
}

type Choice = 'delimiter' | 'quote' | 'escape' | 'header' | 'encoding' | 'decimal' | 'thousands' | 'dates';

const choices: readonly Choice[] = ['delimiter', 'quote', 'header', 'encoding', 'decimal', 'thousands', 'dates', 'escape'];

const foundWords = (name: Choice, found: CsvPreviewAnswer['dialect']): string | null => {
  const marks: Readonly<Record<string, string>> = { '': 'none', ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar', ' ': 'space', '.': 'point', "'": 'apostrophe' };
  switch (name) {
    case 'delimiter':
      return marks[found.delimiter] ?? found.delimiter;
    case 'header':
      return found.header ? 'yes' : 'no';
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
        const { title = name, labels = {} } = (csvDialectParams[name].meta() ?? {}) as { title?: string; labels?: Readonly<Record<string, string>> };
        const words = found === null ? null : foundWords(name, found);
        const items = Object.entries(labels)
          .filter(([value]) => value !== 'other' || params.delimiter === 'other')
          .map(([value, label]) => ({ value, label: value === 'auto' && words !== null ? `Found: ${words}` : label }));
        return (
          <Setting key={name} label={title}>
            {(id) => <Select id={id} size="sm" label={title} value={params[name]} items={items} onChange={(value) => set(name, value, title)} />}
          </Setting>
        );
      })}
      <Setting label="Null words">
        {(id) => <Input id={id} value={params.nullWords} placeholder={found !== null && found.nullWords.length > 0 ? `Found: ${found.nullWords.join(', ')}` : 'NA, n/a, -'} onChange={(event) => set('nullWords', event.target.value, 'Null words')} />}
      </Setting>
      <Setting label="Lines to skip">
        {(id) => (
          <Input
            id={id}
            inputMode="numeric"
            value={params.skipLines === null ? '' : String(params.skipLines)}
            placeholder={found === null ? '' : `Found: ${found.skipLines}`}
            onChange={(event) => {
              const text = event.target.value.trim();
              if (text === '') set('skipLines', null, 'Lines to skip');
              else if (/^\d{1,5}$/.test(text)) set('skipLines', Number(text), 'Lines to skip');
            }}
          />
        )}
      </Setting>
      <Setting label="Comment character">{(id) => <Input id={id} maxLength={1} value={params.comment} placeholder="#" onChange={(event) => set('comment', event.target.value, 'Comment character')} />}</Setting>
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

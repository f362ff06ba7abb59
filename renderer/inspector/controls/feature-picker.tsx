import { useId } from 'react';
import { useQuery } from '../../results/use-query.ts';
import { client } from '../../rpc/client.ts';
import { Input } from '../../ui/index.ts';
import { texts } from '../../text/texts.ts';

interface FeaturePickerProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly invalid: boolean;
  readonly onChange: (value: string) => void;
}

/** VIEW:FEATURE, with what the feature store has offered while it is typed. */
export function FeaturePicker({ id, label, value, invalid, onChange }: FeaturePickerProps) {
  const list = useId();
  const views = useQuery('features', (signal) => client.features.list(undefined, { signal }));
  return (
    <>
      <Input id={id} aria-label={label} list={list} value={value} mono invalid={invalid} placeholder={texts.features.picker.placeholder} onChange={(event) => onChange(event.target.value)} />
      <datalist id={list}>
        {(views.data ?? []).flatMap((view) => [
          <option key={view.name} value={`${view.name}:*`}>
            {texts.features.picker.all}
          </option>,
          ...view.features.map(({ name, type }) => (
            <option key={`${view.name}:${name}`} value={`${view.name}:${name}`}>
              {type}
            </option>
          )),
        ])}
      </datalist>
    </>
  );
}

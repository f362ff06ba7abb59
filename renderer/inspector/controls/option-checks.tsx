import { Checkbox } from '../../ui/index.ts';
import { words } from '../form-model.ts';

interface OptionChecksProps {
  readonly id: string;
  readonly title: string;
  readonly options: readonly (string | number | boolean)[];
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly unknown[];
  readonly change: (values: readonly unknown[]) => void;
}

/** Any number of a few fixed values; what is chosen is in the order in which they are offered. */
export function OptionChecks({ id, title, options, labels, values, change }: OptionChecksProps) {
  return (
    <ul id={id} role="group" aria-label={title} className="flex flex-col gap-1">
      {options.map((option) => {
        const label = labels[String(option)] ?? words(String(option));
        return (
          <li key={String(option)}>
            <label className="flex items-center gap-2 text-sm">
              <Checkbox label={label} checked={values.includes(option)} onChange={(checked) => change(options.filter((other) => (other === option ? checked : values.includes(other))))} />
              {label}
            </label>
          </li>
        );
      })}
    </ul>
  );
}

import { Checkbox as RadixCheckbox, Slider as RadixSlider, Switch as RadixSwitch } from 'radix-ui';
import { Check } from 'lucide-react';
import { cx } from './class-names.ts';
import { useMay, type Permission } from './may.ts';

interface SwitchProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly label?: string;
  readonly id?: string;
  readonly disabled?: boolean;
  /** Shown disabled, with the reason, to whoever may not do it. */
  readonly needs?: Permission | undefined;
}

export function Switch({ checked, onChange, label, id, disabled, needs }: SwitchProps) {
  const why = useMay(needs);
  return (
    <RadixSwitch.Root
      id={id}
      aria-label={label}
      checked={checked}
      onCheckedChange={onChange}
      title={why ?? undefined}
      disabled={(disabled ?? false) || why !== null}
      className="relative h-4 w-7 shrink-0 rounded-full bg-line-control transition-colors duration-120 data-[state=checked]:bg-accent disabled:opacity-50"
    >
      <RadixSwitch.Thumb className="block size-3 translate-x-0.5 rounded-full bg-white shadow-card transition-transform duration-120 data-[state=checked]:translate-x-3.5" />
    </RadixSwitch.Root>
  );
}

export function Checkbox({ checked, onChange, label, id, disabled }: SwitchProps) {
  return (
    <RadixCheckbox.Root
      id={id}
      aria-label={label}
      checked={checked}
      onCheckedChange={(next) => onChange(next === true)}
      disabled={disabled ?? false}
      className="inline-flex size-4 shrink-0 items-center justify-center rounded-sm border border-line-control bg-surface data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:opacity-50"
    >
      <RadixCheckbox.Indicator>
        <Check size={12} strokeWidth={3} className="text-on-accent" />
      </RadixCheckbox.Indicator>
    </RadixCheckbox.Root>
  );
}

interface SliderProps {
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly onCommit?: (value: number) => void;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly label: string;
  readonly disabled?: boolean;
  readonly className?: string;
}

export function Slider({ value, onChange, onCommit, min, max, step, label, disabled, className }: SliderProps) {
  return (
    <RadixSlider.Root
      value={[value]}
      min={min}
      max={max}
      step={step}
      disabled={disabled ?? false}
      onValueChange={([next]) => next !== undefined && onChange(next)}
      onValueCommit={([next]) => next !== undefined && onCommit?.(next)}
      className={cx('relative flex h-7 w-full touch-none items-center', className)}
    >
      <RadixSlider.Track className="relative h-1 flex-1 rounded-full bg-active">
        <RadixSlider.Range className="absolute h-full rounded-full bg-accent" />
      </RadixSlider.Track>
      <RadixSlider.Thumb aria-label={label} className="block size-3.5 rounded-full border-2 border-accent bg-surface shadow-card" />
    </RadixSlider.Root>
  );
}

import { Plus, X } from 'lucide-react';
import type { ParamOverride, Trigger } from '#app/core/automation.ts';
import type { ReportPipeline } from '#app/protocol/sections/reports.ts';
import { texts } from '../text/texts.ts';
import { Button, IconButton, Input, Select } from '../ui/index.ts';
import { givenNames } from './words.ts';

/** Params that its runs get, with what the trigger gives put in. */
export function OverrideFields({ pipeline, kind, overrides, onChange }: { readonly pipeline: ReportPipeline | null; readonly kind: Trigger['kind']; readonly overrides: readonly ParamOverride[]; readonly onChange: (overrides: ParamOverride[]) => void }) {
  const words = texts.automation.form;
  const nodes = pipeline?.nodes ?? [];
  const set = (index: number, change: Partial<ParamOverride>): void => onChange(overrides.map((one, at) => (at === index ? { ...one, ...change } : one)));
  return (
    <fieldset>
      <legend className="text-sm font-semibold">{words.params}</legend>
      <p className="mb-2 text-xs text-faint">{words.paramsHint(givenNames[kind].join(', '))}</p>
      <div className="flex flex-col gap-2">
        {overrides.map((one, index) => (
          // Rows have nothing else that stays the same while they are typed in.
          // eslint-disable-next-line react/no-array-index-key
          <div key={index} className="grid grid-cols-[1fr_1fr_1.4fr_auto] gap-2">
            <Select label={words.node} value={one.node} onChange={(node) => set(index, { node })} items={nodes.map(({ id, title }) => ({ value: id, label: title }))} />
            <Input aria-label={words.param} placeholder={words.param} mono value={one.param} onChange={(event) => set(index, { param: event.target.value })} />
            <Input aria-label={words.value} placeholder={givenNames[kind][0] ?? ''} mono value={typeof one.value === 'string' ? one.value : JSON.stringify(one.value)} onChange={(event) => set(index, { value: typed(event.target.value) })} />
            <IconButton label={words.removeParam} onClick={() => onChange(overrides.filter((_, at) => at !== index))}>
              <X size={14} />
            </IconButton>
          </div>
        ))}
      </div>
      <Button size="sm" className="mt-2" icon={<Plus size={13} />} disabled={nodes.length === 0} onClick={() => onChange([...overrides, { node: nodes[0]?.id ?? '', param: 'path', value: givenNames[kind][0] ?? '' }])}>
        {words.addParam}
      </Button>
    </fieldset>
  );
}

/** Numbers, truth values and lists as they are; everything else is text. */
function typed(text: string): unknown {
  if (!/^(-?\d+(\.\d+)?|true|false|null|\[.*\]|\{(?!\{).*\})$/.test(text.trim())) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

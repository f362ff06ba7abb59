import { Plus, Trash2 } from 'lucide-react';
import { constraintKinds, levels, roles, type Brief } from '#app/brief/document.ts';
import { editBrief } from '../state/brief.ts';
import { texts } from '../text/texts.ts';
import { Button, IconButton, Input, Select } from '../ui/index.ts';
import { Section } from './sections.tsx';

/** Row `index` with a change, or without the row where the change is null. */
const changed = <T,>(list: readonly T[], index: number, change: Partial<T> | null): T[] => list.flatMap((one, at) => (at !== index ? [one] : change === null ? [] : [{ ...one, ...change }]));
const row = 'flex min-w-0 flex-wrap items-center gap-2 rounded-md border border-line bg-surface p-2';
const labels = <K extends string>(all: readonly K[], names: Readonly<Record<K, string>>) => all.map((value) => ({ value, label: names[value] }));

function AddButton({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return (
    <Button needs="edit" size="sm" icon={<Plus size={13} />} onClick={onClick}>
      {label}
    </Button>
  );
}

export function ConstraintsSection({ brief }: { readonly brief: Brief }) {
  const words = texts.brief.constraints;
  const set = (constraints: Brief['constraints']): void => editBrief({ constraints });
  return (
    <Section title={words.title} testId="brief-constraints" action={<AddButton label={words.add} onClick={() => set([...brief.constraints, { kind: 'latency', text: '' }])} />}>
      {brief.constraints.map((one, index) => (
        <div key={index} className={row}>
          <Select label={words.kind} value={one.kind} onChange={(kind) => set(changed(brief.constraints, index, { kind: kind as typeof one.kind }))} items={labels(constraintKinds, texts.brief.constraintKinds)} className="!w-40" />
          <Input aria-label={words.text} placeholder={words.text} value={one.text} onChange={(event) => set(changed(brief.constraints, index, { text: event.target.value }))} className="min-w-40 flex-1" maxLength={500} />
          <IconButton needs="edit" label={words.remove} onClick={() => set(changed(brief.constraints, index, null))}><Trash2 size={14} /></IconButton>
        </div>
      ))}
    </Section>
  );
}

export function PeopleSection({ brief }: { readonly brief: Brief }) {
  const words = texts.brief.people;
  const set = (people: Brief['people']): void => editBrief({ people });
  return (
    <Section title={words.title} testId="brief-people" action={<AddButton label={words.add} onClick={() => set([...brief.people, { name: '', role: brief.people.length === 0 ? 'owner' : 'builder', contact: '' }])} />}>
      {brief.people.map((one, index) => (
        <div key={index} className={row}>
          <Input aria-label={words.name} placeholder={words.name} value={one.name} onChange={(event) => set(changed(brief.people, index, { name: event.target.value }))} className="min-w-32 flex-1" maxLength={500} />
          <Select label={words.role} value={one.role} onChange={(role) => set(changed(brief.people, index, { role: role as typeof one.role }))} items={labels(roles, texts.brief.roles)} className="!w-36" />
          <Input aria-label={words.contact} placeholder={words.contact} value={one.contact} onChange={(event) => set(changed(brief.people, index, { contact: event.target.value }))} className="min-w-32 flex-1" maxLength={500} />
          <IconButton needs="edit" label={words.remove(one.name)} onClick={() => set(changed(brief.people, index, null))}><Trash2 size={14} /></IconButton>
        </div>
      ))}
    </Section>
  );
}

export function RisksSection({ brief }: { readonly brief: Brief }) {
  const words = texts.brief.risks;
  const set = (risks: Brief['risks']): void => editBrief({ risks });
  return (
    <Section title={words.title} testId="brief-risks" action={<AddButton label={words.add} onClick={() => set([...brief.risks, { text: '', likelihood: 'medium', impact: 'medium', answer: '' }])} />}>
      {brief.risks.map((one, index) => (
        <div key={index} className={row}>
          <Input aria-label={words.text} placeholder={words.text} value={one.text} onChange={(event) => set(changed(brief.risks, index, { text: event.target.value }))} className="min-w-48 flex-[2]" maxLength={500} />
          <LevelSelect label={words.likelihood} value={one.likelihood} onChange={(likelihood) => set(changed(brief.risks, index, { likelihood }))} />
          <LevelSelect label={words.impact} value={one.impact} onChange={(impact) => set(changed(brief.risks, index, { impact }))} />
          <IconButton needs="edit" label={words.remove} onClick={() => set(changed(brief.risks, index, null))}><Trash2 size={14} /></IconButton>
          <Input aria-label={words.answer} placeholder={words.answer} value={one.answer} onChange={(event) => set(changed(brief.risks, index, { answer: event.target.value }))} className="basis-full" maxLength={500} />
        </div>
      ))}
    </Section>
  );
}

type Level = (typeof levels)[number];

function LevelSelect({ label, value, onChange }: { readonly label: string; readonly value: Level; readonly onChange: (level: Level) => void }) {
  return <Select label={label} value={value} onChange={(level) => onChange(level as Level)} items={levels.map((level) => ({ value: level, label: `${label}: ${texts.brief.levels[level]}` }))} className="!w-44" />;
}

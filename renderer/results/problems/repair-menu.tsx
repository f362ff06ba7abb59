import { useState, type KeyboardEvent } from 'react';
import type { Repair, RepairChoice } from '#app/pipeline/fixes/index.ts';
import { ProjectFiles } from '../../inspector/file-picker.tsx';
import { makeRepair, pickedFile } from '../../state/repairs.ts';
import { texts } from '../../text/texts.ts';
import { SearchInput } from '../../ui/index.ts';

/** Choices from which on there is a field to search them. */
const many = 8;
const item = 'flex min-h-7 w-full items-center gap-2 rounded-sm px-2 py-1 text-left text-sm hover:bg-hover focus-visible:bg-hover';

/** Ways to mend one finding: edits, lists to choose from, files to pick. Arrow keys walk them. */
export function RepairMenu({ repairs, done }: { readonly repairs: readonly Repair[]; readonly done: () => void }) {
  return (
    <div onKeyDown={walk} data-testid="repair-menu" className="max-h-[50vh] overflow-auto p-1">
      {repairs.map((repair) => {
        switch (repair.kind) {
          case 'edit':
            return (
              <button
                key={repair.title}
                type="button"
                data-item
                onClick={() => {
                  done();
                  makeRepair(repair.title, repair.command, repair.whole);
                }}
                className={item}
              >
                {repair.title}
              </button>
            );
          case 'choose':
            return <Choices key={repair.title} title={repair.title} choices={repair.choices} done={done} />;
          case 'file':
            return (
              <ProjectFiles
                key={repair.title}
                extensions={repair.extensions}
                folders={repair.folder}
                pick={(path) => {
                  done();
                  pickedFile(repair, path);
                }}
              />
            );
        }
      })}
    </div>
  );
}

function Choices({ title, choices, done }: { readonly title: string; readonly choices: readonly RepairChoice[]; readonly done: () => void }) {
  const [query, setQuery] = useState('');
  const shown = choices.filter(({ label }) => label.toLowerCase().includes(query.toLowerCase()));
  return (
    <section aria-label={title}>
      <h3 className="px-2 pb-0.5 pt-1.5 text-xs text-muted">{title}</h3>
      {choices.length > many ? <SearchInput value={query} onChange={setQuery} label={texts.help.repairs.search} placeholder={texts.help.repairs.search} autoFocus className="m-1" /> : null}
      <ul>
        {shown.map((choice) => (
          <li key={choice.label}>
            <button
              type="button"
              data-item
              onClick={() => {
                done();
                makeRepair(`${title}: ${choice.label}`, choice.command);
              }}
              className={item}
            >
              <span className="min-w-0 flex-1 truncate">{choice.label}</span>
              {choice.hint ? <span className="font-mono text-xs text-faint">{choice.hint}</span> : null}
            </button>
          </li>
        ))}
        {shown.length === 0 ? <li className="px-2 py-3 text-center text-xs text-muted">{texts.help.repairs.nothing}</li> : null}
      </ul>
    </section>
  );
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-item]')];
  const at = items.findIndex((one) => one === document.activeElement);
  items[Math.min(items.length - 1, Math.max(0, at + step))]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

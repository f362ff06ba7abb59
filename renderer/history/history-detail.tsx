import { useState } from 'react';
import { useSelection } from '../state/selection.ts';
import { Button, Input, Select } from '../ui/index.ts';
import { compareWith, nameVersion, restoreSelected, restoreVersion, useHistory, type CompareWith } from './history-store.ts';
import { momentName } from './item-words.ts';
import { RunDifferenceView } from './run-difference.tsx';

/** Below the list: what the shown version changed, and what can be done with it. */
export function HistoryDetail() {
  const item = useHistory((store) => store.items.find(({ id }) => id === store.at));
  const { compare, chosen, changes, version, runDifference } = useHistory();
  const chosenItem = useHistory((store) => store.items.find(({ id }) => id === store.chosen));
  const selected = useSelection((store) => store.nodes.length);
  const [naming, setNaming] = useState<string | null>(null);
  if (item === undefined) return null;
  const moment = item.kind === 'edit' ? item.moment : null;
  return (
    <section aria-label="The shown version" data-testid="history-detail" className="flex max-h-[46%] shrink-0 flex-col gap-2 border-t border-line p-2.5">
      <Select
        label="Compared with"
        size="sm"
        value={compare}
        onChange={(value) => compareWith(value as CompareWith)}
        items={[
          { value: 'before', label: item.kind === 'run' ? 'Against the run before' : item.kind === 'commit' ? 'Against the commit before' : 'What this step changed' },
          { value: 'now', label: 'Against now' },
          ...(chosenItem === undefined ? [] : [{ value: 'chosen', label: `Against ${momentName(chosenItem.at)}` }]),
        ]}
      />
      <div className="min-h-0 flex-1 overflow-auto">
        {runDifference === null ? null : (
          <div className="pb-1.5">
            <RunDifferenceView difference={runDifference} />
          </div>
        )}
        <ul className="selectable flex flex-col gap-0.5 text-xs" data-testid="history-changes">
          {changes.map((sentence, index) => (
            // Two changes may read the same.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index}>{sentence}.</li>
          ))}
          {changes.length === 0 ? <li className="text-muted">{version === null ? 'Loading…' : 'No difference in the pipeline.'}</li> : null}
        </ul>
      </div>
      {naming === null ? (
        <div className="flex flex-wrap gap-1.5">
          <Button size="sm" variant="primary" data-testid="restore-version" disabled={version === null} onClick={restoreVersion}>
            Restore this version
          </Button>
          <Button size="sm" data-testid="restore-selected" disabled={version === null || selected === 0} title={selected === 0 ? 'Select nodes on the canvas first' : undefined} onClick={restoreSelected}>
            Restore the selected {selected > 1 ? `${selected} nodes` : 'node'}
          </Button>
          {moment === null ? null : (
            <Button size="sm" data-testid="name-version" onClick={() => setNaming(moment.name ?? '')}>
              {moment.name === null ? 'Name this version' : 'Change its name'}
            </Button>
          )}
          {chosen === item.id ? null : (
            <Button size="sm" data-testid="compare-from" onClick={() => compareWith('chosen', item.id)}>
              Compare others with it
            </Button>
          )}
        </div>
      ) : (
        <form
          className="flex gap-1.5"
          onSubmit={(event) => {
            event.preventDefault();
            void nameVersion(item.id, naming);
            setNaming(null);
          }}
        >
          <Input autoFocus aria-label="Name of this version" data-testid="version-name" value={naming} maxLength={200} placeholder="Before tuning" onChange={(event) => setNaming(event.target.value)} onKeyDown={(event) => event.key === 'Escape' && setNaming(null)} />
          <Button type="submit" variant="primary">
            Save
          </Button>
        </form>
      )}
    </section>
  );
}

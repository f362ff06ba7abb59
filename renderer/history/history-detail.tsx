import { useState } from 'react';
import { useSelection } from '../state/selection.ts';
import { Button, Input, Select } from '../ui/index.ts';
import { compareWith, nameVersion, restoreSelected, restoreVersion, useHistory, type CompareWith } from './history-store.ts';
import { momentName } from './item-words.ts';
import { RunDifferenceView } from './run-difference.tsx';
import { texts } from '../text/texts.ts';

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
    <section aria-label={texts.history.shown} data-testid="history-detail" className="flex max-h-[46%] shrink-0 flex-col gap-2 border-t border-line p-2.5">
      <Select
        label={texts.history.comparedWith}
        size="sm"
        value={compare}
        onChange={(value) => compareWith(value as CompareWith)}
        items={[
          { value: 'before', label: item.kind === 'run' ? texts.history.against.run : item.kind === 'commit' ? texts.history.against.commit : texts.history.against.step },
          { value: 'now', label: texts.history.against.now },
          ...(chosenItem === undefined ? [] : [{ value: 'chosen', label: texts.history.against.moment(momentName(chosenItem.at)) }]),
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
          {changes.length === 0 ? <li className="text-muted">{version === null ? texts.history.loading : texts.history.noDifference}</li> : null}
        </ul>
      </div>
      {naming === null ? (
        <div className="flex flex-wrap gap-1.5">
          <Button needs="edit" size="sm" variant="primary" data-testid="restore-version" disabled={version === null} onClick={restoreVersion}>
            {texts.history.restore}
          </Button>
          <Button needs="edit" size="sm" data-testid="restore-selected" disabled={version === null || selected === 0} title={selected === 0 ? texts.history.selectFirst : undefined} onClick={restoreSelected}>
            {texts.history.restoreSelected(selected)}
          </Button>
          {moment === null ? null : (
            <Button needs="edit" size="sm" data-testid="name-version" onClick={() => setNaming(moment.name ?? '')}>
              {moment.name === null ? texts.history.nameIt : texts.history.changeName}
            </Button>
          )}
          {chosen === item.id ? null : (
            <Button size="sm" data-testid="compare-from" onClick={() => compareWith('chosen', item.id)}>
              {texts.history.compareOthers}
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
          <Input autoFocus aria-label={texts.history.versionName} data-testid="version-name" value={naming} maxLength={200} placeholder={texts.history.namePlaceholder} onChange={(event) => setNaming(event.target.value)} onKeyDown={(event) => event.key === 'Escape' && setNaming(null)} />
          <Button type="submit" variant="primary">
            {texts.common.save}
          </Button>
        </form>
      )}
    </section>
  );
}

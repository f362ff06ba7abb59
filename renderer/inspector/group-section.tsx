import { Group as GroupIcon, StickyNote } from 'lucide-react';
import type { ReactNode } from 'react';
import { actionTable, keysOf, type ActionId } from '../app/shortcuts.ts';
import { runAction } from '../app/actions.ts';
import { changeGroup } from '../canvas/groups.ts';
import { ColourPicker } from '../canvas/swatch.tsx';
import { edit, usePipeline } from '../state/pipeline.ts';
import { Button, Input, TextArea } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { Editable, LookOnly } from './editable.tsx';

/** A group's title, colour and what can be done with its frame. */
export function GroupSection({ groupId }: { readonly groupId: string }) {
  const group = usePipeline((store) => store.document?.groups.find(({ id }) => id === groupId));
  if (!group) return null;
  const action = (id: ActionId, label: string) => (
    <Button key={id} size="sm" title={keysOf(id)} data-testid={id} onClick={() => runAction(id)}>
      {label}
    </Button>
  );
  return (
    <section aria-label={texts.common.group} data-testid="group-section" className="flex flex-col gap-2.5 border-b border-line pb-3">
      <Heading icon={<GroupIcon size={16} />}>{texts.common.group}</Heading>
      <Editable className="flex flex-col gap-2.5">
        <Input
          aria-label={texts.inspector.group.title}
          value={group.title}
          maxLength={200}
          onChange={(event) => edit(changeGroup(group, { title: event.target.value }), { group: `group-title-${group.id}`, label: texts.inspector.group.didRename })}
        />
        <ColourPicker value={group.colour ?? 'data'} onChange={(colour) => edit(changeGroup(group, { colour }), { label: texts.inspector.group.didColour })} />
        <div className="flex flex-wrap gap-1.5">
          {action('edit.collapse', group.collapsed === true ? texts.inspector.group.expand : texts.inspector.group.collapse)}
          {group.box === undefined || group.nodes.length === 0 ? null : action('edit.fitGroup', texts.inspector.group.fit)}
          {action('edit.ungroup', actionTable['edit.ungroup'].title)}
        </div>
      </Editable>
    </section>
  );
}

/** A frame without nodes. */
export function GroupInspector({ groupId }: { readonly groupId: string }) {
  return (
    <div className="flex flex-col gap-3 p-3">
      <LookOnly />
      <GroupSection groupId={groupId} />
      <p className="text-sm text-muted">{texts.inspector.group.how}</p>
    </div>
  );
}

/** A note's text and colour. */
export function NoteInspector({ noteId }: { readonly noteId: string }) {
  const note = usePipeline((store) => store.document?.notes.find(({ id }) => id === noteId));
  if (!note) return null;
  return (
    <section aria-label={texts.common.note} data-testid="note-section" className="flex h-full flex-col gap-2.5 overflow-auto p-3">
      <Heading icon={<StickyNote size={16} />}>{texts.common.note}</Heading>
      <LookOnly />
      <Editable className="flex flex-col gap-2.5">
        <ColourPicker value={note.colour ?? 'monitor'} onChange={(colour) => edit({ type: 'set-note', note: { ...note, colour } }, { label: texts.inspector.group.didColour })} />
        <TextArea
          aria-label={texts.inspector.group.noteText}
          value={note.text}
          maxLength={20_000}
          placeholder={texts.inspector.group.notePlaceholder}
          spellCheck
          onChange={(event) => edit({ type: 'set-note', note: { ...note, text: event.target.value } }, { group: `note-text-${note.id}` })}
          className="min-h-40"
        />
      </Editable>
    </section>
  );
}

function Heading({ icon, children }: { readonly icon: ReactNode; readonly children: ReactNode }) {
  return (
    <h2 className="flex items-center gap-2 text-base font-semibold">
      <span className="text-faint">{icon}</span>
      {children}
    </h2>
  );
}

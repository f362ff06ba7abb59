import { Group as GroupIcon, StickyNote } from 'lucide-react';
import type { ReactNode } from 'react';
import { actionTable, keysOf, type ActionId } from '../app/shortcuts.ts';
import { runAction } from '../app/actions.ts';
import { changeGroup } from '../canvas/groups.ts';
import { ColourPicker } from '../canvas/swatch.tsx';
import { edit, usePipeline } from '../state/pipeline.ts';
import { Button, Input, TextArea } from '../ui/index.ts';

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
    <section aria-label="Group" data-testid="group-section" className="flex flex-col gap-2.5 border-b border-line pb-3">
      <Heading icon={<GroupIcon size={16} />}>Group</Heading>
      <Input
        aria-label="Group title"
        value={group.title}
        maxLength={200}
        onChange={(event) => edit(changeGroup(group, { title: event.target.value }), { group: `group-title-${group.id}`, label: 'Rename group' })}
      />
      <ColourPicker value={group.colour ?? 'data'} onChange={(colour) => edit(changeGroup(group, { colour }), { label: 'Change colour' })} />
      <div className="flex flex-wrap gap-1.5">
        {action('edit.collapse', group.collapsed === true ? 'Expand' : 'Collapse')}
        {group.box === undefined || group.nodes.length === 0 ? null : action('edit.fitGroup', 'Fit to content')}
        {action('edit.ungroup', actionTable['edit.ungroup'].title)}
      </div>
    </section>
  );
}

/** A frame without nodes. */
export function GroupInspector({ groupId }: { readonly groupId: string }) {
  return (
    <div className="flex flex-col gap-3 p-3">
      <GroupSection groupId={groupId} />
      <p className="text-sm text-muted">Drag nodes into the frame to put them into the group.</p>
    </div>
  );
}

/** A note's text and colour. */
export function NoteInspector({ noteId }: { readonly noteId: string }) {
  const note = usePipeline((store) => store.document?.notes.find(({ id }) => id === noteId));
  if (!note) return null;
  return (
    <section aria-label="Note" data-testid="note-section" className="flex h-full flex-col gap-2.5 overflow-auto p-3">
      <Heading icon={<StickyNote size={16} />}>Note</Heading>
      <ColourPicker value={note.colour ?? 'monitor'} onChange={(colour) => edit({ type: 'set-note', note: { ...note, colour } }, { label: 'Change colour' })} />
      <TextArea
        aria-label="Text of the note"
        value={note.text}
        maxLength={20_000}
        placeholder="What should the next reader know? **Bold**, # headings, - lists and links work."
        spellCheck
        onChange={(event) => edit({ type: 'set-note', note: { ...note, text: event.target.value } }, { group: `note-text-${note.id}` })}
        className="min-h-40"
      />
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

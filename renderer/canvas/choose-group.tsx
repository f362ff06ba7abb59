import { CircleSlash, Group as GroupIcon, Plus } from 'lucide-react';
import { edit, usePipeline } from '../state/pipeline.ts';
import { useSelection } from '../state/selection.ts';
import { groupSelection } from './arranging.ts';
import { closeChoosing, useCanvas } from './canvas-store.ts';
import { ChooseList, type Choice } from './choose-list.tsx';
import { groupOf, membersOf, moveIntoGroup } from './groups.ts';
import { texts } from '../text/texts.ts';

const icon = 'flex w-[22px] justify-center text-muted';

/** The groups that the selected nodes could be in. */
export function ChooseGroup() {
  const choosing = useCanvas((store) => store.choosing);
  const document = usePipeline((store) => store.document);
  const nodes = useSelection((store) => store.nodes);
  if (choosing?.list !== 'group' || document === null) return null;
  const homes = new Set(nodes.map((id) => groupOf(document, id)?.id ?? null));
  const others = document.groups.filter(({ id }) => homes.size > 1 || !homes.has(id));
  const choices: Choice[] = [
    ...others.map((group): Choice => {
      const members = texts.common.nodeCount(membersOf(document, group).length);
      return { key: group.id, section: texts.outline.groups, text: group.title || texts.common.group, detail: members, sign: <span className={icon}><GroupIcon size={15} /></span> };
    }),
    ...(homes.has(null) && homes.size === 1 ? [] : [{ key: 'none', section: texts.outline.other, text: texts.outline.noGroup, sign: <span className={icon}><CircleSlash size={15} /></span> }]),
    { key: 'new', section: texts.outline.other, text: texts.outline.newGroup, sign: <span className={icon}><Plus size={15} /></span> },
  ];
  return (
    <ChooseList
      title={nodes.length === 1 ? texts.outline.moveNode : texts.outline.moveNodes(nodes.length)}
      placeholder={texts.outline.findGroup}
      choices={choices}
      empty={texts.outline.noGroups}
      onClose={closeChoosing}
      onChoose={({ key, text }) => {
        if (key === 'new') return closeChoosing(groupSelection);
        closeChoosing();
        const command = moveIntoGroup(document, nodes, key === 'none' ? null : key);
        if (command) edit(command, { label: key === 'none' ? texts.outline.takeOut : texts.outline.moveTo(text) });
      }}
    />
  );
}

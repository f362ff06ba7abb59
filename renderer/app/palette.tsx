import { Command } from 'cmdk';
import { Dialog as Radix } from 'radix-ui';
import { Zap } from 'lucide-react';
import { orderedTypes, categoryOf, iconOf, searchWords, titleOf } from '../state/catalogue.ts';
import { usePipeline } from '../state/pipeline.ts';
import { select } from '../state/selection.ts';
import { useView } from '../state/view.ts';
import { addFromCatalogue } from '../canvas/adding.ts';
import { revealNode } from '../canvas/canvas-store.ts';
import { Kbd, NodeTile } from '../ui/index.ts';
import { isEnabled, runAction } from './actions.ts';
import { actionGroups, actionIds, actionTable, keysOf } from './shortcuts.ts';
import { paletteScore } from './palette-match.ts';
import { texts } from '../text/texts.ts';

const group =
  '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint';
const item = 'flex h-8 items-center gap-2.5 rounded-md px-2 text-sm data-[selected=true]:bg-hover data-[disabled=true]:opacity-45';

/** Every command, every node on the canvas and every node type, by typing. */
export function Palette() {
  const open = useView((store) => store.paletteOpen);
  const setOpen = (next: boolean) => useView.setState({ paletteOpen: next });
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-[70] bg-black/20" />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            document.querySelector<HTMLElement>('[data-testid="canvas"]')?.focus({ preventScroll: true });
          }}
          className="fixed inset-x-0 top-[14vh] z-[75] mx-auto w-[580px] max-w-[94vw] animate-appear overflow-hidden rounded-lg bg-raised shadow-float"
        >
          <Radix.Title className="sr-only">{texts.app.palette.title}</Radix.Title>
          {open ? <PaletteBody close={() => setOpen(false)} /> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function PaletteBody({ close }: { readonly close: () => void }) {
  const nodes = usePipeline((store) => store.document?.nodes ?? []);
  const after = (act: () => void) => () => {
    close();
    // After the dialog has given its focus back.
    setTimeout(act, 0);
  };
  return (
    <Command label={texts.app.palette.title} loop filter={paletteScore}>
      <Command.Input
        autoFocus
        data-testid="palette-input"
        placeholder={texts.app.palette.find}
        className="h-12 w-full select-text border-b border-line bg-transparent px-4 text-lg outline-none placeholder:text-faint"
      />
      <Command.List className="max-h-[min(460px,60vh)] overflow-auto p-1.5">
        <Command.Empty className="py-8 text-center text-sm text-muted">{texts.app.palette.nothing}</Command.Empty>
        {nodes.length > 0 ? (
          <Command.Group heading={texts.app.palette.onCanvas} className={group}>
            {nodes.slice(0, 400).map((node) => (
              <Command.Item
                key={node.id}
                value={texts.app.palette.nodeWord(titleOf(node), node.id)}
                onSelect={after(() => {
                  useView.setState({ page: 'canvas' });
                  select({ nodes: [node.id] });
                  revealNode(node.id);
                })}
                className={item}
              >
                <NodeTile svg={iconOf(node.type)} category={categoryOf(node.type)} size={22} />
                <span className="min-w-0 flex-1 truncate">{titleOf(node)}</span>
                <span className="text-xs text-faint">{texts.app.palette.goTo}</span>
              </Command.Item>
            ))}
          </Command.Group>
        ) : null}
        {actionGroups.map((name) => (
          <Command.Group key={name} heading={texts.app.groups[name]} className={group}>
            {actionIds
              .filter((id) => actionTable[id].group === name && !actionTable[id].quiet && id !== 'palette.open')
              .map((id) => (
                <Command.Item key={id} value={`${texts.app.groups[name]} ${actionTable[id].title}`} disabled={!isEnabled(id)} onSelect={after(() => runAction(id))} className={item}>
                  <span className="flex w-[22px] justify-center text-faint">
                    <Zap size={14} />
                  </span>
                  <span className="min-w-0 flex-1 truncate">{actionTable[id].title}</span>
                  {keysOf(id) ? <Kbd keys={keysOf(id) ?? ''} /> : null}
                </Command.Item>
              ))}
          </Command.Group>
        ))}
        <Command.Group heading={texts.app.palette.addNode} className={group}>
          {orderedTypes.map(({ definition, icon }) => (
            <Command.Item
              key={definition.type}
              value={texts.app.palette.addWord(definition.title, definition.type)}
              keywords={[...searchWords(definition.type)]}
              onSelect={after(() => addFromCatalogue(definition.type))}
              className={item}
            >
              <NodeTile svg={icon} category={categoryOf(definition.type)} size={22} />
              <span className="truncate">{definition.title}</span>
              <span className="min-w-0 flex-1 truncate text-xs text-faint">{definition.summary}</span>
            </Command.Item>
          ))}
        </Command.Group>
      </Command.List>
    </Command>
  );
}

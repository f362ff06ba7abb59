import { useView } from '../state/view.ts';
import { Dialog, Kbd } from '../ui/index.ts';
import { actionGroups, actionIds, actionTable } from './shortcuts.ts';
import { texts } from '../text/texts.ts';

const gestures: readonly (readonly [string, string])[] = [
  [texts.app.keys.wheel, texts.app.keys.zoom],
  [texts.app.keys.spaceDrag, texts.app.keys.pan],
  [texts.app.keys.dragEmpty, texts.app.keys.select],
  [texts.app.keys.port, texts.app.keys.viewPort],
  [texts.app.keys.dropConnection, texts.app.keys.addFitting],
  [texts.app.keys.dropNode, texts.app.keys.insert],
  [texts.app.keys.dragFrame, texts.app.keys.changeGroup],
  [texts.app.keys.dropFile, texts.app.keys.addReader],
];

export function CheatSheet() {
  const open = useView((store) => store.cheatSheetOpen);
  return (
    <Dialog open={open} onOpenChange={(next) => useView.setState({ cheatSheetOpen: next })} title={texts.app.keys.title} size="lg" reading>
      <div className="columns-3 gap-8 text-sm max-[900px]:columns-2">
        {actionGroups.map((group) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 text-xs font-semibold text-muted">{texts.app.groups[group]}</h3>
            <dl>
              {actionIds
                .filter((id) => actionTable[id].group === group && actionTable[id].keys.length > 0)
                .map((id) => (
                  <div key={id} className="flex items-start justify-between gap-3 py-0.5">
                    <dt className="min-w-0">{actionTable[id].title}</dt>
                    <dd className="flex shrink-0 flex-col items-end gap-0.5">
                      {actionTable[id].keys.slice(0, 3).map((keys) => (
                        <Kbd key={keys} keys={keys} />
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        <section className="mb-4 break-inside-avoid">
          <h3 className="mb-1 text-xs font-semibold text-muted">{texts.app.keys.mouse}</h3>
          <dl>
            {gestures.map(([gesture, meaning]) => (
              <div key={gesture} className="flex justify-between gap-3 py-0.5">
                <dt>{gesture}</dt>
                <dd className="max-w-[55%] text-right text-faint">{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}

import { ListTree, Plus, X } from 'lucide-react';
import { useMemo } from 'react';
import { useCanvasDocument } from '../history/history-store.ts';
import { openQuickAdd } from '../canvas/adding.ts';
import { Button, EmptyState, IconButton, Panel } from '../ui/index.ts';
import { OutlineToolbar } from './outline-toolbar.tsx';
import { OutlineTree } from './outline-tree.tsx';
import { closeOutline } from './outline-store.ts';
import { outlineOf } from './tree.ts';
import { texts } from '../text/texts.ts';

/** The pipeline as a list, to read and to edit without the canvas. */
export function OutlinePanel() {
  const document = useCanvasDocument();
  const items = useMemo(() => (document ? outlineOf(document) : []), [document]);
  return (
    <div className="h-full bg-chrome" data-testid="outline-panel">
      <Panel
        label={texts.outline.title}
        title={texts.outline.title}
        bodyClassName="flex flex-col !overflow-hidden"
        actions={
          <IconButton label={texts.outline.close} size="sm" onClick={closeOutline}>
            <X size={14} />
          </IconButton>
        }
      >
        {document && items.length > 0 ? (
          <>
            <OutlineToolbar />
            <OutlineTree key={document.id} document={document} items={items} />
          </>
        ) : (
          <div data-testid="outline-empty">
            <EmptyState
              icon={<ListTree />}
              title={texts.outline.emptyTitle}
              className="h-auto py-8"
              action={
                <Button icon={<Plus size={14} />} onClick={() => openQuickAdd('selection')}>
                  {texts.outline.addNode}
                </Button>
              }
            >
              {texts.outline.empty}
            </EmptyState>
          </div>
        )}
      </Panel>
    </div>
  );
}

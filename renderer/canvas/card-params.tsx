import { useStore } from '@xyflow/react';
import { SlidersHorizontal, X } from 'lucide-react';
import { Popover as RadixPopover } from 'radix-ui';
import { memo, useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { useShallow } from 'zustand/react/shallow';
import type { PipelineNode } from '#app/pipeline/document.ts';
import { isSubflow } from '#app/pipeline/subflow/node-type.ts';
import { keysOf } from '../app/shortcuts.ts';
import { firstField } from '../inspector/first-field.ts';
import { ParametersTab } from '../inspector/parameters-tab.tsx';
import { SubflowTab } from '../inspector/subflow/subflow-tab.tsx';
import { categoryOf, iconOf, titleOf, typeOf } from '../state/catalogue.ts';
import { usePipeline } from '../state/pipeline.ts';
import { useSelection } from '../state/selection.ts';
import { IconButton, NodeTile, Tooltip } from '../ui/index.ts';
import { openCardParams, returnFocus, useCanvas } from './canvas-store.ts';
import { nodeHeight, nodeWidth } from './geometry.ts';
import { useViewportLayer } from './viewport-layer.ts';
import { texts } from '../text/texts.ts';

/** The one node that is selected, with nothing else but its wires. */
const onlyNode = ({ nodes, notes, groups }: { readonly nodes: readonly string[]; readonly notes: readonly string[]; readonly groups: readonly string[] }): string | null =>
  nodes.length === 1 && notes.length === 0 && groups.length === 0 ? (nodes[0] ?? null) : null;

/** On the lower edge of the one selected card: opens its params there. One button for the whole canvas, so that cards stay as light as they are. */
function CardParamsButtonView() {
  const id = useSelection(onlyNode);
  // One whose node pack is gone has no form.
  const hasForm = usePipeline((store) => {
    const node = id === null ? undefined : store.document?.nodes.find((one) => one.id === id);
    return node !== undefined && typeOf(node) !== undefined;
  });
  return id === null || !hasForm ? null : <ButtonAtCard nodeId={id} />;
}

export const CardParamsButton = memo(CardParamsButtonView);

const buttonSize = 24;

function ButtonAtCard({ nodeId }: { readonly nodeId: string }) {
  const place = useStore(
    useShallow(({ nodeLookup }) => {
      const node = nodeLookup.get(nodeId);
      // Away while the card moves, and where a collapsed group stands for it.
      return node === undefined || node.type !== 'card' || node.dragging === true ? null : node.internals.positionAbsolute;
    }),
  );
  // As easy to hit from further off.
  const scale = useStore((store) => Math.max(1, 1 / store.transform[2]));
  const isOpen = useCanvas((store) => store.adjusting === nodeId);
  const layer = useViewportLayer();
  if (place === null || layer === null) return null;
  return createPortal(
    <Tooltip text={texts.app.actions.cardParams} keys={keysOf('edit.cardParams')} side="bottom">
      {/* The keyboard has a key for it, so Tab does not stop here. */}
      <button
        type="button"
        tabIndex={-1}
        aria-label={texts.app.actions.cardParams}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        data-testid="card-params-open"
        onClick={() => (isOpen ? closeCardParams() : openCardParams(nodeId))}
        className="card-params-button nodrag nopan pointer-events-auto absolute flex items-center justify-center rounded-full border border-line-strong bg-raised text-muted shadow-card hover:border-accent hover:text-ink aria-expanded:border-accent aria-expanded:text-accent-ink"
        style={{ left: place.x + nodeWidth - buttonSize - 12, top: place.y + nodeHeight - buttonSize / 2, width: buttonSize, height: buttonSize, scale }}
      >
        <SlidersHorizontal size={13} />
      </button>
    </Tooltip>,
    layer,
  );
}

function closeCardParams(): void {
  useCanvas.setState({ adjusting: null });
}

/** The params of a node beside its card, in the same form as in the inspector; they follow the card as the view moves. */
export function CardParams() {
  const nodeId = useCanvas((store) => store.adjusting);
  const node = usePipeline((store) => (nodeId === null ? undefined : store.document?.nodes.find(({ id }) => id === nodeId)));
  const isSelected = useSelection((store) => onlyNode(store) === nodeId);
  const isGone = nodeId !== null && (node === undefined || !isSelected);
  useEffect(() => {
    if (isGone) closeCardParams();
  }, [isGone]);
  return node === undefined || isGone ? null : <Beside key={node.id} node={node} />;
}

function Beside({ node }: { readonly node: PipelineNode }) {
  const type = typeOf(node);
  /** What closes it may have the focus already. */
  const leftBy = useRef(false);
  const body = useRef<HTMLDivElement>(null);
  const last = useRef(new DOMRect());
  // A card far out of sight is not on the page: then it stays where the card was.
  const anchor = useRef({
    getBoundingClientRect: () => {
      const card = window.document.querySelector(`[data-testid="canvas"] [data-node-id="${CSS.escape(node.id)}"]`);
      if (card !== null) last.current = card.getBoundingClientRect();
      return last.current;
    },
  });
  if (type === undefined) return null;
  return (
    <RadixPopover.Root open onOpenChange={(open) => !open && closeCardParams()}>
      <RadixPopover.Anchor virtualRef={anchor} />
      <RadixPopover.Portal>
        <RadixPopover.Content
          aria-label={texts.canvas.paramsOf(titleOf(node))}
          data-testid="card-params"
          data-beside
          side="right"
          align="start"
          sideOffset={14}
          collisionPadding={8}
          updatePositionStrategy="always"
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            focusFirst(body.current);
          }}
          onInteractOutside={(event) => {
            // The button closes it by itself.
            if (event.target instanceof Element && event.target.closest('[data-testid="card-params-open"]') !== null) event.preventDefault();
            else leftBy.current = true;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (!leftBy.current) returnFocus();
          }}
          // What a param means is said when the pointer rests on its name, and to screen readers: beside a card there is no room for it.
          className="z-[55] flex max-h-[min(520px,var(--radix-popover-content-available-height))] w-[288px] animate-appear flex-col overflow-hidden rounded-lg bg-raised shadow-float outline-none [&_[data-hint]]:sr-only"
        >
          <header className="flex h-10 shrink-0 items-center gap-2 border-b border-line pl-3 pr-1.5">
            <NodeTile svg={iconOf(node.type)} category={categoryOf(node.type)} size={22} />
            <h2 className="min-w-0 flex-1 truncate text-sm font-semibold">{titleOf(node)}</h2>
            <IconButton size="sm" label={texts.common.close} keys="Escape" onClick={closeCardParams}>
              <X size={14} />
            </IconButton>
          </header>
          <div ref={body} tabIndex={-1} className="min-h-0 flex-1 overflow-auto outline-none">
            {isSubflow(node) ? <SubflowTab node={node} /> : <ParametersTab node={node} definition={type.definition} brief />}
          </div>
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}

/** Into the first param, once its editor is loaded; else to the form as a whole. */
function focusFirst(form: HTMLElement | null, framesLeft = 30): void {
  if (form === null || !form.isConnected) return;
  const target = firstField(form) ?? (framesLeft === 0 ? form : null);
  if (target === null) return void requestAnimationFrame(() => focusFirst(form, framesLeft - 1));
  target.focus({ preventScroll: true });
}

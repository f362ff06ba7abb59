import { revealFlat } from '../state/level.ts';
import { cx } from '../ui/index.ts';
import { revealNode } from './canvas-store.ts';

/** A node by its title, in a panel over the canvas: selects it and brings it into view. */
export function NodeButton({ nodeId, title, strong = false }: { readonly nodeId: string; readonly title: string; readonly strong?: boolean }) {
  return (
    <button
      type="button"
      onClick={() => {
        const id = revealFlat(nodeId);
        // Its level may be coming onto the canvas just now.
        requestAnimationFrame(() => revealNode(id));
      }}
      className={cx('block w-full truncate rounded-sm px-1.5 text-left text-sm leading-5 hover:bg-hover', strong && 'font-medium text-accent-ink')}
    >
      {title}
    </button>
  );
}

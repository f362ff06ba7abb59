import type { ElementMark } from '#app/pipeline/diff.ts';
import { useHistory } from './history-store.ts';
import { texts } from '../text/texts.ts';

const marks: Readonly<Record<ElementMark, { readonly sign: string; readonly title: string }>> = {
  added: { sign: '+', title: texts.history.marks.added },
  removed: { sign: '−', title: texts.history.marks.removed },
  changed: { sign: '≠', title: texts.history.marks.changed },
  moved: { sign: '↔', title: texts.history.marks.moved },
};

/** How a node stands in the difference that is shown; undefined outside of one. */
export function useNodeMark(nodeId: string): ElementMark | undefined {
  return useHistory((store) => store.marks?.nodes[nodeId]);
}

export function useEdgeMark(edgeId: string): 'added' | 'removed' | undefined {
  return useHistory((store) => store.marks?.edges[edgeId]);
}

/** At the corner of a card: a sign as well as a colour. */
export function DiffMark({ mark }: { readonly mark: ElementMark | undefined }) {
  if (mark === undefined) return null;
  const { sign, title } = marks[mark];
  return (
    <span role="img" aria-label={title} title={title} data-testid="diff-mark" data-mark={mark} className="diff-mark">
      {sign}
    </span>
  );
}

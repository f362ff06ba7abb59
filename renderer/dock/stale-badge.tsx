import { TriangleAlert } from 'lucide-react';
import { InlineMarkdown } from '../results/report/markdown.tsx';
import { texts } from '../text/texts.ts';
import { Badge, Tooltip } from '../ui/index.ts';

/** Says that what is shown is out of date, and why; nothing where it is not. */
export function StaleBadge({ reason }: { readonly reason: string | null }) {
  if (reason === null) return null;
  return (
    <Tooltip text={<InlineMarkdown text={reason} />} side="top">
      <span tabIndex={0} className="rounded-sm">
        <Badge tone="warn">
          <TriangleAlert size={12} aria-hidden /> {texts.views.outOfDate}
        </Badge>
      </span>
    </Tooltip>
  );
}

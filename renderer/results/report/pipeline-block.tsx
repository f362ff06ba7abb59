import { Workflow } from 'lucide-react';
import type { ReportBlock } from '#app/sdk/ports.ts';
import { addPart } from '../../canvas/part.ts';
import { titleOf } from '../../state/catalogue.ts';
import { usePipeline } from '../../state/pipeline.ts';
import { Button } from '../../ui/index.ts';
import { texts } from '../../text/texts.ts';

interface PipelineBlockProps {
  readonly block: Extract<ReportBlock, { type: 'pipeline' }>;
  /** The node whose report it is; absent where it is not on the canvas. */
  readonly nodeId: string | undefined;
}

/** A result as nodes, and the button that puts them on the canvas. */
export function PipelineBlock({ block, nodeId }: PipelineBlockProps) {
  const isThere = usePipeline((state) => nodeId !== undefined && (state.document?.nodes.some((node) => node.id === nodeId) ?? false));
  return (
    <section data-testid="pipeline-block" aria-label={block.title} className="flex flex-wrap items-center gap-3 rounded-md border border-line bg-surface px-3 py-2.5">
      <div className="min-w-0 flex-1">
        <h4 className="text-sm font-semibold">{block.title}</h4>
        <p className="text-xs text-muted">{block.summary}</p>
        <p className="mt-1 truncate text-xs text-faint" title={block.nodes.map(titleOf).join(', ')}>
          {block.nodes.map(titleOf).join(', ')}
        </p>
      </div>
      <Button icon={<Workflow size={14} />} disabled={!isThere} data-testid="add-part" title={isThere ? texts.results.part.adds : texts.results.part.notThere} onClick={() => nodeId !== undefined && addPart(block, nodeId, block.title)}>
        {texts.results.part.put}
      </Button>
    </section>
  );
}

import { CircleCheck } from 'lucide-react';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { categoryOf, iconOf, titleOf } from '../state/catalogue.ts';
import { select } from '../state/selection.ts';
import { showInspector } from '../state/view.ts';
import { EmptyState, NodeTile } from '../ui/index.ts';
import { FixButton } from './fix-button.tsx';
import { SeverityIcon } from './notice.tsx';
import type { Problem } from './problems.ts';

/** All that is wrong in the pipeline; a click goes to where it is. */
export function ProblemsTab({ document, problems }: { readonly document: PipelineDocument; readonly problems: readonly Problem[] }) {
  if (problems.length === 0) {
    return (
      <EmptyState icon={<CircleCheck />} title="No problems">
        What keeps the pipeline from running, and what looks suspicious, shows here as you build.
      </EmptyState>
    );
  }
  return (
    <ul data-testid="problems-view" aria-label="Problems" className="py-1">
      {problems.map(({ diagnostic, nodeId }, index) => {
        const node = document.nodes.find((one) => one.id === nodeId);
        const param = diagnostic.place?.param;
        return (
          <li key={index} className="flex items-start">
            <button
              type="button"
              disabled={node === undefined}
              data-testid={`problem-${index}`}
              onClick={() => {
                if (!node) return;
                select({ nodes: [node.id] });
                showInspector('parameters');
              }}
              className="flex min-w-0 flex-1 items-start gap-3 px-3 py-1.5 text-left enabled:hover:bg-hover -outline-offset-2"
            >
              <span className="pt-0.5">
                <SeverityIcon severity={diagnostic.severity} />
              </span>
              <span className="min-w-0 flex-1 text-sm">
                {diagnostic.message}
                {diagnostic.remedy ? <span className="text-muted"> {diagnostic.remedy}</span> : null}
              </span>
              {node ? (
                <span className="flex max-w-64 shrink-0 items-center gap-2 text-xs text-muted">
                  <NodeTile svg={iconOf(node.type)} category={categoryOf(node.type)} size={20} />
                  <span className="truncate">
                    {titleOf(node)}
                    {param ? <span className="text-faint"> · {param.filter((part) => typeof part === 'string').join(' ')}</span> : null}
                  </span>
                </span>
              ) : null}
            </button>
            <FixButton finding={diagnostic} className="my-1 mr-3 max-w-80" />
          </li>
        );
      })}
    </ul>
  );
}

import { CircleCheck, FilterX } from 'lucide-react';
import { useMemo } from 'react';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { titleOf } from '../../state/catalogue.ts';
import { useLevelPrefix } from '../../state/level.ts';
import { usePipeline } from '../../state/pipeline.ts';
import { useProjectProblems } from '../../state/project-problems.ts';
import { texts } from '../../text/texts.ts';
import { Button, EmptyState } from '../../ui/index.ts';
import type { Problem } from './collect-problems.ts';
import { filterGroups, projectGroups, type ProblemGroup } from './problem-groups.ts';
import { ProblemList } from './problem-list.tsx';
import { ProblemsBar } from './problems-bar.tsx';
import { useProblemsView } from './problems-store.ts';

/** All that is wrong in this pipeline or in every pipeline of the project; a click goes to where it is. */
export function ProblemsTab({ document, problems }: { readonly document: PipelineDocument; readonly problems: readonly Problem[] }) {
  const path = usePipeline((store) => store.path);
  const prefix = useLevelPrefix();
  const files = useProjectProblems((store) => store.pipelines);
  const busy = useProjectProblems((store) => store.busy);
  const { scope, severities, text } = useProblemsView();
  const open = useMemo((): ProblemGroup => {
    const nodes = new Map(document.nodes.map((node) => [node.id, node]));
    return {
      path: path ?? '',
      title: document.title,
      more: 0,
      problems: problems.map(({ diagnostic, nodeId }) => {
        // What is inside a subflow is found at the subflow.
        const node = nodes.get(nodeId ?? '') ?? nodes.get((nodeId ?? '').split(/[/[]/)[0] ?? '');
        return { diagnostic: nodeId === null || diagnostic.place?.nodeId !== undefined ? diagnostic : { ...diagnostic, place: { nodeId, ...diagnostic.place } }, node: node === undefined ? null : { id: `${prefix}${nodeId ?? node.id}`, title: titleOf(node), type: node.type } };
      }),
    };
  }, [document, path, problems, prefix]);
  const all = useMemo(() => projectGroups(files, open), [files, open]);
  const candidates = scope === 'this' ? [open] : all;
  const shown = useMemo(() => filterGroups(scope === 'this' ? [open] : all, { severities, text }), [scope, open, all, severities, text]);
  const total = candidates.reduce((sum, group) => sum + group.problems.length, 0);
  return (
    <div className="flex h-full min-h-0 flex-col" data-testid="problems-view">
      <ProblemsBar open={open} all={all} />
      <div className="min-h-0 flex-1">
        {shown.length > 0 ? (
          <ProblemList groups={shown} headed={scope === 'all'} openPath={path} />
        ) : total > 0 ? (
          <EmptyState
            icon={<FilterX />}
            title={texts.help.problems.noMatch}
            action={<Button onClick={() => useProblemsView.setState({ text: '', severities: ['error', 'warning', 'info'] })}>{texts.help.problems.showAll}</Button>}
          />
        ) : scope === 'all' && busy ? (
          <EmptyState title={texts.help.problems.looking} />
        ) : (
          <EmptyState icon={<CircleCheck />} title={scope === 'all' ? texts.help.problems.noneAnywhere : texts.app.noProblems}>
            {texts.help.problems.teach}
          </EmptyState>
        )}
      </div>
    </div>
  );
}

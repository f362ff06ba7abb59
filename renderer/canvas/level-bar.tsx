import { ChevronRight, CornerLeftUp, LogIn, LogOut } from 'lucide-react';
import { levelDocument } from '#app/pipeline/subflow/index.ts';
import { titleOf } from '../state/catalogue.ts';
import { usePipeline } from '../state/pipeline.ts';
import { keysOf } from '../app/shortcuts.ts';
import { Button, IconButton, Select } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { addBoundary, leaveSubflow, lookAtRun, runLabels } from './subflows.ts';

/** Over the canvas while a subflow is open: where one is, the way out, which run is looked at, and its ports. */
export function LevelBar() {
  const root = usePipeline((store) => store.root);
  const level = usePipeline((store) => store.level);
  if (root === null || level.length === 0) return null;
  const steps = level.flatMap((step, depth) => {
    const node = levelDocument(root, level.slice(0, depth))?.nodes.find(({ id }) => id === step.nodeId);
    return node === undefined ? [] : [{ node, depth, run: step.run, runs: runLabels(node) }];
  });
  const repeated = steps.filter(({ runs }) => runs.length > 0);
  return (
    <nav aria-label={texts.canvas.subflow.where} data-testid="level-bar" className="absolute left-3 top-3 z-10 flex max-w-[calc(100%-1.5rem)] items-center gap-1 rounded-lg border border-line bg-raised py-0.5 pl-0.5 pr-1 shadow-card">
      <IconButton label={texts.canvas.subflow.leave} keys={keysOf('subflow.leave')} data-testid="level-leave" onClick={() => leaveSubflow()}>
        <CornerLeftUp size={15} />
      </IconButton>
      <ol className="flex min-w-0 items-center text-sm">
        <li className="min-w-0 shrink truncate">
          <button type="button" className="max-w-44 truncate rounded-sm px-1 text-muted hover:bg-hover hover:text-ink" onClick={() => leaveSubflow(0)}>
            {root.title}
          </button>
        </li>
        {steps.map(({ node, depth }) => (
          <li key={node.id} className="flex min-w-0 items-center">
            <ChevronRight size={13} className="shrink-0 text-faint" aria-hidden />
            {depth === level.length - 1 ? (
              <span aria-current="page" className="max-w-56 truncate px-1 font-medium">
                {titleOf(node)}
              </span>
            ) : (
              <button type="button" className="max-w-44 truncate rounded-sm px-1 text-muted hover:bg-hover hover:text-ink" onClick={() => leaveSubflow(depth + 1)}>
                {titleOf(node)}
              </button>
            )}
          </li>
        ))}
      </ol>
      {repeated.map(({ node, depth, run, runs }) => (
        <span key={node.id} className="w-40 shrink-0">
          <Select label={texts.canvas.subflow.runOf(titleOf(node))} value={String(run)} items={runs.map((label, index) => ({ value: String(index), label }))} onChange={(value) => lookAtRun(depth, Number(value))} />
        </span>
      ))}
      <span className="mx-0.5 h-4 w-px shrink-0 bg-line" />
      <Button size="sm" variant="quiet" icon={<LogIn size={14} />} data-testid="level-add-input" onClick={() => addBoundary('input')}>
        {texts.canvas.subflow.input}
      </Button>
      <Button size="sm" variant="quiet" icon={<LogOut size={14} />} data-testid="level-add-output" onClick={() => addBoundary('output')}>
        {texts.canvas.subflow.output}
      </Button>
    </nav>
  );
}

import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { nodeLimitBounds, type NodeLimits, type PipelineNode } from '#app/pipeline/document.ts';
import type { NodeDefinition } from '#app/sdk/node.ts';
import { client } from '../rpc/client.ts';
import { useQuery } from '../results/use-query.ts';
import { useWhyNotEdit } from '../state/editing.ts';
import { edit } from '../state/pipeline.ts';
import { Field, cx } from '../ui/index.ts';
import { Editable } from './editable.tsx';
import { NumberInput } from './number-input.tsx';
import type { JsonSchema } from './form-model.ts';
import { texts } from '../text/texts.ts';

type Name = 'seconds' | 'megabytes';

const bounds: Readonly<Record<Name, JsonSchema>> = {
  seconds: { type: 'number', minimum: nodeLimitBounds.seconds.least, maximum: nodeLimitBounds.seconds.most, unit: 's' },
  megabytes: { type: 'integer', minimum: nodeLimitBounds.megabytes.least, maximum: nodeLimitBounds.megabytes.most, step: 100, unit: 'MB' },
};

/** What this node may take of the machine. Nodes that have limits among their params (scripts) need no others. */
export function NodeLimitsSection({ node, definition }: { readonly node: PipelineNode; readonly definition: NodeDefinition }) {
  const [open, setOpen] = useState(node.limits !== undefined);
  const why = useWhyNotEdit();
  const own = definition.params instanceof Object && 'shape' in definition.params && definition.params.shape instanceof Object && 'megabytes' in definition.params.shape;
  if (own || (why !== null && node.limits === undefined)) return null;
  return (
    <section data-testid="node-limits" className="flex flex-col gap-3 border-t border-line pt-2">
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex h-7 items-center gap-1.5 rounded-sm text-xs font-medium text-muted hover:text-ink">
        <ChevronRight size={13} className={cx('transition-transform duration-120', open && 'rotate-90')} />
        {texts.inspector.limits.title}
      </button>
      {open ? <LimitFields node={node} /> : null}
    </section>
  );
}

function LimitFields({ node }: { readonly node: PipelineNode }) {
  const project = useQuery('limits', (signal) => client.planning.limits(undefined, { signal }));
  const set = (name: Name, value: number | null): void => {
    const { [name]: _before, ...rest } = node.limits ?? {};
    const limits: NodeLimits = value === null ? rest : { ...rest, [name]: value };
    edit({ type: 'set-limits', nodeId: node.id, limits: Object.keys(limits).length === 0 ? null : limits }, { group: `limits-${node.id}-${name}`, label: texts.inspector.params.change(texts.inspector.limits[name]) });
  };
  const given = { seconds: project.data?.nodeSeconds ?? null, megabytes: project.data?.nodeMegabytes ?? null };
  return (
    <Editable className="flex flex-col gap-3">
      <p className="text-xs text-muted">{texts.inspector.limits.how}</p>
      {(['seconds', 'megabytes'] as const).map((name) => (
        <Field key={name} label={texts.inspector.limits[name]} hint={texts.inspector.limits.hints[name]} testId={`limit-${name}`}>
          {({ id }) => (
            <NumberInput
              id={id}
              label={texts.inspector.limits[name]}
              value={node.limits?.[name] ?? null}
              nullable
              schema={{ ...bounds[name], placeholder: project.data === null ? '' : given[name] === null ? texts.inspector.limits.none : texts.inspector.limits.asProject(given[name]) }}
              onChange={(value) => set(name, value)}
            />
          )}
        </Field>
      ))}
    </Editable>
  );
}

import { ArrowDownToLine, SlidersHorizontal } from 'lucide-react';
import { useCallback } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { PipelineNode, SubflowContent } from '#app/pipeline/document.ts';
import { inputType, isBoundary } from '#app/pipeline/subflow/index.ts';
import { openSubflow } from '../../canvas/subflows.ts';
import { PortShape } from '../../canvas/port-shape.tsx';
import { FixButton } from '../../results/problems/fix-button.tsx';
import { titleOf, typeOf } from '../../state/catalogue.ts';
import { diagnosticsOf, useConfiguration } from '../../state/configuration.ts';
import { edit } from '../../state/pipeline.ts';
import { Button, FieldMessage, Kbd } from '../../ui/index.ts';
import { keysOf } from '../../app/shortcuts.ts';
import { Editable, LookOnly } from '../editable.tsx';
import { texts } from '../../text/texts.ts';
import { shownParams } from './exposed.ts';
import { ComponentSection } from './component-section.tsx';
import { RepeatSection } from './repeat-section.tsx';
import { ShownField } from './subflow-form.tsx';

/** What a subflow shows as its own: params of nodes inside, ports, how often it runs, and the component that it is. */
export function SubflowTab({ node }: { readonly node: PipelineNode & { content: SubflowContent } }) {
  const diagnostics = useConfiguration(useShallow((store) => diagnosticsOf(store, node.id)));
  const words = texts.inspector.subflow;
  const all = shownParams(node.content);
  const set = useCallback((params: Readonly<Record<string, unknown>>, name: string, title: string) => edit({ type: 'set-params', nodeId: node.id, params }, { group: `param-${node.id}-${name}`, label: texts.inspector.params.change(title) }), [node.id]);
  return (
    <div className="flex flex-col gap-4 p-3">
      <LookOnly />
      {diagnostics.length > 0 ? (
        <div className="flex flex-col gap-2.5 rounded-md bg-sunken p-2">
          {diagnostics.slice(0, 6).map((item) => (
            <FieldMessage key={`${item.code} ${item.message}`} message={item.message} remedy={item.remedy} severity={item.severity} action={item.fix ? <FixButton finding={item} wraps /> : undefined} />
          ))}
        </div>
      ) : null}
      <Button icon={<ArrowDownToLine size={14} />} className="self-start" data-testid="subflow-open" onClick={() => openSubflow(node.id)}>
        {texts.canvas.subflow.open}
        <Kbd keys={keysOf('subflow.open') ?? ''} />
      </Button>
      <Editable className="flex flex-col gap-4">
        {all.length === 0 ? (
          <p className="flex items-start gap-1.5 text-xs text-muted">
            <SlidersHorizontal size={13} className="mt-0.5 shrink-0" />
            {words.noParams}
          </p>
        ) : (
          all.map((shown) => {
            const { name } = shown.exposed;
            return (
              <ShownField
                key={name}
                subflow={node}
                shown={shown}
                all={all}
                value={node.params[name]}
                otherwise={shown.inside}
                onChange={(value, title) => set({ ...node.params, [name]: value }, name, title)}
                onReset={() => set(Object.fromEntries(Object.entries(node.params).filter(([key]) => key !== name)), name, name)}
              />
            );
          })
        )}
        <Ports node={node} />
        <RepeatSection node={node} />
        <ComponentSection node={node} />
      </Editable>
    </div>
  );
}

/** The ports, to be renamed; they are made, and ordered from top to bottom, inside. */
function Ports({ node }: { readonly node: PipelineNode & { content: SubflowContent } }) {
  const words = texts.inspector.subflow;
  const definition = typeOf(node)?.definition;
  const ports = [...(definition?.inputs ?? []), ...(definition?.outputs ?? [])];
  if (ports.length === 0) return <p className="text-xs text-muted">{words.noPorts}</p>;
  return (
    <section aria-label={words.ports} className="flex flex-col gap-1 border-t border-line pt-3">
      <h3 className="text-xs font-medium text-muted">{words.ports}</h3>
      <ul className="flex flex-col gap-1">
        {ports.map((port) => {
          const inner = node.content.nodes.find((one) => one.id === port.name && isBoundary(one));
          if (inner === undefined) return null;
          const side = inner.type === inputType ? words.in : words.out;
          return (
            <li key={port.name} className="flex items-center gap-2">
              <PortShape kind={port.kind} size={12} />
              <input
                aria-label={words.portTitle(side, titleOf(inner))}
                value={inner.title ?? ''}
                placeholder={titleOf(inner)}
                maxLength={200}
                onChange={(event) => edit({ type: 'within', nodeId: node.id, command: { type: 'set-title', nodeId: inner.id, title: event.target.value === '' ? null : event.target.value } }, { group: `title-${inner.id}` })}
                className="h-6 min-w-0 flex-1 select-text truncate rounded-sm border border-transparent bg-transparent px-1 text-sm hover:border-line focus:border-focus focus:bg-surface focus:outline-none"
              />
              <span className="shrink-0 text-xs text-faint">{side}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

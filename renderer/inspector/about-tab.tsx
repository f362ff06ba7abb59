import type { NodeType } from '#app/pipeline/types.ts';
import { mayBeEmpty } from '#app/sdk/ports.ts';
import { PortShape, kindTitles } from '../canvas/port-shape.tsx';
import { Markdown } from '../results/report/markdown.tsx';
import { ExampleButton } from '../templates/example-button.tsx';
import { texts } from '../text/texts.ts';

/** The node type's help, and its ports. */
export function AboutTab({ type }: { readonly type: NodeType }) {
  const { definition, help } = type;
  const ports = [...definition.inputs.map((port) => ({ port, side: 'In' as const })), ...definition.outputs.map((port) => ({ port, side: 'Out' as const }))];
  return (
    <div className="flex flex-col gap-4 p-3">
      <ExampleButton type={definition.type} />
      {help === '' ? <p className="text-sm text-muted">{definition.summary}</p> : <Markdown text={help} />}
      <section className="flex flex-col gap-1.5 border-t border-line pt-3">
        <h3 className="text-xs font-semibold text-muted">{texts.inspector.about.ports}</h3>
        <ul className="flex flex-col gap-1.5">
          {ports.map(({ port, side }) => (
            <li key={`${side} ${port.name}`} data-kind={port.kind} className="flex gap-2 text-sm">
              <span className="mt-[3px]">
                <PortShape kind={port.kind} hollow={side === 'In' && mayBeEmpty(port)} />
              </span>
              <span>
                <span className="font-medium">{port.title}</span>{' '}
                <span className="text-faint">
                  {texts.inspector.about.port(side, kindTitles[port.kind])}
                  {side === 'In' && port.arity === 'optional' ? texts.common.optional : side === 'In' && port.arity === 'many' ? texts.inspector.about.anyNumber : side === 'In' && port.arity === 'any' ? texts.inspector.about.anyOrNone : ''}
                </span>
                {port.summary ? <span className="block text-muted">{port.summary}</span> : null}
              </span>
            </li>
          ))}
        </ul>
      </section>
      <p className="selectable font-mono text-xs text-faint">
        {texts.inspector.about.version(definition.type, definition.version)}
      </p>
    </div>
  );
}

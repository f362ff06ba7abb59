import { Plus } from 'lucide-react';
import { useMemo } from 'react';
import type { PipelineDocument, PipelineEdge } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import type { PortSpec } from '#app/sdk/ports.ts';
import { categoryOf, iconOf } from '../state/catalogue.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { select } from '../state/selection.ts';
import { Button, NodeTile } from '../ui/index.ts';
import { openAddAt, openInsert } from './adding.ts';
import { closeChoosing, revealNode, useCanvas, type Choosing } from './canvas-store.ts';
import { ChooseList, type Choice } from './choose-list.tsx';
import { connectEnds } from './connecting.ts';
import { outputKind } from './edits.ts';
import { fittingsOf, inputsFor, outputsFor, type Fitting } from './fitting.ts';
import { portsOf } from './geometry.ts';
import { PortShape } from './port-shape.tsx';
import { edgeWords, titleIn } from './port-words.ts';
import { texts } from '../text/texts.ts';

/** Connecting and disconnecting by choosing from a list, for the keyboard and the outline. */
export function ChooseConnection() {
  const choosing = useCanvas((store) => store.choosing);
  const document = usePipeline((store) => store.document);
  if (choosing === null || document === null) return null;
  const key = `${choosing.nodeId} ${choosing.port?.name ?? ''}`;
  if (choosing.list === 'group') return null;
  return choosing.list === 'fitting' ? <FittingList key={key} document={document} choosing={choosing} /> : <PresentList key={key} document={document} choosing={choosing} />;
}

/** `end`: the port for which a new node is added. */
type FittingChoice = Choice & ({ readonly fitting: Fitting } | { readonly end: { readonly name: string; readonly side: 'in' | 'out' } });

function FittingList({ document, choosing }: { readonly document: PipelineDocument; readonly choosing: Choosing }) {
  const { nodeId, port } = choosing;
  const choices = useMemo(() => {
    const end = port && { node: nodeId, port: port.name };
    const fittings = end === undefined ? fittingsOf(document, nodeId) : port?.side === 'out' ? inputsFor(document, end) : outputsFor(document, end);
    const node = indexGraph(document).nodes.get(nodeId);
    const ports = node ? portsOf(document, node) : { inputs: [], outputs: [] };
    const sides = [...ports.outputs.map((spec) => ({ spec, side: 'out' as const })), ...ports.inputs.map((spec) => ({ spec, side: 'in' as const }))];
    return sides
      .filter(({ spec, side }) => port === undefined || (spec.name === port.name && side === port.side))
      .flatMap(({ spec, side }): FittingChoice[] => [
        ...fittings.filter((fitting) => fitting.port === spec).map((fitting) => fittingChoice(document, nodeId, fitting)),
        { key: `new-${side}-${spec.name}`, section: sectionOf(side, spec), text: texts.outline.newNode, sign: newSign, end: { name: spec.name, side } },
      ]);
  }, [document, nodeId, port]);
  const title = titleIn(document, nodeId);
  return (
    <ChooseList<FittingChoice>
      title={texts.outline.connect(title)}
      placeholder={texts.outline.findPort}
      choices={choices}
      empty={texts.outline.noneFits(title)}
      onClose={closeChoosing}
      onChoose={(choice) => {
        if ('end' in choice) return closeChoosing(() => openAddAt(nodeId, choice.end));
        closeChoosing();
        connectEnds(document, choice.fitting.from, choice.fitting.to);
      }}
    />
  );
}

const sectionOf = (side: 'in' | 'out', port: PortSpec): string => (side === 'out' ? texts.outline.fromOutput(port.title) : texts.outline.intoInput(port.title));

const newSign = (
  <span className="flex w-[22px] shrink-0 justify-center text-muted">
    <Plus size={15} />
  </span>
);

function fittingChoice(document: PipelineDocument, nodeId: string, fitting: Fitting): FittingChoice {
  const { from, to, port, other, replaces } = fitting;
  const isOutput = from.node === nodeId;
  const far = isOutput ? to : from;
  const node = indexGraph(document).nodes.get(far.node);
  const ports = node ? portsOf(document, node)[isOutput ? 'inputs' : 'outputs'] : [];
  const several = ports.length > 1 ? `${isOutput ? texts.common.input : texts.common.output} ${other.title}` : undefined;
  const gives = replaces ? texts.outline.inPlaceOf(titleIn(document, replaces.from.node)) : undefined;
  const detail = [several, gives].filter((part) => part !== undefined).join(', ');
  return {
    key: `${from.node}-${from.port}-${to.node}-${to.port}`,
    section: sectionOf(isOutput ? 'out' : 'in', port),
    text: titleIn(document, far.node),
    ...(detail === '' ? {} : { detail }),
    sign: node ? <NodeTile svg={iconOf(node.type)} category={categoryOf(node.type)} size={22} /> : null,
    fitting,
  };
}

type PresentChoice = Choice & { readonly edge: PipelineEdge };

function PresentList({ document, choosing }: { readonly document: PipelineDocument; readonly choosing: Choosing }) {
  const { nodeId, port } = choosing;
  const choices = useMemo(() => {
    const { incoming, outgoing } = indexGraph(document);
    const into = (incoming.get(nodeId) ?? []).filter((edge) => port === undefined || (port.side === 'in' && edge.to.port === port.name));
    const out = (outgoing.get(nodeId) ?? []).filter((edge) => port === undefined || (port.side === 'out' && edge.from.port === port.name));
    const choice = (edge: PipelineEdge, section: string): PresentChoice => {
      const kind = outputKind(document, edge.from) ?? 'table';
      return { key: edge.id, section, text: edgeWords(document, edge), sign: <span data-kind={kind} className="flex w-[22px] justify-center"><PortShape kind={kind} /></span>, edge };
    };
    return [...into.map((edge) => choice(edge, texts.outline.into)), ...out.map((edge) => choice(edge, texts.outline.out))];
  }, [document, nodeId, port]);
  const remove = ({ edge }: PresentChoice) => edit({ type: 'remove', edges: [edge.id] }, { label: texts.outline.deleteConnection, said: texts.outline.disconnected(edgeWords(document, edge)) });
  const insert = ({ edge }: PresentChoice) => closeChoosing(() => openInsert(edge));
  const show = ({ edge }: PresentChoice) => {
    closeChoosing();
    select({ edges: [edge.id] });
    revealNode(edge.to.node);
  };
  return (
    <ChooseList<PresentChoice>
      title={texts.outline.connectionsOf(titleIn(document, nodeId))}
      placeholder={texts.outline.findConnection}
      choices={choices}
      empty={texts.outline.noConnections}
      onClose={closeChoosing}
      onChoose={show}
      onKey={(event, choice) => {
        if (event.key === 'Delete') remove(choice);
        else if (event.key === 'Insert' || (event.key === '.' && event.ctrlKey)) insert(choice);
        else return false;
        return true;
      }}
      renderActions={(choice) => (
        <>
          <Button size="sm" variant="quiet" onClick={() => show(choice)}>
            {texts.outline.selectOnCanvas}
          </Button>
          <Button needs="edit" size="sm" onClick={() => insert(choice)} data-testid="connection-insert">
            {texts.outline.insert}
          </Button>
          <Button needs="edit" size="sm" variant="danger" onClick={() => remove(choice)} data-testid="connection-delete">
            {texts.outline.disconnect}
          </Button>
        </>
      )}
    />
  );
}

import { Cable, MousePointerClick, PackageX } from 'lucide-react';
import { useShallow } from 'zustand/react/shallow';
import { formatBytes, formatCount } from '#app/core/units.ts';
import type { PipelineEdge, PipelineNode } from '#app/pipeline/document.ts';
import { InlineMarkdown } from '../results/report/markdown.tsx';
import { CardFix } from '../canvas/card-fix.tsx';
import { StateGlyph } from '../canvas/state-glyph.tsx';
import { categoryOf, iconOf, titleOf, typeOf } from '../state/catalogue.ts';
import { diagnosticsOf, outputSchema, useConfiguration } from '../state/configuration.ts';
import { nodeState, stateTitles } from '../state/node-state.ts';
import { useWhyNotEdit } from '../state/editing.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { noteRender } from '../state/renders.ts';
import { isRunning, useRun } from '../state/run.ts';
import { useFollowed } from '../state/followed.ts';
import { primaryNode } from '../state/selection.ts';
import { useView, type InspectorTab } from '../state/view.ts';
import { Badge, EmptyState, NodeTile, TabPanel, Tabs, TypeBadge } from '../ui/index.ts';
import { EstimateLine } from './estimate-line.tsx';
import { AboutTab } from './about-tab.tsx';
import { ParametersTab } from './parameters-tab.tsx';
import { GroupInspector, NoteInspector } from './group-section.tsx';
import { PipelineNotes } from './pipeline-notes.tsx';
import { SchemaTab } from './schema-tab.tsx';
import { SeveralNodes } from './several-nodes.tsx';
import { isSubflow } from '#app/pipeline/subflow/node-type.ts';
import { SubflowTab } from './subflow/subflow-tab.tsx';
import { texts } from '../text/texts.ts';

/** The right panel: the selected node's params, schemas and help. */
export function Inspector() {
  noteRender('inspector');
  const nodeCount = useFollowed((store) => store.nodes.length);
  const id = useFollowed(primaryNode);
  const edgeId = useFollowed((store) => (store.nodes.length === 0 ? (store.edges.at(-1) ?? null) : null));
  const groupId = useFollowed((store) => store.groups.at(-1) ?? null);
  const noteId = useFollowed((store) => store.notes.at(-1) ?? null);
  const node = usePipeline((store) => (id === null ? undefined : store.document?.nodes.find((candidate) => candidate.id === id)));
  const edge = usePipeline((store) => (edgeId === null ? undefined : store.document?.edges.find((candidate) => candidate.id === edgeId)));
  return (
    <section aria-label={texts.inspector.label} data-testid="inspector" className="h-full bg-chrome">
      {node && (nodeCount > 1 || groupId !== null) ? <SeveralNodes /> : node ? <NodeInspector key={node.id} node={node} /> : edge ? <EdgeInspector edge={edge} /> : groupId !== null ? <GroupInspector groupId={groupId} /> : noteId !== null ? <NoteInspector noteId={noteId} /> : <PipelineNotes />}
    </section>
  );
}

function NodeInspector({ node }: { readonly node: PipelineNode }) {
  const tab = useView((store) => store.inspectorTab);
  const problems = useConfiguration((store) => diagnosticsOf(store, node.id).filter((item) => item.severity === 'error').length);
  const type = typeOf(node);
  return (
    <div className="flex h-full flex-col">
      <NodeHeader node={node} />
      {type ? (
        <div className="min-h-0 flex-1" data-testid="inspector-body">
          <Tabs<InspectorTab>
            label={texts.inspector.label}
            value={tab}
            onChange={(next) => useView.setState({ inspectorTab: next })}
            items={[
              { value: 'parameters', label: texts.inspector.tabs.parameters, testId: 'tab-parameters', badge: problems > 0 ? <Badge tone="bad">{problems}</Badge> : undefined },
              { value: 'schema', label: texts.inspector.tabs.schema, testId: 'tab-schema' },
              { value: 'about', label: texts.inspector.tabs.about, testId: 'tab-about' },
            ]}
          >
            <TabPanel value="parameters">
              {isSubflow(node) ? <SubflowTab node={node} /> : <ParametersTab node={node} definition={type.definition} />}
            </TabPanel>
            <TabPanel value="schema">
              <SchemaTab node={node} definition={type.definition} />
            </TabPanel>
            <TabPanel value="about">
              <AboutTab type={type} />
            </TabPanel>
          </Tabs>
        </div>
      ) : (
        <EmptyState icon={<PackageX />} title={texts.common.notInstalled}>
          {texts.inspector.kept(node.type)}
        </EmptyState>
      )}
    </div>
  );
}

function NodeHeader({ node }: { readonly node: PipelineNode }) {
  const diagnostics = useConfiguration(useShallow((store) => diagnosticsOf(store, node.id)));
  const freshness = useConfiguration((store) => store.freshness[node.id]);
  const nodeRun = useRun((store) => store.nodes[node.id]);
  const progress = useRun((store) => store.progress[node.id]);
  const runActive = useRun(isRunning);
  const runDocument = useRun((store) => store.document);
  const { state, reason } = nodeState({ node, diagnostics, freshness, nodeRun, runActive, runDocument });
  const typeTitle = typeOf(node)?.definition.title ?? node.type;
  const why = useWhyNotEdit();
  return (
    <header className="flex flex-col gap-2 px-3 pb-2 pt-3">
      <div className="flex items-center gap-2.5">
        <NodeTile svg={iconOf(node.type)} category={categoryOf(node.type)} size={32} />
        <div className="min-w-0 flex-1">
          <input
            aria-label={texts.inspector.nodeTitle}
            data-testid="inspector-title"
            value={node.title ?? ''}
            readOnly={why !== null}
            title={why ?? undefined}
            placeholder={typeTitle}
            maxLength={200}
            onChange={(event) => edit({ type: 'set-title', nodeId: node.id, title: event.target.value === '' ? null : event.target.value }, { group: `title-${node.id}` })}
            onKeyDown={(event) => (event.key === 'Enter' || event.key === 'Escape') && event.currentTarget.blur()}
            className="-ml-1 h-6 w-full select-text truncate rounded-sm border border-transparent bg-transparent px-1 text-base font-semibold placeholder:text-ink hover:border-line focus:border-focus focus:bg-surface focus:outline-none"
          />
          <p className="truncate text-xs text-faint">{node.title ? typeTitle : (typeOf(node)?.definition.summary ?? '')}</p>
        </div>
      </div>
      <div className="flex items-start gap-1.5 text-xs text-muted" data-testid="inspector-state">
        <span className="shrink-0">
          <StateGlyph state={state} fraction={progress?.fraction} />
        </span>
        <p className="selectable line-clamp-3 min-w-0" title={reason.replaceAll('`', '')}>
          <span className="font-medium text-ink">{stateTitles[state]}.</span> <InlineMarkdown text={reason} />
        </p>
      </div>
      {state === 'failed' ? <CardFix node={node} diagnostics={[]} nodeRun={nodeRun} /> : null}
      {freshness?.state === 'never-run' || freshness?.state === 'stale' ? <EstimateLine nodeId={node.id} /> : null}
    </header>
  );
}

function EdgeInspector({ edge }: { readonly edge: PipelineEdge }) {
  const schema = useConfiguration((store) => outputSchema(store.nodes, edge.from.node, edge.from.port));
  const stats = useRun((store) => store.nodes[edge.from.node]?.ports[edge.from.port]);
  const source = usePipeline((store) => store.document?.nodes.find((node) => node.id === edge.from.node));
  const target = usePipeline((store) => store.document?.nodes.find((node) => node.id === edge.to.node));
  return (
    <div className="flex h-full flex-col gap-3 overflow-auto p-3">
      <h2 className="flex items-center gap-2 text-base font-semibold">
        <Cable size={16} className="text-faint" />
        {texts.inspector.edge.title}
      </h2>
      <p className="text-sm text-muted">
        {source ? titleOf(source) : edge.from.node} <span className="text-faint">({edge.from.port})</span> → {target ? titleOf(target) : edge.to.node} <span className="text-faint">({edge.to.port})</span>
      </p>
      {stats?.rows != null ? (
        <p className="text-sm tabular-nums">
          {texts.common.rowCount(formatCount(stats.rows), stats.rows === 1)}{stats.bytes != null ? `, ${formatBytes(stats.bytes)}` : ''}
        </p>
      ) : null}
      {schema ? (
        <ul className="rounded-md border border-line bg-surface">
          {schema.map((column) => (
            <li key={column.name} className="flex h-6 items-center justify-between gap-2 px-2 text-sm odd:bg-sunken/60">
              <span className="truncate">{column.name}</span>
              <TypeBadge type={column.type} className="w-[74px]" />
            </li>
          ))}
        </ul>
      ) : (
        <EmptyState icon={<MousePointerClick />} title={texts.inspector.edge.unknown}>
          {texts.inspector.edge.unknownWhy}
        </EmptyState>
      )}
    </div>
  );
}

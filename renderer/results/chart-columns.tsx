import { useEffect, useId, useMemo, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { PipelineNode } from '#app/pipeline/document.ts';
import { ColumnParam } from '../inspector/column-picker.tsx';
import { diagnosticsAt } from '../inspector/form-context.ts';
import { fieldsOf, paramsSchema, type FieldSpec } from '../inspector/form-model.ts';
import { typeOf } from '../state/catalogue.ts';
import { diagnosticsOf, inputSchema, useConfiguration } from '../state/configuration.ts';
import { useWhyNotEdit } from '../state/editing.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { isSame } from '../state/repairs.ts';
import { isRunning, startRun, useRun } from '../state/run.ts';
import { whyNot } from '../ui/may.ts';
import { texts } from '../text/texts.ts';

/** Above the chart of a node that draws one: the columns it is of. A choice there is an edit like any other, and the chart is drawn anew at once. */
export function ChartColumns({ node }: { readonly node: PipelineNode }) {
  const why = useWhyNotEdit();
  const isOnCanvas = usePipeline((store) => store.document?.nodes.some(({ id }) => id === node.id) ?? false);
  const params = typeOf(node)?.definition.params;
  const schema = useMemo(() => (params === undefined ? null : paramsSchema(params)), [params]);
  const fields = schema === null ? [] : fieldsOf(schema, node.params).filter((field) => field.schema.onChart === true);
  return why !== null || !isOnCanvas || fields.length === 0 ? null : <Pickers node={node} fields={fields} />;
}

function Pickers({ node, fields }: { readonly node: PipelineNode; readonly fields: readonly FieldSpec[] }) {
  const document = usePipeline((store) => store.document);
  const configured = useConfiguration((store) => store.document);
  const nodes = useConfiguration((store) => store.nodes);
  const diagnostics = useConfiguration(useShallow((store) => diagnosticsOf(store, node.id)));
  const running = useRun(isRunning);
  /** What was chosen and is not drawn yet. */
  const [chosen, setChosen] = useState<{ readonly param: string; readonly value: string | null } | null>(null);
  const isKnown = document !== null && isSame(configured, document);
  const id = useId();

  // From a window of its own the edit is made in the main window, and comes back a moment later.
  const isMade = chosen !== null && node.params[chosen.param] === chosen.value;
  // Once the engine has looked at the choice, and nothing else runs; where a column is still to be chosen, the next choice draws it.
  useEffect(() => {
    if (!isMade || running || !isKnown) return;
    setChosen(null);
    if (!diagnostics.some(({ severity }) => severity === 'error') && whyNot('run') === null) void startRun({ to: [node.id] });
  }, [isMade, running, isKnown, diagnostics, node.id]);

  const columns = document === null ? null : inputSchema(document, nodes, node.id, 'table');
  const choose = ({ name, title }: FieldSpec, value: string | null) => {
    if (edit({ type: 'set-params', nodeId: node.id, params: { ...node.params, [name]: value } }, { label: texts.inspector.params.change(title) })) setChosen({ param: name, value });
  };
  if (columns === null) return null;
  return (
    <div role="group" aria-label={texts.charts.columns} data-testid="chart-columns" className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1.5">
      {fields.map((field) => {
        const isWrong = diagnosticsAt(diagnostics, [field.name], false).some(({ severity }) => severity === 'error');
        return (
          <div key={field.name} data-testid={`chart-${field.name}`} className="flex items-center gap-1.5">
            <label htmlFor={`${id}-${field.name}`} title={field.description} className="whitespace-nowrap text-xs text-muted">
              {field.title}
            </label>
            <div className="w-28">
              <ColumnParam id={`${id}-${field.name}`} field={field} value={node.params[field.name] ?? field.schema.default} columns={columns} invalid={isWrong} change={(value) => choose(field, value)} />
            </div>
          </div>
        );
      })}
    </div>
  );
}

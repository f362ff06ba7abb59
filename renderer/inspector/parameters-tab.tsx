import { ChevronRight } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { PipelineNode } from '#app/pipeline/document.ts';
import type { Schema } from '#app/relation/types.ts';
import type { NodeDefinition } from '#app/sdk/node.ts';
import { diagnosticsOf, inputSchema, useConfiguration } from '../state/configuration.ts';
import { FixButton } from '../results/problems/fix-button.tsx';
import { commandAt, isBoundary, levelDocument } from '#app/pipeline/subflow/index.ts';
import { useWhyNotEdit } from '../state/editing.ts';
import { edit, editRoot, usePipeline } from '../state/pipeline.ts';
import { toggleExposed } from './subflow/exposed.ts';
import { useRun } from '../state/run.ts';
import { FieldMessage, TextArea, cx } from '../ui/index.ts';
import { Editable, LookOnly } from './editable.tsx';
import { FormProvider, type FormContext } from './form-context.ts';
import { fieldsOf, paramsSchema, setAt, type FieldSpec, type Path } from './form-model.ts';
import { NodeLimitsSection } from './node-limits.tsx';
import { LearnContract } from './learn-contract.tsx';
import { ParamField } from './param-field.tsx';
import { texts } from '../text/texts.ts';

/** The form of a node's params, made from its schema and hints. `brief`: no more than these, and closer together. */
export function ParametersTab({ node, definition, brief = false }: { readonly node: PipelineNode; readonly definition: NodeDefinition; readonly brief?: boolean }) {
  const document = usePipeline((store) => store.document);
  const nodes = useConfiguration((store) => store.nodes);
  const diagnostics = useConfiguration(useShallow((store) => diagnosticsOf(store, node.id)));
  const schema = useMemo(() => paramsSchema(definition.params), [definition]);

  const form = useMemo((): FormContext => {
    const firstTable = definition.inputs.find((port) => port.kind === 'table')?.name;
    return {
      nodeId: node.id,
      diagnostics,
      columns: (from) => (document ? (from === undefined && firstTable === undefined ? sourceColumns(nodes[node.id]?.facts) : inputSchema(document, nodes, node.id, from ?? firstTable ?? '')) : null),
      isConnected: (from) => document?.edges.some((edge) => edge.to.node === node.id && edge.to.port === (from ?? firstTable)) ?? false,
      change: (path: Path, value: unknown, title: string) => {
        const current = usePipeline.getState().document?.nodes.find((candidate) => candidate.id === node.id);
        if (!current) return;
        const params = setAt(current.params, path, value) as Record<string, unknown>;
        edit({ type: 'set-params', nodeId: node.id, params }, { group: `param-${node.id}-${path.join('.')}`, label: texts.inspector.params.change(title) });
      },
    };
  }, [node.id, definition, diagnostics, document, nodes]);

  const outside = useOutside(node);
  const fields = fieldsOf(schema, node.params);
  const plain = fields.filter((field) => !field.advanced);
  const advanced = fields.filter((field) => field.advanced);
  // “Run it once” is said until it has run.
  const ran = useRun((store) => ['succeeded', 'cached'].includes(store.nodes[node.id]?.status ?? ''));
  const general = diagnostics.filter((item) => (!item.place?.param || item.place.param.length === 0) && !(ran && item.code === 'schema-after-run'));
  return (
    <FormProvider value={outside === null ? form : { ...form, outside }}>
      <div className={cx('flex flex-col p-3', gap(brief))}>
        <LookOnly />
        {general.length > 0 ? (
          <div className="flex flex-col gap-2.5 rounded-md bg-sunken p-2">
            {general.map((item) => (
              <FieldMessage key={`${item.code} ${item.message}`} message={item.message} remedy={item.remedy} severity={item.severity} action={<FixButton finding={item} wraps />} />
            ))}
          </div>
        ) : null}
        {definition.type === 'monitor/data-contract' ? <LearnContract node={node} /> : null}
        <FieldList fields={plain} node={node} brief={brief} />
        {fields.length === 0 ? <p className="text-sm text-muted">{texts.inspector.params.nothing}</p> : null}
        {advanced.length > 0 ? <Advanced fields={advanced} node={node} brief={brief} /> : null}
        {brief ? null : <NodeLimitsSection node={node} definition={definition} />}
        {brief ? null : <Comment node={node} />}
      </div>
    </FormProvider>
  );
}

/** Inside a subflow: its exposed params. */
function useOutside(node: PipelineNode): NonNullable<FormContext['outside']> | null {
  const root = usePipeline((store) => store.root);
  const level = usePipeline((store) => store.level);
  return useMemo(() => {
    const last = level.at(-1);
    const subflow = root === null || last === undefined ? undefined : levelDocument(root, level.slice(0, -1))?.nodes.find(({ id }) => id === last.nodeId);
    if (subflow === undefined || isBoundary(node)) return null;
    return {
      isShown: (param) => subflow.content?.exposed.some((one) => one.node === node.id && one.param === param) ?? false,
      toggle: (param, title) => {
        const command = toggleExposed(subflow, node, param);
        if (command !== null) editRoot(commandAt(level.slice(0, -1), command), { label: texts.inspector.params.change(title) });
      },
    };
  }, [root, level, node]);
}

/** What a source found out there, before it keeps some of it: its probe gives `columns`. */
function sourceColumns(facts: unknown): Schema | null {
  const columns: unknown = typeof facts === 'object' && facts !== null && 'columns' in facts ? facts.columns : null;
  if (!Array.isArray(columns)) return null;
  return columns.every((column: unknown) => typeof column === 'object' && column !== null && 'name' in column && 'type' in column) ? (columns as Schema) : null;
}

const gap = (brief: boolean): string => (brief ? 'gap-2.5' : 'gap-4');

interface FieldListProps {
  readonly fields: readonly FieldSpec[];
  readonly node: PipelineNode;
  readonly brief: boolean;
}

function FieldList({ fields, node, brief }: FieldListProps) {
  return (
    <Editable className={cx('flex flex-col', gap(brief))}>
      {fields.map((field) => (
        <ParamField key={`${node.id} ${field.name}`} field={field} value={field.name in node.params ? node.params[field.name] : field.schema.default} path={[field.name]} />
      ))}
    </Editable>
  );
}

function Advanced({ fields, node, brief }: FieldListProps) {
  const [open, setOpen] = useState(false);
  return (
    <section className={cx('flex flex-col border-t border-line pt-2', gap(brief))}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex h-7 items-center gap-1.5 rounded-sm text-xs font-medium text-muted hover:text-ink">
        <ChevronRight size={13} className={cx('transition-transform duration-120', open && 'rotate-90')} />
        {texts.inspector.params.advanced}
      </button>
      {open ? <FieldList fields={fields} node={node} brief={brief} /> : null}
    </section>
  );
}

function Comment({ node }: { readonly node: PipelineNode }) {
  const [open, setOpen] = useState(node.comment !== undefined);
  const why = useWhyNotEdit();
  if (why !== null && node.comment === undefined) return null;
  if (!open) {
    return (
      <button type="button" onClick={() => setOpen(true)} className="self-start rounded-sm text-xs text-faint hover:text-ink">
        {texts.inspector.params.addComment}
      </button>
    );
  }
  return (
    <label className="flex flex-col gap-1 border-t border-line pt-3">
      <span className="text-xs font-medium text-muted">{texts.inspector.params.comment}</span>
      <TextArea
        value={node.comment ?? ''}
        readOnly={why !== null}
        maxLength={10_000}
        placeholder={texts.inspector.params.commentPlaceholder}
        onChange={(event) => edit({ type: 'set-comment', nodeId: node.id, comment: event.target.value === '' ? null : event.target.value }, { group: `comment-${node.id}` })}
        spellCheck
          className="min-h-14"
      />
    </label>
  );
}

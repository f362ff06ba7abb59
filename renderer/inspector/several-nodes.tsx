import {
  AlignCenterHorizontal,
  AlignCenterVertical,
  AlignEndHorizontal,
  AlignEndVertical,
  AlignHorizontalSpaceAround,
  AlignStartHorizontal,
  AlignStartVertical,
  AlignVerticalSpaceAround,
  Workflow,
  type LucideIcon,
} from 'lucide-react';
import { useMemo } from 'react';
import type { Schema } from '#app/relation/types.ts';
import { useShallow } from 'zustand/react/shallow';
import { actionTable, keysOf, type ActionId } from '../app/shortcuts.ts';
import { actionNeeds, runAction } from '../app/actions.ts';
import { catalogue, titleOf } from '../state/catalogue.ts';
import { inputSchema, useConfiguration } from '../state/configuration.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { useFollowed } from '../state/followed.ts';
import { Button, IconButton } from '../ui/index.ts';
import { Editable, LookOnly } from './editable.tsx';
import { FormProvider, type FormContext } from './form-context.ts';
import { GroupSection } from './group-section.tsx';
import { ParamField } from './param-field.tsx';
import { changeShared, sharedFields, type SharedField } from './shared-params.ts';
import { texts } from '../text/texts.ts';

const arrangements: readonly (readonly [ActionId, LucideIcon])[] = [
  ['arrange.left', AlignStartVertical],
  ['arrange.centre', AlignCenterVertical],
  ['arrange.right', AlignEndVertical],
  ['arrange.top', AlignStartHorizontal],
  ['arrange.middle', AlignCenterHorizontal],
  ['arrange.bottom', AlignEndHorizontal],
  ['arrange.across', AlignHorizontalSpaceAround],
  ['arrange.down', AlignVerticalSpaceAround],
  ['view.tidy', Workflow],
];

const commands = ['run.selected', 'edit.connect', 'edit.group', 'edit.bypass', 'edit.duplicate', 'edit.deleteReconnect', 'edit.delete'] as const satisfies readonly ActionId[];

/** With several nodes selected: their places, the params they share, and what can be done with all of them. */
export function SeveralNodes() {
  const ids = useFollowed((store) => store.nodes);
  const groups = useFollowed((store) => store.groups);
  const nodes = usePipeline(useShallow((store) => store.document?.nodes.filter(({ id }) => ids.includes(id)) ?? []));
  const shared = useMemo(() => sharedFields(nodes, (type) => catalogue.get(type)?.definition), [nodes]);
  const types = new Set(nodes.map(({ type }) => type));
  const [only] = types;
  return (
    <div className="flex h-full flex-col gap-3 overflow-auto p-3" data-testid="several-nodes">
      <LookOnly />
      {groups.length === 1 ? <GroupSection groupId={groups[0] ?? ''} /> : null}
      <div>
        <h2 className="text-base font-semibold">{texts.inspector.several.selected(nodes.length)}</h2>
        <p className="truncate text-xs text-faint">{types.size === 1 && only !== undefined ? texts.inspector.several.all(catalogue.get(only)?.definition.title ?? only) : texts.inspector.several.types(types.size)}</p>
      </div>
      <div role="toolbar" aria-label={texts.inspector.several.arrange} className="-ml-1 flex flex-wrap">
        {arrangements.map(([id, Icon]) => (
          <IconButton key={id} needs={actionNeeds(id)} size="sm" label={actionTable[id].title} keys={keysOf(id)} data-testid={id} onClick={() => runAction(id)}>
            <Icon size={15} />
          </IconButton>
        ))}
      </div>
      {shared.length > 0 ? <SharedForm key={nodes.map(({ id }) => id).join(' ')} shared={shared} /> : <p className="border-t border-line pt-3 text-sm text-muted">{texts.inspector.several.nothing}</p>}
      <div className="flex flex-col border-t border-line pt-2">
        {commands.filter((id) => id !== 'edit.group' || groups.length === 0).map((id) => (
          <Button key={id} needs={actionNeeds(id)} className="justify-start" variant="quiet" onClick={() => runAction(id)}>
            {actionTable[id].title}
          </Button>
        ))}
      </div>
    </div>
  );
}

function SharedForm({ shared }: { readonly shared: readonly SharedField[] }) {
  const document = usePipeline((store) => store.document);
  const ids = useFollowed((store) => store.nodes);
  const configured = useConfiguration((store) => store.nodes);
  const form = useMemo((): FormContext => {
    const chosen = () => usePipeline.getState().document?.nodes.filter(({ id }) => ids.includes(id)) ?? [];
    const portOf = (type: string, from: string | undefined) => from ?? catalogue.get(type)?.definition.inputs.find((port) => port.kind === 'table')?.name ?? '';
    return {
      nodeId: ids.at(-1) ?? '',
      diagnostics: [],
      // Columns that every node has; a node whose columns are not known yet does not narrow them.
      columns: (from) => {
        const schemas = document ? chosen().flatMap((node) => {
          const schema = inputSchema(document, configured, node.id, portOf(node.type, from));
          return schema === null ? [] : [schema];
        }) : [];
        return schemas.length === 0 ? null : common(schemas);
      },
      isConnected: (from) => chosen().every((node) => document?.edges.some(({ to }) => to.node === node.id && to.port === portOf(node.type, from)) ?? false),
      change: (path, value, title) => {
        const nodes = chosen();
        edit(changeShared(nodes, path, value), { group: `shared-${ids.join(' ')}-${path.join('.')}`, label: texts.inspector.several.change(title, nodes.length) });
      },
    };
  }, [document, ids, configured]);
  const nodes = document?.nodes.filter(({ id }) => ids.includes(id)) ?? [];
  return (
    <FormProvider value={form}>
      <section aria-label={texts.inspector.several.shared} className="flex flex-col gap-4 border-t border-line pt-3">
        {shared.map(({ field, value, differs, values }) => (
          <div key={field.name} data-testid={`shared-${field.name}`} data-differs={differs || undefined}>
            <Editable>
              <ParamField field={field} value={value} path={[field.name]} />
            </Editable>
            {differs ? (
              <p className="mt-1 text-xs text-warn-ink" title={nodes.map((node) => titleOf(node)).join(', ')}>
                {texts.inspector.several.differ(`${values.join(', ')}${values.length === 4 ? ' …' : ''}`)}
              </p>
            ) : null}
          </div>
        ))}
      </section>
    </FormProvider>
  );
}

/** Columns with the same name and type in all schemas. */
function common(schemas: readonly Schema[]): Schema {
  const [first = [], ...others] = schemas;
  return first.filter((column) => others.every((schema) => schema.some(({ name, type }) => name === column.name && type === column.type)));
}

import { Copy, ListPlus, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { PipelineNode, SubflowContent, SubflowRepeat } from '#app/pipeline/document.ts';
import { boundaryKind, inputType } from '#app/pipeline/subflow/index.ts';
import { client, diagnosticOf } from '../../rpc/client.ts';
import { titleOf } from '../../state/catalogue.ts';
import { inputSchema, useConfiguration } from '../../state/configuration.ts';
import { engineSubject } from '../../state/level.ts';
import { notify } from '../../state/notices.ts';
import { edit, usePipeline } from '../../state/pipeline.ts';
import { Button, Field, IconButton, Input, Segmented, Select } from '../../ui/index.ts';
import { texts } from '../../text/texts.ts';
import { ColumnPicker } from '../column-picker.tsx';
import { ListEditor } from '../rows-editor.tsx';
import { shownParams, shownTitle } from './exposed.ts';
import { ShownField } from './subflow-form.tsx';

type Subflow = PipelineNode & { content: SubflowContent };
type OverParams = Extract<SubflowRepeat, { over: 'params' }>;
type OverGroups = Extract<SubflowRepeat, { over: 'groups' }>;

/** More groups than this are not taken over at once. */
const mostGroups = 200;

function setRepeat(node: Subflow, repeat: SubflowRepeat | undefined, label: string, group?: string): void {
  const { repeat: _, ...rest } = node;
  edit({ type: 'replace-node', node: repeat === undefined ? rest : { ...rest, repeat } }, { label, ...(group === undefined ? {} : { group: `repeat-${node.id}-${group}` }) });
}

/** Whether a subflow runs once, for each of a list of values, or for each group of rows. */
export function RepeatSection({ node }: { readonly node: Subflow }) {
  const { repeat } = node;
  const words = texts.inspector.subflow.repeat;
  const inputs = node.content.nodes.filter((one) => one.type === inputType && boundaryKind(one) === 'table');
  const choose = (over: string): void => {
    if (over === 'once') setRepeat(node, undefined, words.off);
    else if (over === 'params') setRepeat(node, { over: 'params', column: 'run', runs: [{ label: '', params: {} }] }, words.on);
    else setRepeat(node, { over: 'groups', input: inputs[0]?.id ?? '', by: '', values: [], column: 'group' }, words.on);
  };
  return (
    <section aria-label={words.title} data-testid="repeat-section" className="flex flex-col gap-3 border-t border-line pt-3">
      <Field label={words.title} hint={repeat === undefined ? words.onceHint : repeat.over === 'params' ? words.paramsHint : words.groupsHint}>
        {() => <Segmented label={words.title} value={repeat?.over ?? 'once'} items={[{ value: 'once', label: words.once }, { value: 'params', label: words.params }, { value: 'groups', label: words.groups }]} onChange={choose} />}
      </Field>
      {repeat?.over === 'params' ? <Runs node={node} repeat={repeat} /> : null}
      {repeat?.over === 'groups' ? <Groups node={node} repeat={repeat} inputs={inputs} /> : null}
      {repeat === undefined ? null : (
        <Field label={words.column} hint={words.columnHint}>
          {({ id }) => <Input id={id} value={repeat.column} placeholder={texts.common.none} onChange={(event) => setRepeat(node, { ...repeat, column: event.target.value }, words.change, 'column')} />}
        </Field>
      )}
    </section>
  );
}

function Runs({ node, repeat }: { readonly node: Subflow; readonly repeat: OverParams }) {
  const words = texts.inspector.subflow.repeat;
  const all = shownParams(node.content);
  const change = (runs: OverParams['runs'], group?: string): void => setRepeat(node, { ...repeat, runs }, words.change, group);
  const changed = (index: number, run: OverParams['runs'][number], group: string): void => change(repeat.runs.map((one, at) => (at === index ? run : one)), `${index}-${group}`);
  return (
    <>
      {all.length === 0 ? <p className="text-xs text-muted">{words.noParams}</p> : null}
      <ol className="flex flex-col gap-2">
        {repeat.runs.map((run, index) => (
          <li key={index} data-testid={`run-${index}`} className="rounded-md border border-line bg-surface">
            <div className="flex h-8 items-center gap-1 border-b border-line pl-1 pr-0.5">
              <Input aria-label={words.label(index + 1)} value={run.label} placeholder={String(index + 1)} className="!h-6" onChange={(event) => changed(index, { ...run, label: event.target.value }, 'label')} />
              <IconButton size="sm" label={words.copy} onClick={() => change([...repeat.runs.slice(0, index + 1), { ...run, label: '' }, ...repeat.runs.slice(index + 1)])}>
                <Copy size={13} />
              </IconButton>
              <IconButton size="sm" label={texts.common.remove} onClick={() => change(repeat.runs.filter((_, at) => at !== index))}>
                <Trash2 size={13} />
              </IconButton>
            </div>
            <div className="flex flex-col gap-2.5 p-2.5">
              {all.map((shown) => {
                const { name } = shown.exposed;
                return (
                  <ShownField
                    key={name}
                    subflow={node}
                    shown={shown}
                    all={all}
                    value={run.params[name]}
                    otherwise={node.params[name] ?? shown.inside}
                    onChange={(value) => changed(index, { ...run, params: { ...run.params, [name]: value } }, name)}
                    onReset={() => changed(index, { ...run, params: Object.fromEntries(Object.entries(run.params).filter(([key]) => key !== name)) }, name)}
                  />
                );
              })}
            </div>
          </li>
        ))}
      </ol>
      <Button size="sm" icon={<Plus size={13} />} className="self-start" data-testid="run-add" onClick={() => change([...repeat.runs, { label: '', params: { ...repeat.runs.at(-1)?.params } }])}>
        {words.add}
      </Button>
    </>
  );
}

function Groups({ node, repeat, inputs }: { readonly node: Subflow; readonly repeat: OverGroups; readonly inputs: readonly PipelineNode[] }) {
  const words = texts.inspector.subflow.repeat;
  const document = usePipeline((store) => store.document);
  const configured = useConfiguration((store) => store.nodes);
  const [loading, setLoading] = useState(false);
  const columns = document === null ? null : inputSchema(document, configured, node.id, repeat.input);
  const source = document?.edges.find((edge) => edge.to.node === node.id && edge.to.port === repeat.input)?.from;
  const all = shownParams(node.content);
  const change = (part: Partial<OverGroups>, group?: string): void => setRepeat(node, { ...repeat, ...part }, words.change, group);
  const take = async (): Promise<void> => {
    const subject = source === undefined ? null : engineSubject(source.node, source.port);
    if (subject === null || repeat.by === '') return;
    setLoading(true);
    try {
      const { values, distinct } = await client.values.list({ ...subject, column: repeat.by, search: '', limit: mostGroups });
      change({ values: values.map(({ value }) => value).toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true })) });
      if (distinct > values.length) notify({ severity: 'warning', message: words.tooMany(distinct, values.length), remedy: words.tooManyRemedy });
    } catch (error) {
      notify(diagnosticOf(error));
    } finally {
      setLoading(false);
    }
  };
  return (
    <>
      {inputs.length > 1 ? (
        <Field label={words.input}>
          {({ id }) => <Select id={id} label={words.input} value={repeat.input} items={inputs.map((one) => ({ value: one.id, label: titleOf(one) }))} onChange={(input) => change({ input, by: '', values: [] })} />}
        </Field>
      ) : null}
      <Field label={words.by} testId="repeat-by">
        {({ id }) => <ColumnPicker id={id} label={words.by} value={repeat.by} columns={columns} types={['string', 'boolean', 'integer', 'date']} optional={false} invalid={false} onChange={(by) => change({ by, values: [], column: by === '' ? repeat.column : `${by}_group` })} />}
      </Field>
      <Field
        label={words.values}
        trailing={
          <Button size="sm" variant="quiet" icon={<ListPlus size={13} />} busy={loading} disabled={repeat.by === '' || source === undefined} data-testid="repeat-take" onClick={() => void take()}>
            {words.take}
          </Button>
        }
      >
        {() => <ListEditor values={repeat.values} numeric={false} title={words.values} change={(values) => change({ values: values.map(String) })} />}
      </Field>
      {all.length > 0 ? (
        <Field label={words.param} hint={words.paramHint}>
          {({ id }) => (
            <Select
              id={id}
              label={words.param}
              value={repeat.param ?? ''}
              items={[{ value: '', label: texts.common.none }, ...all.map((shown) => ({ value: shown.exposed.name, label: shownTitle(shown, all) }))]}
              onChange={(param) => {
                const { param: _, ...rest } = repeat;
                setRepeat(node, param === '' ? rest : { ...rest, param }, words.change);
              }}
            />
          )}
        </Field>
      ) : null}
    </>
  );
}

import { useState } from 'react';
import type { PipelineNode, SubflowContent } from '#app/pipeline/document.ts';
import { isChanged, latest, updateUse, type Component } from '#app/pipeline/subflow/index.ts';
import { titleOf } from '../../state/catalogue.ts';
import { createComponent, loadComponents, publishComponent, removeComponent, useComponents } from '../../state/components.ts';
import { notify } from '../../state/notices.ts';
import { edit } from '../../state/pipeline.ts';
import { tellDeleted } from '../../trash/trash.ts';
import { Button, Field, Input } from '../../ui/index.ts';
import { texts } from '../../text/texts.ts';

type Subflow = PipelineNode & { content: SubflowContent };

const replace = (node: PipelineNode, label: string): boolean => edit({ type: 'replace-node', node }, { label });

/** The component that a subflow is a use of, or the way to make it one. */
export function ComponentSection({ node }: { readonly node: Subflow }) {
  const components = useComponents((store) => store.components);
  const words = texts.inspector.subflow.component;
  const component = components.find(({ id }) => id === node.component?.id);
  return (
    <section aria-label={words.title} data-testid="component-section" className="flex flex-col gap-2 border-t border-line pt-3">
      <h3 className="text-xs font-medium text-muted">{words.title}</h3>
      {node.component === undefined ? <SaveAs node={node} /> : component === undefined ? <Orphan node={node} /> : <Use node={node} component={component} used={node.component} />}
    </section>
  );
}

function SaveAs({ node }: { readonly node: Subflow }) {
  const words = texts.inspector.subflow.component;
  const [title, setTitle] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    const component = await createComponent(title ?? titleOf(node), node);
    setBusy(false);
    if (component === null) return;
    replace({ ...node, component: { id: component.id, version: 1, title: component.title } }, words.save);
    notify({ severity: 'info', message: words.saved(component.title, 1) });
  };
  return (
    <>
      <Field label={words.name} hint={words.hint}>
        {({ id }) => <Input id={id} value={title ?? titleOf(node)} maxLength={200} data-testid="component-title" onChange={(event) => setTitle(event.target.value)} />}
      </Field>
      <Button size="sm" busy={busy} className="self-start" data-testid="component-save" onClick={() => void save()}>
        {words.save}
      </Button>
    </>
  );
}

function Orphan({ node }: { readonly node: Subflow }) {
  const words = texts.inspector.subflow.component;
  return (
    <>
      <p className="text-xs text-muted">{words.missing}</p>
      <Unlink node={node} />
    </>
  );
}

function Unlink({ node }: { readonly node: Subflow }) {
  const words = texts.inspector.subflow.component;
  const { component: _, ...rest } = node;
  return (
    <Button size="sm" variant="quiet" className="self-start" onClick={() => replace(rest, words.unlink)}>
      {words.unlink}
    </Button>
  );
}

function Use({ node, component, used }: { readonly node: Subflow; readonly component: Component; readonly used: NonNullable<PipelineNode['component']> }) {
  const words = texts.inspector.subflow.component;
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const newest = latest(component).number;
  const changed = isChanged(node, component);
  const publish = async (): Promise<void> => {
    setBusy(true);
    const published = await publishComponent(component.id, used.version, node, note);
    setBusy(false);
    if (published === null) return;
    setNote('');
    const { number } = latest(published);
    replace({ ...node, component: { ...used, version: number, title: published.title } }, words.publish);
    notify({ severity: 'info', message: words.saved(published.title, number) });
  };
  const remove = async (): Promise<void> => {
    setBusy(true);
    const trashed = await removeComponent(component.id);
    if (trashed === null) setBusy(false);
    else tellDeleted(component.title, trashed, () => void loadComponents(), words.removed(component.title));
  };
  return (
    <>
      <p className="text-sm">
        {words.version(component.title, used.version)}
        {changed ? <span className="text-warn-ink"> {words.changed}</span> : null}
      </p>
      {newest > used.version ? (
        <div className="flex flex-col gap-1.5 rounded-md bg-accent-soft p-2" data-testid="component-newer">
          <p className="text-xs">
            {words.newer(newest)} {latest(component).note}
          </p>
          <Button size="sm" variant="primary" className="self-start" data-testid="component-update" onClick={() => replace(updateUse(node, component), words.updated(newest))}>
            {words.update(newest)}
          </Button>
        </div>
      ) : null}
      {changed ? (
        <>
          {newest === used.version ? (
            <>
              <Field label={words.note}>{({ id }) => <Input id={id} value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} />}</Field>
              <Button size="sm" busy={busy} className="self-start" data-testid="component-publish" onClick={() => void publish()}>
                {words.publish}
              </Button>
            </>
          ) : null}
          <Button size="sm" variant="quiet" className="self-start" onClick={() => replace(updateUse(node, component, used.version), words.revert)}>
            {words.revert}
          </Button>
        </>
      ) : null}
      <div className="flex flex-wrap gap-1">
        <Unlink node={node} />
        <Button needs="edit" size="sm" variant="quiet" busy={busy} data-testid="component-remove" onClick={() => void remove()}>
          {words.remove}
        </Button>
      </div>
    </>
  );
}

import { useState } from 'react';
import { Archive, CloudUpload, FlaskConical, Rocket, Tag, Tags, ThumbsDown, ThumbsUp, Trash2, CircleDashed } from 'lucide-react';
import type { VersionSummary } from '#app/protocol/sections/registry.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { tellUndoable } from '../state/undoable.ts';
import type { MenuItem } from '../ui/index.ts';
import { AliasDialog, PromoteDialog, RemoveDialog, VerdictDialog } from './change-dialogs.tsx';
import { registryChanged } from './models-store.ts';
import { PushDialog } from './push-dialog.tsx';
import type { Stage } from './stage-chip.tsx';
import { texts } from '../text/texts.ts';

type Asked = { readonly what: 'promote' | 'alias' | 'approve' | 'reject' | 'remove' | 'push'; readonly version: VersionSummary } | null;

/** What can be done with a version, as items of a menu, and the dialogs that some of it asks by. */
export function useVersionActions(versions: readonly VersionSummary[]): { readonly items: (version: VersionSummary) => MenuItem[]; readonly ask: (what: NonNullable<Asked>['what'], version: VersionSummary) => void; readonly dialogs: React.ReactNode } {
  const [asked, setAsked] = useState<Asked>(null);
  const ask = (what: NonNullable<Asked>['what'], version: VersionSummary) => setAsked({ what, version });
  const close = () => setAsked(null);
  const move = async ({ name, version, stage: before }: VersionSummary, stage: Stage) => {
    try {
      await client.registry.setStage({ name, version, stage });
      const message = texts.registry.moved(version, texts.registry.stages[stage]);
      // Into production leads a dialog, with its rules.
      if (before === 'production') notify({ severity: 'info', message });
      else tellUndoable(message, () => client.registry.setStage({ name, version, stage: before }).then(registryChanged));
      registryChanged();
    } catch (error) {
      notify(diagnosticOf(error));
    }
  };
  const removeAlias = async ({ name, version }: VersionSummary, alias: string) => {
    try {
      await client.registry.removeAlias({ name, alias });
      tellUndoable(texts.registry.aliasRemoved(alias, version), () => client.registry.setAlias({ name, version, alias }).then(registryChanged));
      registryChanged();
    } catch (error) {
      notify(diagnosticOf(error));
    }
  };
  const items = (one: VersionSummary): MenuItem[] => {
    const stage = (to: Stage, icon: React.ReactNode): MenuItem[] => (one.stage === to ? [] : [{ id: to, needs: 'operate', label: to === 'archived' ? texts.registry.archive : texts.registry.moveTo(texts.registry.stages[to]), icon, onSelect: () => void move(one, to) }]);
    return [
      ...(one.stage === 'production' ? [] : [{ id: 'promote', needs: 'operate', label: texts.registry.promote, icon: <Rocket />, onSelect: () => ask('promote', one) } satisfies MenuItem]),
      ...stage('staging', <FlaskConical />),
      ...stage('candidate', <CircleDashed />),
      ...stage('archived', <Archive />),
      { kind: 'separator', id: 's1' },
      { id: 'alias', needs: 'operate', label: texts.registry.setAlias, icon: <Tag />, onSelect: () => ask('alias', one) },
      ...one.aliases.map((alias): MenuItem => ({ id: `alias ${alias}`, needs: 'operate', label: texts.registry.removeAlias(alias), icon: <Tags />, onSelect: () => void removeAlias(one, alias) })),
      { kind: 'separator', id: 's2' },
      { id: 'approve', needs: 'operate', label: texts.registry.approve, icon: <ThumbsUp />, onSelect: () => ask('approve', one) },
      { id: 'reject', needs: 'operate', label: texts.registry.reject, icon: <ThumbsDown />, onSelect: () => ask('reject', one) },
      { kind: 'separator', id: 's3' },
      { id: 'push', needs: 'operate', label: texts.registry.pushTo, icon: <CloudUpload />, onSelect: () => ask('push', one) },
      { id: 'remove', needs: 'admin', label: texts.registry.remove, icon: <Trash2 />, danger: true, onSelect: () => ask('remove', one) },
    ];
  };
  const dialogs =
    asked === null ? null : asked.what === 'promote' ? (
      <PromoteDialog version={asked.version} production={versions.filter(({ stage, version }) => stage === 'production' && version !== asked.version.version).map(({ version }) => version)} onClose={close} />
    ) : asked.what === 'alias' ? (
      <AliasDialog version={asked.version} versions={versions} onClose={close} />
    ) : asked.what === 'remove' ? (
      <RemoveDialog version={asked.version} onClose={close} />
    ) : asked.what === 'push' ? (
      <PushDialog version={asked.version} onClose={close} />
    ) : (
      <VerdictDialog version={asked.version} verdict={asked.what === 'approve' ? 'approved' : 'rejected'} onClose={close} />
    );
  return { items, ask, dialogs };
}

import { useState } from 'react';
import type { VersionSummary } from '#app/protocol/sections/registry.ts';
import { client } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { Checkbox, Field, Input, TextArea } from '../ui/index.ts';
import { AskDialog } from './ask-dialog.tsx';
import { openModel } from './models-store.ts';
import { versionShort } from './metric-words.ts';
import { texts } from '../text/texts.ts';

interface DialogProps {
  readonly version: VersionSummary;
  readonly onClose: () => void;
}

const short = (versions: readonly number[]): string => versions.map(versionShort).join(', ');

/** To production: says which version it takes the place of. */
export function PromoteDialog({ version: { name, version }, production, onClose }: DialogProps & { readonly production: readonly number[] }) {
  const words = texts.registry.promoteDialog;
  const [keep, setKeep] = useState(false);
  const go = async (anyway: boolean) => {
    const { archived } = await client.registry.setStage({ name, version, stage: 'production', keep, anyway });
    notify({ severity: 'info', message: archived.length === 0 ? texts.registry.moved(version, texts.registry.stages.production) : texts.registry.promotedArchived(version, short(archived)) });
  };
  return (
    <AskDialog title={words.title(version)} what={words.what(name)} go={words.go} anyway={words.anyway} over={['model-rejected', 'approvals-missing']} onGo={go} onClose={onClose}>
      {production.length === 0 ? null : (
        <>
          <p>{words.replaces(short(production))}</p>
          <label className="flex items-center gap-2">
            <Checkbox label={words.keep} checked={keep} onChange={setKeep} />
            <span aria-hidden>{words.keep}</span>
          </label>
        </>
      )}
    </AskDialog>
  );
}

export function RollBackDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const words = texts.registry.rollbackDialog;
  const go = async () => {
    const { version } = await client.registry.rollBack({ name });
    notify({ severity: 'info', message: texts.registry.rolledBack(version) });
    openModel(name, version);
  };
  return <AskDialog title={words.title(name)} what={words.what} go={words.go} onGo={go} onClose={onClose} />;
}

export function AliasDialog({ version: { name, version }, versions, onClose }: DialogProps & { readonly versions: readonly VersionSummary[] }) {
  const words = texts.registry.aliasDialog;
  const [alias, setAlias] = useState('');
  const elsewhere = versions.find((one) => one.version !== version && one.aliases.includes(alias.trim()));
  const go = async () => {
    await client.registry.setAlias({ name, version, alias: alias.trim() });
  };
  return (
    <AskDialog title={words.title(version)} what={words.what} go={words.go} disabled={alias.trim() === ''} onGo={go} onClose={onClose}>
      <Field label={words.label} hint={elsewhere === undefined ? undefined : words.moves(elsewhere.version)}>
        {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} autoFocus value={alias} placeholder={words.example} onChange={(event) => setAlias(event.target.value)} />}
      </Field>
    </AskDialog>
  );
}

export function VerdictDialog({ version: { name, version }, verdict, onClose }: DialogProps & { readonly verdict: 'approved' | 'rejected' }) {
  const words = texts.registry.verdictDialog;
  const [note, setNote] = useState('');
  const isApproval = verdict === 'approved';
  const go = async () => {
    await client.registry.approve({ name, version, verdict, note: note.trim() });
  };
  return (
    <AskDialog title={isApproval ? words.approve(version) : words.reject(version)} what={words.what} go={isApproval ? words.approveGo : words.rejectGo} danger={!isApproval} onGo={go} onClose={onClose}>
      <Field label={words.label}>{({ id }) => <TextArea id={id} autoFocus value={note} onChange={(event) => setNote(event.target.value)} />}</Field>
    </AskDialog>
  );
}

export function RemoveDialog({ version: { name, version }, onClose }: DialogProps) {
  const words = texts.registry.removeDialog;
  const go = async (anyway: boolean) => {
    await client.registry.remove({ name, version, anyway });
    notify({ severity: 'info', message: texts.registry.removed(name, version) });
    openModel(name);
  };
  return <AskDialog title={words.title(version)} what={words.what} go={words.go} anyway={words.anyway} over={['model-in-use']} danger onGo={go} onClose={onClose} />;
}

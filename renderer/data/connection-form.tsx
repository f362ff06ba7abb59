import { useState } from 'react';
import { databaseTitles, connectionName, databaseKinds, isFileDatabase, tlsModes, type Connection, type DatabaseKind } from '#app/sdk/databases.ts';
import { FilePicker } from '../inspector/file-picker.tsx';
import { client, diagnosticOf, type EngineClient } from '../rpc/client.ts';
import { Badge, Button, Dialog, Field, FieldMessage, Input, Select } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

export type Listed = Awaited<ReturnType<EngineClient['connections']['list']>>[number];
type Tested = Awaited<ReturnType<EngineClient['connections']['test']>>;

const fresh: Connection = { name: '', kind: 'postgres', host: 'localhost', port: 0, database: '', user: '', tls: 'prefer', path: '' };
const usualPorts: Readonly<Record<DatabaseKind, string>> = { postgres: '5432', mysql: '3306', sqlite: '', duckdb: '' };
const tlsLabels = { off: texts.data.form.tls.off, prefer: texts.data.form.tls.prefer, require: texts.data.form.tls.require, verify: texts.data.form.tls.verify } as const;

interface ConnectionFormProps {
  /** Null: a new one. */
  readonly listed: Listed | null;
  readonly taken: readonly string[];
  readonly close: (saved: boolean) => void;
}

/** Adds or edits a connection; what is typed as password goes to the engine and nowhere else. */
export function ConnectionForm({ listed, taken, close }: ConnectionFormProps) {
  const [draft, setDraft] = useState<Connection>(listed?.connection ?? fresh);
  const [password, setPassword] = useState<string | null>(null);
  const [tested, setTested] = useState<Tested | null>(null);
  const [busy, setBusy] = useState<'test' | 'save' | null>(null);
  const [failure, setFailure] = useState<ReturnType<typeof diagnosticOf> | null>(null);
  const file = isFileDatabase(draft.kind);
  const set = (part: Partial<Connection>) => {
    setDraft({ ...draft, ...part });
    setTested(null);
  };
  const nameProblem = draft.name !== '' && !connectionName.safeParse(draft.name).success ? texts.data.form.nameRule : draft.name !== listed?.connection.name && taken.includes(draft.name) ? texts.data.form.nameTaken : null;
  const ready = draft.name !== '' && nameProblem === null && (file ? draft.path !== '' : draft.user !== '');

  const test = async () => {
    setBusy('test');
    setTested(null);
    try {
      setTested(await client.connections.test({ connection: { ...draft, name: draft.name || 'new' }, password }));
    } catch (error) {
      setTested({ ok: false, diagnostic: diagnosticOf(error) as never });
    }
    setBusy(null);
  };
  const save = async () => {
    setBusy('save');
    try {
      await client.connections.save({ connection: draft, password, previous: listed?.connection.name ?? null });
      close(true);
    } catch (error) {
      setFailure(diagnosticOf(error));
      setBusy(null);
    }
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close(false)}
      title={listed === null ? texts.data.form.addTitle : texts.data.form.editTitle(listed.connection.name)}
      description={texts.data.form.what}
      footer={
        <>
          <Button onClick={() => void test()} busy={busy === 'test'} disabled={busy !== null || (file ? draft.path === '' : draft.user === '')} data-testid="connection-test">
            {texts.data.form.test}
          </Button>
          <Button variant="primary" onClick={() => void save()} busy={busy === 'save'} disabled={!ready || busy !== null} data-testid="connection-save">
            {listed === null ? texts.common.add : texts.common.save}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3" data-testid="connection-form">
        <div className="grid grid-cols-2 gap-3">
          <Field label={texts.common.name} errors={nameProblem === null ? [] : [{ message: nameProblem }]}>
            {({ id }) => <Input id={id} value={draft.name} placeholder="shop" onChange={(event) => set({ name: event.target.value })} />}
          </Field>
          <Field label={texts.data.form.database}>
            {({ id }) => <Select id={id} label={texts.data.form.database} value={draft.kind} items={databaseKinds.map((kind) => ({ value: kind, label: databaseTitles[kind] }))} onChange={(kind) => set({ kind: kind as DatabaseKind })} />}
          </Field>
        </div>
        {file ? (
          <Field label={texts.data.form.file} hint={texts.data.form.fileHint}>
            {({ id }) => <FilePicker id={id} label={texts.data.form.databaseFile} value={draft.path} folder={false} extensions={draft.kind === 'sqlite' ? ['sqlite', 'sqlite3', 'db', 'db3'] : ['duckdb', 'db']} invalid={false} onChange={(path) => set({ path })} />}
          </Field>
        ) : (
          <>
            <div className="grid grid-cols-[1fr_96px] gap-3">
              <Field label={texts.data.form.host}>{({ id }) => <Input id={id} value={draft.host} placeholder="localhost" onChange={(event) => set({ host: event.target.value.trim() })} />}</Field>
              <Field label={texts.data.form.port}>
                {({ id }) => <Input id={id} inputMode="numeric" value={draft.port === 0 ? '' : String(draft.port)} placeholder={usualPorts[draft.kind]} onChange={(event) => set({ port: Math.min(65_535, Number(event.target.value.replace(/\D/g, ''))) })} />}
              </Field>
            </div>
            <Field label={texts.data.form.databaseName}>{({ id }) => <Input id={id} value={draft.database} placeholder="shop" onChange={(event) => set({ database: event.target.value })} />}</Field>
            <div className="grid grid-cols-2 gap-3">
              <Field label={texts.data.form.user}>{({ id }) => <Input id={id} value={draft.user} onChange={(event) => set({ user: event.target.value })} />}</Field>
              <Field label={texts.data.form.password} hint={listed?.secret === 'environment' ? texts.data.form.fromVariable(listed.variable) : texts.data.form.stored}>
                {({ id }) => <Input id={id} type="password" autoComplete="new-password" value={password ?? ''} placeholder={listed?.secret === 'file' ? texts.data.form.asStored : ''} onChange={(event) => setPassword(event.target.value === '' ? null : event.target.value)} />}
              </Field>
            </div>
            <Field label={texts.data.form.encryption}>{({ id }) => <Select id={id} label={texts.data.form.encryption} value={draft.tls} items={tlsModes.map((mode) => ({ value: mode, label: tlsLabels[mode] }))} onChange={(mode) => set({ tls: mode as Connection['tls'] })} />}</Field>
          </>
        )}
        <div role="status" className="min-h-5">
          {tested === null ? null : tested.ok ? <Badge tone="good">{texts.data.form.works(tested.version)}</Badge> : <FieldMessage message={tested.diagnostic.message} remedy={tested.diagnostic.remedy} />}
          {failure === null ? null : <FieldMessage message={failure.message} remedy={failure.remedy} />}
        </div>
      </div>
    </Dialog>
  );
}

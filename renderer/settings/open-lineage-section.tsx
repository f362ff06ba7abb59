import { useEffect, useState } from 'react';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { Button, Input, Switch, WhyLocked, useMay } from '../ui/index.ts';
import { Group, Row } from './group.tsx';

/** Where every run is told to other tools: a file of the project, a server. */
export function OpenLineageSection() {
  // Where runs are told to, and with what key, is for those who operate.
  return useMay('operate') === null ? <Settings /> : null;
}

function Settings() {
  const state = useQuery('openlineage', (signal) => client.trace.openLineage.get(undefined, { signal }));
  const [url, setUrl] = useState('');
  const [key, setKey] = useState('');
  const [namespace, setNamespace] = useState('');
  const [busy, setBusy] = useState(false);
  const found = state.data;
  const why = useMay('admin');
  useEffect(() => {
    if (found === null) return;
    setUrl(found.url);
    setNamespace(found.namespace);
  }, [found]);
  const { openLineage } = texts.trace;
  if (state.error) return <Notice diagnostic={state.error} />;
  if (found === null) return null;
  const save = async (file: boolean) => {
    setBusy(true);
    try {
      await client.trace.openLineage.set({ file, url: url.trim(), namespace: namespace.trim(), key: key === '' ? null : key });
      setKey('');
      state.reload();
      notify({ severity: 'info', message: openLineage.saved });
    } catch (error) {
      notify(diagnosticOf(error));
    } finally {
      setBusy(false);
    }
  };
  const notes = [found.chosen ? null : openLineage.notChosen, found.fromEnvironment === null ? null : openLineage.fromEnvironment(found.fromEnvironment), found.waiting === 0 ? null : openLineage.waiting(found.waiting), found.lastError].filter((note) => note !== null);
  return (
    <Group title={openLineage.title}>
      <p className="border-b border-line px-4 py-2 text-sm text-muted">{openLineage.what}</p>
      {why === null ? null : (
        <div className="border-b border-line px-4 py-2">
          <WhyLocked why={why} />
        </div>
      )}
      <Row title={openLineage.file} detail={openLineage.fileHint}>
        <Switch needs="admin" label={openLineage.file} checked={found.file} onChange={(file) => void save(file)} />
      </Row>
      <Row title={openLineage.url} detail={openLineage.urlHint}>
        <Input aria-label={openLineage.url} value={url} readOnly={why !== null} placeholder={openLineage.urlExample} onChange={(event) => setUrl(event.target.value)} className="w-72" />
      </Row>
      <Row title={openLineage.key} detail={openLineage.keyHint}>
        <Input aria-label={openLineage.key} type="password" autoComplete="off" value={key} readOnly={why !== null} placeholder={found.key === 'none' ? '' : openLineage.keyThere} onChange={(event) => setKey(event.target.value)} className="w-72" />
      </Row>
      <Row title={openLineage.namespace} detail={openLineage.namespaceHint}>
        <Input aria-label={openLineage.namespace} value={namespace} readOnly={why !== null} onChange={(event) => setNamespace(event.target.value)} className="w-72" />
      </Row>
      <div className="flex items-center justify-between gap-4 px-4 py-2">
        <div className="text-xs text-muted" role="status">
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </div>
        <Button needs="admin" busy={busy} onClick={() => void save(found.file)}>
          {openLineage.save}
        </Button>
      </div>
    </Group>
  );
}

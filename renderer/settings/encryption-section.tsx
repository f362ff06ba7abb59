import { useState } from 'react';
import { Lock, LockOpen } from 'lucide-react';
import { formatBytes, formatCount } from '#app/core/units.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { Badge, Button, Switch } from '../ui/index.ts';
import { ConvertDialog } from './convert-dialog.tsx';
import { Group, Row } from './group.tsx';
import { KeyDialog } from './key-dialog.tsx';

type Opened = 'encrypt' | 'decrypt' | 'change' | 'recovery';

/** Whether the project is encrypted, and its keys. */
export function EncryptionSection() {
  const state = useQuery('encryption', (signal) => client.encryption.state(undefined, { signal }));
  const plain = useQuery('encryption-plain-files', (signal) => client.encryption.plainFiles(undefined, { signal }));
  const [opened, setOpened] = useState<Opened | null>(null);
  const words = texts.settings.encryption;
  if (state.error) return <Notice diagnostic={state.error} />;
  if (state.data === null) return null;
  const { isEncrypted, canConvert, inMemory, canRemember, isRemembered, keychainTrouble } = state.data;
  const close = (): void => setOpened(null);
  return (
    <Group title={words.title}>
      <Row title={words.project} detail={isEncrypted ? words.encryptedHow : words.plainHow}>
        <Badge tone={isEncrypted ? 'good' : 'neutral'}>{isEncrypted ? words.encrypted : words.plain}</Badge>
        {canConvert ? (
          <Button needs="admin" icon={isEncrypted ? <LockOpen size={14} /> : <Lock size={14} />} onClick={() => setOpened(isEncrypted ? 'decrypt' : 'encrypt')}>
            {isEncrypted ? words.decrypt : words.encrypt}
          </Button>
        ) : (
          <span className="text-xs text-muted">{words.byCommandLine}</span>
        )}
      </Row>
      {plain.data !== null && plain.data.files > 0 ? <StaysPlain found={plain.data} isEncrypted={isEncrypted} /> : null}
      {isEncrypted ? (
        <>
          <Row title={words.passphrase} detail={words.passphraseHow}>
            <Button needs="admin" onClick={() => setOpened('change')}>{words.change}</Button>
          </Row>
          <Row title={words.recoveryKey} detail={words.recoveryHow}>
            <Button needs="admin" onClick={() => setOpened('recovery')}>{words.renew}</Button>
          </Row>
          {canConvert ? (
            <Row title={words.keychain} detail={keychainTrouble !== null ? texts.lock.keychain[keychainTrouble] : canRemember ? words.keychainHow : words.noKeychain}>
              {canRemember ? <Switch label={words.keychain} checked={isRemembered} onChange={(on) => void client.encryption.remember({ on }).then(state.reload, (error: unknown) => notify(diagnosticOf(error)))} /> : null}
            </Row>
          ) : null}
          <Row title={words.working} detail={inMemory ? words.inMemory : words.notInMemory}>
            <Badge tone={inMemory ? 'good' : 'warn'}>{inMemory ? words.memory : words.disk}</Badge>
          </Row>
        </>
      ) : null}
      {opened === 'encrypt' || opened === 'decrypt' ? <ConvertDialog to={opened === 'encrypt' ? 'encrypted' : 'plain'} onClose={close} /> : null}
      {opened === 'change' || opened === 'recovery' ? <KeyDialog what={opened} onClose={close} /> : null}
    </Group>
  );
}

/** People's own files in the project's folder, which encryption does not touch. */
function StaysPlain({ found, isEncrypted }: { readonly found: Awaited<ReturnType<typeof client.encryption.plainFiles>>; readonly isEncrypted: boolean }) {
  const words = texts.settings.encryption;
  const shown = found.places.slice(0, 4).map(({ name, files, bytes }) => `${name}: ${formatCount(files)} (${formatBytes(bytes)})`);
  return (
    <Row title={words.staysPlain} detail={`${isEncrypted ? words.staysPlainHow : words.wouldStayPlain} ${[...shown, ...(found.places.length > shown.length ? ['…'] : [])].join(', ')}.`}>
      <Badge tone={isEncrypted ? 'warn' : 'neutral'}>{words.filesPlain(found.files, formatCount(found.files), found.isMore)}</Badge>
    </Row>
  );
}

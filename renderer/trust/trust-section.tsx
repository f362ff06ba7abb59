import { useEffect } from 'react';
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { Group, Row } from '../settings/group.tsx';
import { texts } from '../text/texts.ts';
import { Badge, Button } from '../ui/index.ts';
import { askForTrust, loadTrust, takeTrustBack, useTrust } from './trust-store.ts';

const words = texts.trust;

/** In Settings: whether what came with this project may run. */
export function TrustSection() {
  const report = useTrust((store) => store.report);
  useEffect(() => void loadTrust(), []);
  if (report === null) return null;
  const { restricted, how } = report;
  return (
    <Group title={words.title}>
      <Row title={words.state} detail={restricted ? words.stateHow.restricted : words.stateHow[how ?? 'session']}>
        <Badge tone={restricted ? 'warn' : 'good'}>
          {restricted ? <ShieldAlert size={12} aria-hidden /> : <ShieldCheck size={12} aria-hidden />} {restricted ? words.restricted : words.trusted}
        </Badge>
        {restricted ? (
          <Button needs="admin" onClick={askForTrust}>
            {words.trustThis}
          </Button>
        ) : how === 'session' ? null : (
          <Button needs="admin" onClick={() => void takeTrustBack()}>
            {words.revoke}
          </Button>
        )}
      </Row>
    </Group>
  );
}

import { useEffect, useState } from 'react';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { Field, Input } from '../ui/index.ts';
import { AskDialog } from './ask-dialog.tsx';
import { texts } from '../text/texts.ts';

/** The project's rule of how many must approve. */
export function RulesDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return open ? <Rules onClose={onClose} /> : null;
}

function Rules({ onClose }: { readonly onClose: () => void }) {
  const words = texts.registry.rulesDialog;
  const rules = useQuery('registry rules', (signal) => client.registry.rules(undefined, { signal }));
  const [count, setCount] = useState('');
  useEffect(() => {
    if (rules.data !== null) setCount(String(rules.data.approvals));
  }, [rules.data]);
  const isValid = /^(1?\d|20)$/.test(count);
  return (
    <AskDialog title={words.title} what={words.what} go={words.go} disabled={!isValid} onClose={onClose} onGo={async () => void (await client.registry.setRules({ approvals: Number(count) }))}>
      <Field label={words.label}>{({ id }) => <Input id={id} inputMode="numeric" invalid={count !== '' && !isValid} value={count} onChange={(event) => setCount(event.target.value)} />}</Field>
    </AskDialog>
  );
}

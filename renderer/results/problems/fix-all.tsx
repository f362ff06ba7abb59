import { useMemo } from 'react';
import { repairAll } from '#app/pipeline/fixes/index.ts';
import type { Finding } from '#app/pipeline/lint/index.ts';
import { makeAll, useRepairInput } from '../../state/repairs.ts';
import { texts } from '../../text/texts.ts';
import { Button } from '../../ui/index.ts';

/** All problems of one kind at once, where several have one sure fix. */
export function FixAll({ findings }: { readonly findings: readonly Finding[] }) {
  const input = useRepairInput();
  const count = useMemo(() => (input === null ? 0 : (repairAll(input, findings)?.count ?? 0)), [input, findings]);
  if (input === null || count < 2) return null;
  return (
    <Button size="sm" variant="quiet" title={texts.help.repairs.allWhat} data-testid={`fix-all-${findings[0]?.code ?? ''}`} onClick={() => makeAll(input, findings)} className="my-1 mr-1">
      {texts.help.repairs.all(count)}
    </Button>
  );
}

import { Wrench } from 'lucide-react';
import type { Finding } from '#app/pipeline/lint/index.ts';
import { applyFix, useCanFix } from '../state/leaks.ts';
import { Button } from '../ui/index.ts';

/** The edit that mends a finding, by one click; nothing where there is none. */
export function FixButton({ finding, className }: { readonly finding: Finding; readonly className?: string }) {
  const canFix = useCanFix();
  if (finding.fix === undefined) return null;
  return (
    <Button size="sm" icon={<Wrench size={12} />} disabled={!canFix} data-testid={`fix-${finding.code}`} onClick={() => applyFix(finding)} className={className}>
      <span className="min-w-0 truncate">Fix: {finding.fix.title}</span>
    </Button>
  );
}

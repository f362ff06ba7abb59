import { Wrench } from 'lucide-react';
import type { Finding } from '#app/pipeline/lint/index.ts';
import { applyFix, useCanFix } from '../../state/leaks.ts';
import { Button, cx } from '../../ui/index.ts';
import { texts } from '../../text/texts.ts';

interface FixButtonProps {
  readonly finding: Finding;
  /** In a narrow place: over several lines instead of cut off. */
  readonly wraps?: boolean;
  readonly className?: string;
}

/** The edit that mends a finding, by one click; nothing where there is none. */
export function FixButton({ finding, wraps = false, className }: FixButtonProps) {
  const canFix = useCanFix();
  if (finding.fix === undefined) return null;
  return (
    <Button size="sm" icon={<Wrench size={12} className="shrink-0" />} disabled={!canFix} data-testid={`fix-${finding.code}`} onClick={() => applyFix(finding)} title={wraps ? undefined : texts.results.fix(finding.fix.title)} className={cx(wraps && 'h-auto! shrink! whitespace-normal! py-1 text-left', className)}>
      <span className={cx('min-w-0', !wraps && 'truncate')}>{texts.results.fix(finding.fix.title)}</span>
    </Button>
  );
}

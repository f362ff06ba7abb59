import { ChevronDown, Wrench } from 'lucide-react';
import { useState } from 'react';
import type { Repair } from '#app/pipeline/fixes/index.ts';
import type { Finding } from '#app/pipeline/lint/index.ts';
import { desktop } from '../../rpc/desktop.ts';
import { makeRepair, pickedFile, useRepairs } from '../../state/repairs.ts';
import { texts } from '../../text/texts.ts';
import { Button, Popover, cx } from '../../ui/index.ts';
import { RepairMenu } from './repair-menu.tsx';

interface FixButtonProps {
  readonly finding: Finding;
  /** In a narrow place: over several lines instead of cut off. */
  readonly wraps?: boolean;
  readonly className?: string;
}

/** What mends a finding, worded before it is done: by one click where it is determined, else from a list; nothing where there is none. */
export function FixButton({ finding, wraps = false, className }: FixButtonProps) {
  const { repairs, ready } = useRepairs(finding);
  const [open, setOpen] = useState(false);
  const [first, ...others] = repairs;
  if (first === undefined) return null;
  // What comes with a finding is worded to go after “Fix: ”.
  const title = finding.fix === undefined ? first.title : texts.results.fix(first.title);
  const label = <span className={cx('min-w-0', !wraps && 'truncate')}>{title}{first.kind === 'choose' ? ' …' : ''}</span>;
  const wrapping = wraps && 'h-auto! shrink! whitespace-normal! py-1 text-left';
  const icon = <Wrench size={12} className="shrink-0" />;
  const common = { needs: 'edit' as const, size: 'sm' as const, icon, disabled: !ready, 'data-testid': `fix-${finding.code}`, title: wraps ? undefined : title };
  const needsMenu = first.kind === 'choose' || (first.kind === 'file' && desktop() === null);
  return (
    <span className={cx('inline-flex min-w-0 items-stretch', className)}>
      {needsMenu ? (
        <Popover
          label={title}
          open={open}
          onOpenChange={setOpen}
          className="w-80"
          trigger={
            <Button {...common} aria-haspopup="dialog" className={cx('min-w-0', wrapping)}>
              {label}
            </Button>
          }
        >
          <RepairMenu repairs={repairs} done={() => setOpen(false)} />
        </Popover>
      ) : (
        <>
          <Button {...common} onClick={() => void doIt(first)} className={cx('min-w-0', wrapping, others.length > 0 && 'rounded-r-none')}>
            {label}
          </Button>
          {others.length > 0 ? (
            <Popover
              label={texts.help.repairs.otherWays}
              open={open}
              onOpenChange={setOpen}
              className="w-80"
              align="end"
              trigger={
                <Button needs="edit" size="sm" disabled={!ready} aria-label={texts.help.repairs.otherWays} title={texts.help.repairs.otherWays} data-testid={`fix-${finding.code}-others`} className={cx('-ml-px rounded-l-none px-1!', wraps && 'h-auto!')}>
                  <ChevronDown size={12} />
                </Button>
              }
            >
              <RepairMenu repairs={others} done={() => setOpen(false)} />
            </Popover>
          ) : null}
        </>
      )}
    </span>
  );
}

async function doIt(repair: Repair): Promise<void> {
  if (repair.kind === 'edit') return makeRepair(repair.title, repair.command, repair.whole);
  const shell = desktop();
  if (repair.kind !== 'file' || shell === null) return;
  const path = repair.folder ? await shell.pickFolder() : await shell.pickFile({ title: repair.title, extensions: repair.extensions });
  if (path) pickedFile(repair, path);
}

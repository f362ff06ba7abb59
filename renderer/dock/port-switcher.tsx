import type { ResultPort } from '../results/use-result.ts';
import { texts } from '../text/texts.ts';
import { Select, cx, keyText } from '../ui/index.ts';

interface PortSwitcherProps {
  readonly ports: readonly ResultPort[];
  readonly current: ResultPort | null;
  readonly choose: (port: string) => void;
  /** The keys for ports mean this view. */
  readonly byKey: boolean;
}

/** The outputs of a node; the one shown is pressed. */
export function PortSwitcher({ ports, current, choose, byKey }: PortSwitcherProps) {
  return (
    <>
      <div role="group" aria-label={texts.views.outputPort} className="flex h-6 @max-[30rem]:hidden gap-0.5 rounded-md bg-active p-0.5">
        {ports.map((port, index) => (
          <button
            key={port.name}
            type="button"
            data-testid={`results-port-${port.name}`}
            aria-pressed={port.name === current?.name}
            title={byKey ? keyText(`Shift+${index + 1}`) : undefined}
            onClick={() => choose(port.name)}
            className={cx('rounded-sm px-2 text-xs', port.name === current?.name ? 'bg-raised font-medium text-ink shadow-card' : 'text-muted hover:text-ink')}
          >
            {port.title}
          </button>
        ))}
      </div>
      {/* Where there is no room for them side by side. */}
      <span className="hidden w-24 @max-[30rem]:block">
        <Select size="sm" label={texts.views.outputPort} value={current?.name ?? null} items={ports.map(({ name, title }) => ({ value: name, label: title }))} onChange={choose} />
      </span>
    </>
  );
}

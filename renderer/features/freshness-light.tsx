import type { ViewSummary } from '#app/protocol/sections/features.ts';
import { CircleAlert, CircleCheck, CircleDashed, CircleMinus, Clock } from 'lucide-react';
import { Badge, type Tone } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

const lights = {
  fresh: { tone: 'good', icon: CircleCheck },
  ageing: { tone: 'warn', icon: Clock },
  stale: { tone: 'bad', icon: CircleAlert },
  untimed: { tone: 'neutral', icon: CircleMinus },
  empty: { tone: 'warn', icon: CircleDashed },
} as const satisfies Record<ViewSummary['freshness']['state'], { tone: Tone; icon: unknown }>;

/** How old the newest event is against the time to live: a colour, a shape and a word. */
export function FreshnessLight({ state }: { readonly state: ViewSummary['freshness']['state'] }) {
  const { tone, icon: Icon } = lights[state];
  return (
    <span title={texts.features.stateWhat[state]}>
      <Badge tone={tone}>
        <Icon size={12} aria-hidden />
        {texts.features.states[state]}
      </Badge>
    </span>
  );
}

import { Archive, CircleDashed, FlaskConical, Rocket } from 'lucide-react';
import type { VersionSummary } from '#app/protocol/sections/registry.ts';
import { Badge, type Tone } from '../ui/index.ts';
import { versionShort } from './metric-words.ts';
import { texts } from '../text/texts.ts';

export type Stage = VersionSummary['stage'];
export const stages: readonly Stage[] = ['candidate', 'staging', 'production', 'archived'];

const looks: Readonly<Record<Stage, { tone: Tone; icon: typeof Rocket }>> = {
  candidate: { tone: 'neutral', icon: CircleDashed },
  staging: { tone: 'warn', icon: FlaskConical },
  production: { tone: 'good', icon: Rocket },
  archived: { tone: 'neutral', icon: Archive },
};

/** A stage by colour, sign and word; `versions` names which ones are in it. */
export function StageChip({ stage, versions }: { readonly stage: Stage; readonly versions?: readonly number[] }) {
  const { tone, icon: Icon } = looks[stage];
  return (
    <Badge tone={tone} className="whitespace-nowrap">
      <Icon size={11} aria-hidden />
      {texts.registry.stages[stage]}{' '}
      {versions === undefined ? null : <span className="font-medium">{versions.map(versionShort).join(', ')}</span>}
    </Badge>
  );
}

export function AliasChip({ alias, version }: { readonly alias: string; readonly version?: number }) {
  return (
    <Badge tone="accent" className="whitespace-nowrap">
      @{alias}{' '}
      {version === undefined ? null : <span className="font-medium">{versionShort(version)}</span>}
    </Badge>
  );
}

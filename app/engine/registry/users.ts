import { readAllServerSettings } from '#app/store/index.ts';
import type { ProjectStore } from '../project/project-store.ts';

interface Host {
  readonly store: ProjectStore;
  readonly projectDir: string;
}

/**
 * Servers that serve a version when they run: what their references mean now. Stopped ones count, for they are started again with what
 * they were set up for. As in a sentence: `the server “shop”`, `the server “shop” (canary)`.
 */
export function serversUsing(host: Host, name: string, version: number): string[] {
  const means = meaning(host, name, version);
  return readAllServerSettings(host.projectDir).flatMap(({ name: server, models }) =>
    models.flatMap(({ reference, canary, shadow }) => [
      ...(means(reference) ? [`the server “${server}”`] : []),
      ...(canary !== null && means(canary.reference) ? [`the server “${server}” (canary)`] : []),
      ...(shadow !== null && means(shadow.reference) ? [`the server “${server}” (shadow)`] : []),
    ]),
  );
}

/**
 * Schedules and triggers that name a version: one that waits for the model's stage or alias names whoever has it now, one without names
 * the version that the model's name means; a param that a schedule sets may be a reference such as `churn@3`. As in a sentence: `the schedule “nightly”`.
 */
export function automationsUsing(host: Host, name: string, version: number): string[] {
  const means = meaning(host, name, version);
  return host.store.automation.list().flatMap(({ spec: { name: title, trigger, overrides } }) => {
    const isNamed = trigger.kind === 'model' && means(trigger.is === '' ? trigger.model : `${trigger.model}@${trigger.is}`);
    const isSet = overrides.some(({ value }) => typeof value === 'string' && value.includes('@') && means(value));
    return isNamed || isSet ? [`the ${trigger.kind === 'cron' ? 'schedule' : 'trigger'} “${title}”`] : [];
  });
}

/** Whether a reference means the version. A reference that means nothing any more is nobody's. */
function meaning({ store }: Host, name: string, version: number): (reference: string) => boolean {
  return (reference) => {
    if (reference !== name && !reference.startsWith(`${name}@`)) return false;
    try {
      return store.models.resolve(reference).version === version;
    } catch {
      return false;
    }
  };
}

import type { ModelVersion } from '#app/protocol/schema.ts';

export interface ModelGroup {
  readonly name: string;
  /** Newest first. */
  readonly versions: readonly ModelVersion[];
}

/** Registered versions by model name; the model touched last comes first. */
export function groupVersions(versions: readonly ModelVersion[]): ModelGroup[] {
  const groups = new Map<string, ModelVersion[]>();
  for (const version of versions) groups.set(version.name, [...(groups.get(version.name) ?? []), version]);
  return [...groups]
    .map(([name, list]): ModelGroup => ({ name, versions: [...list].sort((a, b) => b.version - a.version) }))
    .sort((a, b) => Math.max(...b.versions.map((one) => one.createdAt)) - Math.max(...a.versions.map((one) => one.createdAt)));
}

import { PenstockError } from '#app/core/errors.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import type { ProjectStore } from '../project/project-store.ts';
import { artifactsOf } from './value-codec.ts';

/** What a failure may be called behind which a damaged file is: readers and runtimes have their own words for bytes that make no sense. */
const suspicious = new Set(['parquet-damaged', 'query-failed', 'unexpected', 'model-unreadable', 'scoring-failed', 'worker-failed', 'bad-value', 'file-missing']);

export interface StoredResult {
  readonly title: string;
  readonly values: readonly PortValue[];
}

/**
 * After a failure (of this code), or before a result is reused (null): whether a stored result that was read is no longer what was written (a bad disk, a stray hand). Such files are set
 * aside, so that the next run makes them anew.
 * @param results encoded values of the nodes that were read
 * @returns an error that names the node, or null when all files are whole
 */
export async function findDamagedResult(code: string | null, results: readonly StoredResult[], setAside: (id: string) => Promise<boolean>): Promise<PenstockError | null> {
  if (code !== null && !suspicious.has(code)) return null;
  const titles: string[] = [];
  for (const { title, values } of results) {
    for (const id of new Set(values.flatMap((value) => [...artifactsOf(value)]))) {
      if ((await setAside(id)) && !titles.includes(title)) titles.push(title);
    }
  }
  const [first, ...others] = titles;
  if (first === undefined) return null;
  const sentence =
    others.length === 0
      ? `The stored result of “${first}” is damaged: its file no longer has the content that was written.`
      : `The stored result of “${first}” is damaged, and ${others.length} more: its file no longer has the content that was written.`;
  return new PenstockError('result-damaged', sentence, {
    remedy: 'Run again: it is made anew. The damaged file was moved to artifacts/damaged; look after the disk.',
  });
}

/** A stored result that a view could not read is set aside in the background, so that the next run makes it anew. */
export function setUnreadableAside(thrown: unknown, store: ProjectStore): void {
  if (!(thrown instanceof PenstockError) || thrown.code !== 'parquet-damaged' || store.readOnly) return;
  const id = store.artifacts.idOf(thrown.place?.file ?? '');
  // Where that cannot be done, the run that reads the result next says so.
  if (id !== null) void store.artifacts.setAsideIfDamaged(id).catch(() => undefined);
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { migrateParams } from '#app/pipeline/migrate.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { expandSubflows } from '#app/pipeline/subflow/expand.ts';
import type { EngineCatalogue } from '../catalogue.ts';
import { filesAtCommit } from '../history/git-refs.ts';
import { trustedNodeKey, type TrustExceptions } from '../trust/index.ts';

/**
 * What a pull request did not write: nodes that are in the base with the same code, and databases where `connections.json` is as it is
 * there, for a password of the machine would go to whichever host that file names.
 * @param before pipeline files of the base by their path.
 */
export async function trustedByBase(projectDir: string, oid: string, before: ReadonlyMap<string, string>, catalogue: EngineCatalogue): Promise<TrustExceptions> {
  const nodes = new Set<string>();
  for (const text of before.values()) {
    try {
      for (const node of expandSubflows(parseDocument(text), catalogue).document.nodes) {
        const definition = catalogue.get(node.type)?.definition;
        const migrated = definition === undefined ? null : migrateParams(node, definition);
        const parsed = migrated === null ? undefined : definition?.params.safeParse(migrated);
        if (parsed?.success === true) nodes.add(trustedNodeKey(node.type, parsed.data));
      }
    } catch {
      // A file of the base that cannot be read trusts nothing.
    }
  }
  const then = (await filesAtCommit(projectDir, oid, 'connections.json')).get('connections.json') ?? null;
  const now = await readFile(path.join(projectDir, 'connections.json'), 'utf8').catch(() => null);
  return { nodes, databases: then === now };
}

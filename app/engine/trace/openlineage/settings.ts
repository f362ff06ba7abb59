import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { MetaStore } from '#app/store/index.ts';
import { writeFileAtomically } from '../../project/atomic-file.ts';

export const openLineageSettingsSchema = z.object({
  /** Write events to `lineage/openlineage.ndjson` in the project. */
  file: z.boolean().default(false),
  /** Address that events are posted to; empty: none. */
  url: z.string().max(2000).default(''),
  /** Name of the jobs' namespace; empty: `penstock:FOLDER`. */
  namespace: z.string().max(200).default(''),
});
export type OpenLineageSettings = z.output<typeof openLineageSettingsSchema>;

const metaKey = 'openlineage';

export function readSettings(meta: Pick<MetaStore, 'get'>): OpenLineageSettings {
  try {
    return openLineageSettingsSchema.parse(JSON.parse(meta.get(metaKey) ?? '{}'));
  } catch {
    return openLineageSettingsSchema.parse({});
  }
}

/** @throws PenstockError `lineage-url`. */
export function writeSettings(meta: Pick<MetaStore, 'set'>, settings: OpenLineageSettings): void {
  if (settings.url !== '') endpointOf(settings.url);
  meta.set(metaKey, JSON.stringify(settings));
}

/**
 * Where events go: the address itself, or its `/api/v1/lineage` (what Marquez, DataHub and others listen at) where it names only a server.
 * @throws PenstockError `lineage-url`.
 */
export function endpointOf(url: string): URL {
  const endpoint = URL.canParse(url) ? new URL(url) : null;
  if (endpoint === null || (endpoint.protocol !== 'http:' && endpoint.protocol !== 'https:')) {
    throw new PenstockError('lineage-url', `“${url}” is not an address that events can be sent to.`, { remedy: 'Write it as https://lineage.example.com or with a path, as in http://localhost:5000/api/v1/lineage.' });
  }
  if (endpoint.username !== '' || endpoint.password !== '') {
    throw new PenstockError('lineage-url', 'A password is in the address.', { remedy: 'Leave it out, and enter the key in its own field: it is kept outside the project.' });
  }
  if (endpoint.pathname === '/') endpoint.pathname = '/api/v1/lineage';
  return endpoint;
}

/** Under this name the key is kept with the user's passwords; `PENSTOCK_SECRET_OPENLINEAGE` takes its place. */
export const lineageSecret = (url: string): { name: string; goesTo: string } => ({ name: 'openlineage', goesTo: endpointOf(url).origin });

/**
 * Servers that this user has chosen, in a file outside every project: a project from elsewhere that names one sends nothing to it until its user has said so
 * in Settings or on the command line.
 */
export class ChosenEndpoints {
  readonly #file: string;

  constructor(configDir: string) {
    this.#file = path.join(configDir, 'openlineage.json');
  }

  async has(url: string): Promise<boolean> {
    return (await this.#read()).includes(endpointOf(url).href);
  }

  async add(url: string): Promise<void> {
    const all = await this.#read();
    const { href } = endpointOf(url);
    if (!all.includes(href)) await writeFileAtomically(this.#file, `${JSON.stringify([...all, href], null, 2)}\n`, { mode: 0o600 });
  }

  async #read(): Promise<string[]> {
    try {
      return z.array(z.string()).parse(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch {
      return [];
    }
  }
}

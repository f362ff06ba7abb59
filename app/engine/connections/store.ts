import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { issueAt } from '#app/core/issue-phrase.ts';
import { didYouMean } from '#app/relation/index.ts';
import { connectionSchema, type Connection } from '#app/sdk/databases.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';

const fileSchema = z.object({ version: z.literal(1), connections: z.array(connectionSchema) });

/**
 * The project's connections, in `connections.json` beside its data: names and places, no passwords, so that the file can be shared with
 * the pipelines. Read anew each time: the command line and another window may have changed it.
 */
export class ConnectionStore {
  readonly #file: string;

  constructor(filesDir: string) {
    this.#file = path.join(filesDir, 'connections.json');
  }

  /** By name. @throws PenstockError `connections-damaged`. */
  async list(): Promise<Connection[]> {
    const text = await readProjectText(this.#file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) return [];
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = null;
    }
    const parsed = fileSchema.safeParse(value);
    if (parsed.success) return parsed.data.connections;
    const issue = parsed.error.issues[0];
    throw new PenstockError('connections-damaged', `${this.#file} cannot be read${issue === undefined || issue.path.length === 0 ? '' : `: ${issueAt(parsed.error)}`}.`, {
      remedy: 'Correct it, or remove it and add the connections again.',
      place: { file: this.#file },
    });
  }

  /** @throws PenstockError `connection-unknown`. */
  async get(name: string): Promise<Connection> {
    const all = await this.list();
    const found = all.find((connection) => connection.name === name);
    if (found !== undefined) return found;
    const guess = didYouMean(name, all.map((connection) => connection.name));
    throw new PenstockError('connection-unknown', `This project has no connection “${name}”.${guess}`, { remedy: 'Add it in Data → Connections, or with “penstock connection add”.', place: { param: ['connection'] } });
  }

  /** Adds a connection or takes the place of one (of `previous`, where it is renamed). */
  async save(connection: Connection, previous: string | null = null): Promise<void> {
    const others = (await this.list()).filter(({ name }) => name !== connection.name && name !== previous);
    await this.#write([...others, connectionSchema.parse(connection)]);
  }

  async remove(name: string): Promise<void> {
    await this.get(name);
    await this.#write((await this.list()).filter((connection) => connection.name !== name));
  }

  async #write(connections: readonly Connection[]): Promise<void> {
    const sorted = [...connections].sort((a, b) => (a.name < b.name ? -1 : 1));
    await writeFileAtomically(this.#file, `${JSON.stringify({ version: 1, connections: sorted }, null, 2)}\n`);
  }
}

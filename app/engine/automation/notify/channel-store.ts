import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { issueAt } from '#app/core/issue-phrase.ts';
import { channelsFileSchema, type Channel } from '#app/core/notifications.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { writeFileAtomically } from '../../project/atomic-file.ts';

const fileName = 'notifications.json';

/** `notifications.json` of a project: channels without secrets, so that it may be shared and versioned. */
export class ChannelStore {
  readonly #file: string;

  constructor(projectDir: string) {
    this.#file = path.join(projectDir, fileName);
  }

  /** @throws PenstockError `channels-damaged`. */
  async list(): Promise<Channel[]> {
    let text: string;
    try {
      text = await readProjectText(this.#file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    let value: unknown = null;
    try {
      value = JSON.parse(text);
    } catch {
      // The schema says what is wrong with it.
    }
    const parsed = channelsFileSchema.safeParse(value);
    if (parsed.success) return parsed.data.channels;
    const issue = parsed.error.issues[0];
    throw new PenstockError('channels-damaged', `${fileName} is not a list of notification channels${issue === undefined || issue.path.length === 0 ? '' : ` (at ${issueAt(parsed.error)})`}.`, {
      remedy: 'Mend the file, or remove it and set the channels up again.',
      place: { file: this.#file },
    });
  }

  async find(name: string): Promise<Channel | null> {
    return (await this.list()).find((one) => one.name === name) ?? null;
  }

  /** Adds a channel, or takes the place of the one called so, or of `previous`. */
  async save(channel: Channel, previous: string | undefined): Promise<void> {
    const others = (await this.list()).filter(({ name }) => name !== channel.name && name !== previous);
    await this.#write([...others, channel]);
  }

  async remove(name: string): Promise<void> {
    await this.#write((await this.list()).filter((one) => one.name !== name));
  }

  async #write(channels: readonly Channel[]): Promise<void> {
    const sorted = channels.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    await writeFileAtomically(this.#file, `${JSON.stringify({ version: 1, channels: sorted }, null, 2)}\n`);
  }
}

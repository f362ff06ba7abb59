import type { Channel, Notice } from '#app/core/notifications.ts';
import { newRecordId } from '#app/core/ids.ts';
import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import { trustRemedy } from '../../trust/kinds.ts';
import type { SecretStore } from '../../connections/index.ts';
import type { Clock } from '../clock.ts';
import type { ChannelStore } from './channel-store.ts';
import { sendEmail, sendWebhook } from './send.ts';

/** After a message of a channel, further ones are gathered for so long and sent as one. */
export const digestMs = 60_000;
const retryMs = [2_000, 10_000, 60_000];
const listedInDigest = 20;
/** A server that does not answer must not keep the app from closing. */
const closeMs = 5_000;

export interface NotifierParts {
  readonly channels: ChannelStore;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  /** Name of the project, in the messages. */
  readonly project: string;
  /** Shows a notice on the desktop of whoever has a window open. */
  desktop(notice: Notice): void;
  /** Nothing goes out while it is true: the addresses came with the project. */
  restricted?(): boolean;
  warn(message: string): void;
}

interface Lane {
  /** Gathered while the window is open. */
  readonly waiting: Notice[];
  close: (() => void) | null;
}

/** Tells people: at once, then in digests, so that a bad night is one message and not four hundred. */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #lanes = new Map<string, Lane>();
  readonly #sending = new Set<Promise<void>>();
  readonly #problems = new Map<string, { readonly at: number; readonly message: string } | null>();
  readonly #abort = new AbortController();

  constructor(parts: NotifierParts) {
    this.#parts = parts;
  }

  /** What went wrong with a channel's last message; null: it arrived; undefined: none was sent yet. */
  problem(name: string): { readonly at: number; readonly message: string } | null | undefined {
    return this.#problems.get(name);
  }

  /** Never rejects, and answers before anything is sent. */
  notify(channels: readonly string[], notice: Omit<Notice, 'id' | 'at'>): void {
    const whole: Notice = { ...notice, id: newRecordId(this.#parts.clock.now()), at: this.#parts.clock.now() };
    for (const name of new Set(channels)) this.#queue(name, whole);
  }

  /** Tells every channel that hears of alarms. */
  async alarm(notice: Omit<Notice, 'id' | 'at' | 'event'>, others: readonly string[]): Promise<void> {
    const listening = (await this.#parts.channels.list()).filter(({ alarms }) => alarms).map(({ name }) => name);
    this.notify([...listening, ...others], { ...notice, event: 'alarm' });
  }

  /** Sends one message now. @throws PenstockError why it did not arrive. */
  async test(channel: Channel): Promise<void> {
    const now = this.#parts.clock.now();
    await this.#deliver(channel, { id: newRecordId(now), at: now, event: 'test', title: 'A test', message: 'This is a test of Penstock’s notifications. Nothing has happened.', automationId: null, runId: null });
    this.#problems.set(channel.name, null);
  }

  /** When what is being sent has arrived or failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending);
  }

  /** Sends what is gathered, and waits a few seconds for what is under way; gives up on retries. */
  async close(): Promise<void> {
    for (const [name, lane] of this.#lanes) {
      lane.close?.();
      lane.close = null;
      this.#flush(name, lane);
    }
    this.#abort.abort();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, closeMs)));
    await Promise.race([Promise.all(this.#sending), enough]);
    clearTimeout(timer);
  }

  #queue(name: string, notice: Notice): void {
    const lane = this.#lanes.get(name) ?? { waiting: [], close: null };
    this.#lanes.set(name, lane);
    if (lane.close !== null) {
      lane.waiting.push(notice);
      return;
    }
    this.#send(name, notice);
    this.#openWindow(name, lane);
  }

  #openWindow(name: string, lane: Lane): void {
    lane.close = this.#parts.clock.after(digestMs, () => {
      lane.close = null;
      if (lane.waiting.length === 0) return;
      this.#flush(name, lane);
      this.#openWindow(name, lane);
    });
  }

  #flush(name: string, lane: Lane): void {
    const notices = lane.waiting.splice(0);
    const [first] = notices;
    if (first === undefined) return;
    this.#send(name, notices.length === 1 ? first : digest(notices, this.#parts.clock.now()));
  }

  #send(name: string, notice: Notice): void {
    const sending = this.#deliverWithRetries(name, notice).catch((error: unknown) => {
      const { message } = toDiagnostic(error);
      this.#problems.set(name, { at: this.#parts.clock.now(), message });
      this.#parts.warn(`A notification did not arrive: ${message}`);
    });
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  async #deliverWithRetries(name: string, notice: Notice): Promise<void> {
    const channel = await this.#parts.channels.find(name);
    if (channel === null) return;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#deliver(channel, notice);
        this.#problems.set(name, null);
        return;
      } catch (error) {
        const wait = retryMs[attempt];
        if (wait === undefined || this.#abort.signal.aborted || ['address-refused', 'project-restricted'].includes(toDiagnostic(error).code)) throw error;
        await this.#pause(wait);
        if (this.#abort.signal.aborted) throw error;
      }
    }
  }

  /** Until the time has passed or the notifier closes. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#abort;
      if (signal.aborted) return resolve();
      const stop = this.#parts.clock.after(ms, () => {
        signal.removeEventListener('abort', leave);
        resolve();
      });
      const leave = (): void => {
        stop();
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  async #deliver(channel: Channel, notice: Notice): Promise<void> {
    const { project, secrets } = this.#parts;
    if (channel.kind !== 'desktop' && this.#parts.restricted?.() === true) {
      throw new PenstockError('project-restricted', `The channel “${channel.name}” of this project is not called until you trust it: it comes from elsewhere.`, { remedy: trustRemedy });
    }
    if (channel.kind === 'webhook') await sendWebhook(channel, notice, project, secrets, AbortSignal.timeout(20_000));
    else if (channel.kind === 'email') await sendEmail(channel, notice, project, secrets);
    else this.#parts.desktop(notice);
  }
}

function digest(notices: readonly Notice[], at: number): Notice {
  const lines = notices.slice(0, listedInDigest).map(({ title, message }) => `• ${title}: ${message}`);
  const more = notices.length > listedInDigest ? [`… and ${notices.length - listedInDigest} more`] : [];
  return { id: newRecordId(at), at, event: 'digest', title: `${notices.length} messages`, message: [...lines, ...more].join('\n'), automationId: null, runId: null };
}

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import { PenstockError } from '#app/core/errors.ts';
import type { Channel, Notice } from '#app/core/notifications.ts';
import { assertHost, guardedLookup, guardedSocket } from '#app/core/outgoing.ts';
import { penstockVersion } from '#app/core/version.ts';
import type { SecretStore } from '../../connections/index.ts';
import { signWebhook } from './signature.ts';

type Webhook = Extract<Channel, { kind: 'webhook' }>;
type Email = Extract<Channel, { kind: 'email' }>;

const timeoutMs = 15_000;

/** Whose secret a channel's is, and where it goes: stored outside the project, given to nobody else. */
export function channelSecret(channel: Webhook | Email): { name: string; goesTo: string } {
  const goesTo = channel.kind === 'webhook' ? new URL(channel.url).origin : `smtp://${channel.user}@${channel.host}:${channel.port}`;
  return { name: `notify-${channel.name}`, goesTo };
}

/**
 * POSTs a notice as JSON. Redirects are not followed.
 * @throws PenstockError `address-refused`, `notify-refused` (the answer was no 2xx), `notify-unreachable`, `secret-missing`.
 */
export async function sendWebhook(channel: Webhook, notice: Notice, project: string, secrets: SecretStore, signal: AbortSignal): Promise<void> {
  const url = new URL(channel.url);
  if (!channel.allowLinkLocal) assertHost(url.hostname);
  const body = JSON.stringify({ type: `penstock.${notice.event}`, timestamp: new Date(notice.at).toISOString(), data: { project, title: notice.title, message: notice.message, automation: notice.automationId, run: notice.runId } });
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8', 'user-agent': `Penstock/${penstockVersion}`, 'content-length': String(Buffer.byteLength(body)) };
  if (channel.signed) {
    const secret = await secrets.get(channelSecret(channel));
    if (secret === null) throw secretMissing(channel.name);
    const timestamp = Math.floor(Date.now() / 1000);
    Object.assign(headers, { 'webhook-id': notice.id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signWebhook(secret, notice.id, timestamp, body) });
  }
  const status = await new Promise<number>((resolve, reject) => {
    const make = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = make(url, { method: 'POST', headers, timeout: timeoutMs, signal, agent: false, ...(channel.allowLinkLocal ? {} : { lookup: guardedLookup }) }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    request.on('error', (error) => reject(error instanceof PenstockError ? error : unreachable(channel.name, url.host, error)));
    request.end(body);
  });
  if (status >= 200 && status < 300) return;
  throw new PenstockError('notify-refused', `${url.host} answered ${status} to a message of the channel “${channel.name}”.`, { remedy: status >= 300 && status < 400 ? 'Redirects are not followed: enter the address it points to.' : 'Check the address and what the service says about it.' });
}

/** @throws PenstockError `notify-unreachable`, `notify-refused`, `secret-missing`. */
export async function sendEmail(channel: Email, notice: Notice, project: string, secrets: SecretStore): Promise<void> {
  const password = channel.user === '' ? null : await secrets.get(channelSecret(channel));
  if (channel.user !== '' && password === null) throw secretMissing(channel.name);
  const transport = createTransport({
    host: channel.host,
    port: channel.port,
    secure: channel.security === 'tls',
    requireTLS: channel.security === 'starttls',
    ignoreTLS: channel.security === 'none',
    ...(password === null ? {} : { auth: { user: channel.user, pass: password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    getSocket: (_options, callback) => connectGuarded(channel.host, channel.port, callback),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: channel.from,
      to: [...channel.to],
      subject: `[Penstock ${project}] ${notice.title}`,
      text: `${notice.message}\n\nProject: ${project}\nTime: ${new Date(notice.at).toISOString()}${notice.runId === null ? '' : `\nRun: ${notice.runId}`}\n`,
      messageId: `<${notice.id}@penstock.local>`,
    });
  } catch (error) {
    if (error instanceof PenstockError) throw error;
    const { responseCode, message = '' } = error as { responseCode?: number; message?: string };
    if (responseCode === undefined) throw unreachable(channel.name, `${channel.host}:${channel.port}`, error);
    // The server's words may repeat what was sent to it, but never the password.
    throw new PenstockError('notify-refused', `${channel.host} refused an e-mail of the channel “${channel.name}”: ${message.split('\n')[0]?.slice(0, 200) ?? ''}`, { remedy: 'Check the user, the password and the addresses.', cause: error });
  } finally {
    transport.close();
  }
}

/** A connection for mail to a judged address; the mail library secures it as the channel says. */
function connectGuarded(host: string, port: number, callback: (error: Error | null, made?: { readonly connection: Socket }) => void): void {
  const socket = guardedSocket();
  const onError = (error: Error): void => callback(error);
  socket.once('error', onError);
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
  socket.once('connect', () => {
    socket.off('error', onError);
    socket.setTimeout(0);
    callback(null, { connection: socket });
  });
  socket.connect(port, host);
}

function secretMissing(name: string): PenstockError {
  return new PenstockError('secret-missing', `No secret is stored for the channel “${name}”.`, { remedy: 'Enter it on the page Automation, under Notifications, or set it in the environment of the server.' });
}

function unreachable(name: string, host: string, error: unknown): PenstockError {
  const why = error instanceof Error ? error.message : String(error);
  return new PenstockError('notify-unreachable', `${host} could not be reached for the channel “${name}”: ${why.slice(0, 200)}`, { remedy: 'Check the address and the network.', cause: error });
}

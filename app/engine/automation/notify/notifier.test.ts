import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, Notice } from '#app/core/notifications.ts';
import { isRefusedAddress } from '#app/core/outgoing.ts';
import type { SecretReference, SecretStore } from '../../connections/secrets.ts';
import { FakeClock } from '../testing.ts';
import { ChannelStore } from './channel-store.ts';
import { digestMs, Notifier } from './notifier.ts';
import { isSignedBy, signWebhook } from './signature.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-notify-'));
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** Secrets in memory, by name and where they go. */
function secretsOf(known: Record<string, string>): SecretStore {
  const key = ({ name, goesTo }: SecretReference): string => `${name} ${goesTo}`;
  return { get: (reference) => Promise.resolve(known[key(reference)] ?? null), set: () => Promise.resolve(), remove: () => Promise.resolve(), source: () => Promise.resolve('none') };
}

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function receiver(answer: (count: number) => number = () => 204): Promise<{ url: string; received: Received[]; next(): Promise<void> }> {
  const received: Received[] = [];
  let wake: () => void = () => undefined;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(answer(received.length), { location: 'http://169.254.169.254/' }).end();
      wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/in`, received, next: () => new Promise((resolve) => (wake = resolve)) };
}

let project = '';
let count = 0;
beforeEach(() => {
  project = path.join(folder, `p${(count += 1)}`);
});

async function notifierWith(channels: readonly Channel[], options: { secrets?: Record<string, string> } = {}): Promise<{ notifier: Notifier; clock: FakeClock; desktop: Notice[]; warnings: string[] }> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(project, { recursive: true });
  const store = new ChannelStore(project);
  for (const channel of channels) await store.save(channel, undefined);
  const clock = new FakeClock('2026-01-01T12:00:00Z');
  const desktop: Notice[] = [];
  const warnings: string[] = [];
  return { notifier: new Notifier({ channels: store, secrets: secretsOf(options.secrets ?? {}), clock, project: 'shop', desktop: (notice) => desktop.push(notice), warn: (message) => warnings.push(message) }), clock, desktop, warnings };
}

const webhook = (url: string, more: Partial<Extract<Channel, { kind: 'webhook' }>> = {}): Channel => ({ kind: 'webhook', name: 'team', url, signed: false, allowLinkLocal: false, alarms: true, ...more });
const failure = { event: 'failure', title: '“Nightly” failed', message: '“Fit”: no rows.', automationId: 'a', runId: 'r' } as const;

describe('a webhook', () => {
  it('is a JSON POST, signed as Standard Webhooks has it', async () => {
    const { url, received } = await receiver();
    const { notifier } = await notifierWith([webhook(url, { signed: true })], { secrets: { [`notify-team ${new URL(url).origin}`]: 'whsec_c2VjcmV0LWtleS1vZi10aGUtdGVhbQ==' } });
    notifier.notify(['team'], failure);
    await notifier.close();
    const [{ headers, body } = { headers: {}, body: '' }] = received;
    expect(JSON.parse(body)).toMatchObject({ type: 'penstock.failure', data: { project: 'shop', title: '“Nightly” failed', run: 'r' } });
    const secret = 'whsec_c2VjcmV0LWtleS1vZi10aGUtdGVhbQ==';
    expect(headers['webhook-signature']).toBe(signWebhook(secret, String(headers['webhook-id']), Number(headers['webhook-timestamp']), body));
    expect(isSignedBy(secret, headers, Buffer.from(body), Date.now())).toBe(true);
    expect(isSignedBy(secret, headers, Buffer.from(`${body} `), Date.now())).toBe(false);
    expect(isSignedBy(secret, headers, Buffer.from(body), Date.now() + 3_600_000)).toBe(false);
    expect(isSignedBy('other', headers, Buffer.from(body), Date.now())).toBe(false);
  });

  it('is tried again, and says why it did not arrive; a redirect is not followed', async () => {
    const { url, received } = await receiver((n) => (n < 3 ? 503 : 200));
    const { notifier, clock } = await notifierWith([webhook(url)]);
    notifier.notify(['team'], failure);
    while (received.length < 3) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.pass(1000);
    }
    await notifier.close();
    expect(notifier.problem('team')).toBeNull();
    const moved = await receiver(() => 302);
    const other = await notifierWith([webhook(moved.url)]);
    await expect(other.notifier.test(webhook(moved.url))).rejects.toThrow(/answered 302 .*/);
    expect(moved.received).toHaveLength(1);
  });

  it('never goes to an address of the machine’s own network, by number or by name', async () => {
    const { notifier } = await notifierWith([]);
    for (const url of ['http://169.254.169.254/latest', 'http://2852039166/', 'http://[fe80::1]/', 'http://[::ffff:169.254.169.254]/', 'http://metadata.google.internal/']) {
      await expect(notifier.test(webhook(url)), url).rejects.toMatchObject({ code: 'address-refused' });
    }
    expect(['169.254.1.1', 'fe80::1', 'fd00:ec2::254', '0.0.0.0'].map(isRefusedAddress)).toEqual([true, true, true, true]);
    expect(['127.0.0.1', '10.0.0.5', '93.184.216.34', '::1'].map(isRefusedAddress)).toEqual([false, false, false, false]);
  });
});

it('an e-mail goes through an SMTP server, with a password that is in no file of the project', async () => {
  const mails: string[] = [];
  const logins: string[] = [];
  const server = new SMTPServer({
    authOptional: false,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth(auth, _session, callback) {
      logins.push(`${auth.username}:${auth.password}`);
      if (auth.password === 'right') callback(null, { user: auth.username });
      else callback(new Error('wrong password'));
    },
    onData(stream, _session, callback) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        mails.push(text);
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  const channel: Channel = { kind: 'email', name: 'mail', host: '127.0.0.1', port, security: 'none', user: 'ann', from: 'penstock@example.org', to: ['team@example.org'], alarms: true };
  const right = await notifierWith([channel], { secrets: { [`notify-mail smtp://ann@127.0.0.1:${port}`]: 'right' } });
  right.notifier.notify(['mail'], failure);
  await right.notifier.close();
  expect(logins).toEqual(['ann:right']);
  expect(mails[0]).toMatch(/To: team@example\.org/);
  expect(mails[0]).toMatch(/Subject: =\?UTF-8\?/);
  expect(readFileSync(path.join(project, 'notifications.json'), 'utf8')).not.toContain('right');
  const wrong = await notifierWith([channel], { secrets: { [`notify-mail smtp://ann@127.0.0.1:${port}`]: 'wrong-word' } });
  const said = await wrong.notifier.test(channel).catch((error: Error) => error.message);
  expect(said).toMatch(/refused an e-mail of the channel “mail”/);
  expect(said).not.toContain('wrong-word');
  const none = await notifierWith([channel]);
  await expect(none.notifier.test(channel)).rejects.toMatchObject({ code: 'secret-missing' });
  await expect(none.notifier.test({ ...channel, security: 'starttls', user: '' })).rejects.toMatchObject({ code: 'notify-refused' });
});

it('an e-mail server’s address cannot be that of the cloud’s credentials, by number or by name', async () => {
  const { notifier } = await notifierWith([]);
  for (const host of ['169.254.169.254', '::ffff:169.254.169.254', 'metadata.google.internal']) {
    await expect(notifier.test({ kind: 'email', name: 'mail', host, port: 25, security: 'none', user: '', from: 'penstock@example.org', to: ['team@example.org'], alarms: true }), host).rejects.toMatchObject({ code: 'address-refused' });
  }
});

it('a flood becomes one message at once and digests after', async () => {
  const { notifier, clock, desktop } = await notifierWith([{ kind: 'desktop', name: 'here', alarms: true }]);
  for (let n = 0; n < 30; n += 1) notifier.notify(['here'], { ...failure, title: `Failure ${n}` });
  await notifier.settled();
  expect(desktop.map(({ title }) => title)).toEqual(['Failure 0']);
  await clock.pass(digestMs);
  await notifier.settled();
  expect(desktop.map(({ title }) => title)).toEqual(['Failure 0', '29 messages']);
  expect(desktop[1]?.message).toContain('… and 9 more');
  notifier.notify(['here'], failure);
  await clock.pass(digestMs);
  await notifier.settled();
  expect(desktop.at(-1)?.title).toBe('“Nightly” failed');
  await notifier.alarm({ title: 'Drift', message: 'age', automationId: null, runId: null }, ['here']);
  await notifier.close();
  expect(desktop.filter(({ event }) => event === 'alarm')).toHaveLength(1);
});

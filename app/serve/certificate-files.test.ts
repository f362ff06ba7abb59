import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CertificateFiles } from '#app/core/certificate-files.ts';
import { TestTeam } from './team/testing.ts';

const openssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!openssl)('the certificate of a server that runs (needs openssl)', () => {
  let folder: string;
  let team: TestTeam;
  let files: CertificateFiles;
  let unfollow: () => void;
  const lines: string[] = [];
  const at = (name: string): string => path.join(folder, name);
  const make = (name: string): void => {
    mkdirSync(at(name), { recursive: true });
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at(`${name}/key.pem`), '-out', at(`${name}/cert.pem`), '-days', '1', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
  };
  /** As certbot and Kubernetes do it: another file under the name. */
  const put = (from: string, file: 'cert.pem' | 'key.pem'): void => {
    writeFileSync(at(`${file}.new`), readFileSync(at(`${from}/${file}`)));
    renameSync(at(`${file}.new`), at(file));
  };
  /** Whose certificate a new connection is shown. */
  const shown = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket: TLSSocket = connect({ host: '127.0.0.1', port: team.server.port, servername: 'localhost', rejectUnauthorized: false }, () => {
        const { subject } = socket.getPeerCertificate();
        socket.end();
        resolve(String(subject.CN));
      });
      socket.on('error', reject);
    });
  const hangUp = async (): Promise<void> => {
    const before = lines.length;
    process.emit('SIGHUP');
    await expect.poll(() => lines.length).toBeGreaterThan(before);
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-tls-'));
    for (const name of ['first', 'second', 'third']) make(name);
    for (const file of ['cert.pem', 'key.pem'] as const) put('first', file);
    files = await CertificateFiles.open({ cert: at('cert.pem'), key: at('key.pem') }, (line) => lines.push(line));
    team = await TestTeam.start({ tls: files.current, proxies: [], publicNames: ['localhost'] });
    unfollow = files.follow((next) => team.server.renew(next), 20);
  });
  afterAll(async () => {
    unfollow();
    await team.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const host = (): string => `localhost:${team.server.port}`;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** Over one connection, which is kept. */
  const asked = (): Promise<{ status: number; port: number }> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: team.server.port, servername: 'localhost', rejectUnauthorized: false, agent, path: '/healthz', headers: { host: host() } }, (response) => {
        const port = response.socket.localPort ?? 0;
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode ?? 0, port }));
      });
      sent.on('error', reject);
      sent.end();
    });

  it('is another one as soon as its files are; connections that are open stay, also those of pages', async () => {
    const { cookie } = await team.person('ada', 'viewer');
    const page = new WebSocket(`wss://127.0.0.1:${team.server.port}/rpc`, { headers: { cookie, origin: `https://${host()}`, host: host() }, rejectUnauthorized: false });
    await new Promise<void>((resolve, reject) => page.once('open', resolve).once('error', reject));
    let closed = false;
    page.on('close', () => (closed = true));
    const before = await asked();
    expect(await shown()).toBe('first');
    put('second', 'key.pem');
    put('second', 'cert.pem');
    await expect.poll(shown, { timeout: 20_000 }).toBe('second');
    expect(await asked()).toEqual(before);
    const pong = new Promise<void>((resolve) => page.once('pong', () => resolve()));
    page.ping();
    await pong;
    expect(closed).toBe(false);
    page.terminate();
  });

  it('stays the earlier one while only half of the new one is there, or what is there is none; SIGHUP looks at once', async () => {
    unfollow();
    unfollow = files.follow((next) => team.server.renew(next), 3_600_000);
    put('third', 'cert.pem');
    await hangUp();
    expect(lines.at(-1)).toContain('was not read anew: The certificate or its key cannot be used.');
    expect(await shown()).toBe('second');
    put('third', 'key.pem');
    await hangUp();
    expect(lines.at(-1)).toContain('was read anew');
    expect(await shown()).toBe('third');
    writeFileSync(at('cert.pem'), 'no certificate');
    await hangUp();
    expect(await shown()).toBe('third');
    expect((await asked()).status).toBe(200);
  });
});

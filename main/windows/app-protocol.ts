import { protocol } from 'electron';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { contentSecurityPolicy, mimeTypes, withStyleNonce } from '#app/core/web-files.ts';
import { appScheme, servedFile } from './served-file.ts';

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves files under `folder` at penstock://app/; everything outside it is 404. */
export function serveApp(folder: string): void {
  protocol.handle(appScheme, async (request) => {
    const file = request.method === 'GET' || request.method === 'HEAD' ? servedFile(folder, request.url) : null;
    const body = file === null ? null : await readFile(file).catch(() => null);
    if (file === null || body === null) return new Response('Not found', { status: 404, headers: { 'content-security-policy': "default-src 'none'", 'x-content-type-options': 'nosniff' } });
    const type = path.extname(file);
    const nonce = randomBytes(16).toString('base64');
    return new Response(type === '.html' ? withStyleNonce(body.toString('utf8'), nonce) : new Uint8Array(body), {
      headers: {
        'content-type': mimeTypes[type] ?? 'application/octet-stream',
        'content-security-policy': contentSecurityPolicy([], nonce),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      },
    });
  });
}

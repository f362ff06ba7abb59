/** What both servers of the page (the desktop's own protocol, the browser mode) say about its files. */

export const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Stands in the page for what each answer is given anew. */
const nonceMark = '__STYLE_NONCE__';

/** The page with its nonce, by which the styles that it makes itself are known (renderer/ui/style-nonce.ts). */
export const withStyleNonce = (html: string, nonce: string): string => html.replaceAll(nonceMark, nonce);

/**
 * The page's content security policy: scripts and styles from the page's own origin, and style elements that carry the nonce. Markup that
 * gets into the page brings neither code nor styles. `connect`: further sources the page may connect to.
 */
export function contentSecurityPolicy(connect: readonly string[] = [], nonce: string | null = null): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    ["style-src 'self'", ...(nonce === null ? [] : [`'nonce-${nonce}'`])].join(' '),
    "img-src 'self' data: blob:",
    "font-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
    "worker-src 'self'",
    "object-src 'none'",
    "frame-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

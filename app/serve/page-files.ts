import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { mimeTypes, withStyleNonce } from '#app/core/web-files.ts';

export interface PageFile {
  readonly body: Uint8Array;
  readonly type: string;
  readonly cache: string;
  /** Of this answer: for its policy. */
  readonly nonce: string;
}

/** Files of the built page, by the path of an address; nothing outside its folder. */
export class PageFiles {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** @throws PenstockError `not-built` when the page was never built. */
  static async open(folder: string): Promise<PageFiles> {
    const root = path.resolve(folder);
    await readFile(path.join(root, 'index.html')).catch(() => {
      throw new PenstockError('not-built', `The page of the app has not been built (${root}).`, { remedy: 'Run “npm run build”.' });
    });
    return new PageFiles(root);
  }

  /** Null where there is no such file. @throws URIError for a path that is not well encoded. */
  async read(pathname: string): Promise<PageFile | null> {
    const relative = decodeURIComponent(pathname === '/' ? '/index.html' : pathname);
    const file = path.normalize(path.join(this.#root, relative));
    if (!file.startsWith(this.#root + path.sep) || relative.includes('\0')) return null;
    const body = await readFile(file).catch(() => null);
    if (body === null) return null;
    const nonce = randomBytes(16).toString('base64');
    return { nonce, body: path.extname(file) === '.html' ? Buffer.from(withStyleNonce(body.toString('utf8'), nonce)) : body, type: mimeTypes[path.extname(file)] ?? 'application/octet-stream', cache: relative.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store' };
  }
}

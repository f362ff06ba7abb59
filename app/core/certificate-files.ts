import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, Server as TlsServer, type ServerOptions } from 'node:https';
import type { RequestListener, Server } from 'node:http';
import { createSecureContext } from 'node:tls';
import { PenstockError } from './errors.ts';

/** A certificate with its chain, and its key; PEM. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Renewed certificates lie there for weeks before the earlier ones end: there is no hurry. */
const everyMs = 30_000;
const leastTls = 'TLSv1.2';

/**
 * The files of a certificate, which are made anew every few weeks while a server runs. What is there anew is handed on only when both files
 * belong together: they are written one after the other, and half a renewal must not end a server.
 */
export class CertificateFiles {
  readonly #files: { readonly cert: string; readonly key: string };
  readonly #log: (message: string) => void;
  #current: Certificate;
  /** What was last looked at and could not be used; said once. */
  #refused = '';

  private constructor(files: { readonly cert: string; readonly key: string }, current: Certificate, log: (message: string) => void) {
    this.#files = files;
    this.#current = current;
    this.#log = log;
  }

  /** @param log hears of renewals, one line each @throws PenstockError `tls-file`, `tls-invalid`. */
  static async open(files: { readonly cert: string; readonly key: string }, log: (message: string) => void): Promise<CertificateFiles> {
    const current = await read(files);
    assertPair(current);
    return new CertificateFiles(files, current, log);
  }

  get current(): Certificate {
    return this.#current;
  }

  /** The certificate that lies there now, where it is another and can be used; else null. Never rejects. */
  async renewed(): Promise<Certificate | null> {
    try {
      const found = await read(this.#files);
      if (found.cert.equals(this.#current.cert) && found.key.equals(this.#current.key)) return null;
      const print = createHash('sha256').update(found.cert).update('\0').update(found.key).digest('hex');
      if (print === this.#refused) return null;
      try {
        assertPair(found);
      } catch (error) {
        this.#refused = print;
        throw error;
      }
      this.#current = found;
      this.#log('The TLS certificate was read anew. Connections that are open stay so.');
      return found;
    } catch (error) {
      this.#log(`The TLS certificate was not read anew: ${error instanceof Error ? error.message : String(error)} The earlier one is used on.`);
      return null;
    }
  }

  /** Looks now and then, and at once on SIGHUP, as `certbot renew --deploy-hook` and init systems send it. @returns ends it */
  follow(apply: (certificate: Certificate) => void, ms = everyMs): () => void {
    const look = (): void => void this.renewed().then((found) => (found === null ? undefined : apply(found)));
    const timer = setInterval(look, ms).unref();
    process.on('SIGHUP', look);
    return () => {
      clearInterval(timer);
      process.off('SIGHUP', look);
    };
  }
}

/** A server with this certificate. @throws PenstockError `tls-invalid`. */
export function secureServer({ cert, key }: { readonly cert: Uint8Array; readonly key: Uint8Array }, options: ServerOptions, listener: RequestListener): Server {
  const certificate = { cert: Buffer.from(cert), key: Buffer.from(key) };
  assertPair(certificate);
  return createServer({ ...options, ...certificate, minVersion: leastTls }, listener);
}

/** Another certificate for connections from now on; open ones stay. Nothing happens where the server has none. */
export function renewCertificate(server: Server, certificate: Certificate): void {
  if (server instanceof TlsServer) server.setSecureContext({ ...certificate, minVersion: leastTls });
}

async function read(files: { readonly cert: string; readonly key: string }): Promise<Certificate> {
  const one = (file: string): Promise<Buffer> =>
    readFile(file).catch((error: unknown) => {
      throw new PenstockError('tls-file', `${file} cannot be read.`, { remedy: 'Check --tls-cert and --tls-key.', place: { file }, cause: error });
    });
  return { cert: await one(files.cert), key: await one(files.key) };
}

function assertPair(certificate: Certificate): void {
  try {
    createSecureContext({ ...certificate, minVersion: leastTls });
  } catch (error) {
    throw new PenstockError('tls-invalid', 'The certificate or its key cannot be used.', { remedy: 'Both must be PEM files that belong together; the certificate with its chain.', cause: error });
  }
}

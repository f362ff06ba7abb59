import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { PenstockError } from '#app/core/errors.ts';

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** `::ffff:192.0.2.1` is 192.0.2.1, as a socket that listens for both kinds says it. */
export const plainAddress = (address: string): string => /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1] ?? address;

/**
 * Addresses and networks (`192.0.2.0/24`, `2001:db8::/32`).
 * @throws PenstockError `network-invalid` naming the option.
 */
export function networks(option: string, given: readonly string[]): BlockList {
  const list = new BlockList();
  for (const one of given) {
    const [address = '', bits, more] = one.trim().split('/');
    const kind = isIP(address);
    const most = kind === 6 ? 128 : 32;
    const prefix = bits === undefined ? most : Number(bits);
    if (kind === 0 || more !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits)) || prefix > most) {
      throw new PenstockError('network-invalid', `${option}: “${one}” is neither an address nor a network.`, { remedy: 'Write it as in 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.' });
    }
    list.addSubnet(address, prefix, family(address));
  }
  return list;
}

export interface ReachOptions {
  /** Where people may come from; empty: from anywhere. */
  readonly allow: readonly string[];
  /** Addresses of the reverse proxy; empty: there is none. */
  readonly proxies: readonly string[];
  /** Names people type: `penstock.example.org`, perhaps with a port. */
  readonly names: readonly string[];
}

/** Where requests come from, and whether they are meant for this server. */
export class Reach {
  readonly #allow: BlockList | null;
  readonly #proxies: BlockList | null;
  readonly #names: readonly string[];
  #hosts: ReadonlySet<string> = new Set();

  constructor(options: ReachOptions) {
    this.#allow = options.allow.length === 0 ? null : networks('--allow', options.allow);
    this.#proxies = options.proxies.length === 0 ? null : networks('--behind-proxy', options.proxies);
    this.#names = options.names.map((name) => name.trim().toLowerCase());
    const wrong = this.#names.find((name) => !/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/.test(name));
    if (wrong !== undefined) throw new PenstockError('public-name', `“${wrong}” is not a name of a server.`, { remedy: 'Give --public-name as people type it into the address bar, without https://.' });
  }

  /** What the Host header may be, once the port is known. Behind a proxy, the port is the proxy's: 443 unless the name says another. */
  listening(port: number): void {
    this.#hosts = new Set(this.#names.flatMap((name) => (/:\d+$/.test(name) ? [name] : this.#proxies !== null || port === 443 ? [name, `${name}:443`] : [`${name}:${port}`])));
  }

  /** The first address people reach this at. */
  get origin(): string {
    return `https://${[...this.#hosts][0] ?? 'localhost'}`;
  }

  /** WebSocket addresses for the page's policy; Safari does not read 'self' as covering them. */
  get sockets(): string[] {
    return [...this.#hosts].map((host) => `wss://${host}`);
  }

  /** Whether the proxy, and nobody else, is at the other end; always where there is none. */
  isFromProxy(request: IncomingMessage): boolean {
    const address = plainAddress(request.socket.remoteAddress ?? '');
    return this.#proxies === null || (isIP(address) !== 0 && this.#proxies.check(address, family(address)));
  }

  /**
   * The client's address. `X-Forwarded-For` is read from the right, as far as trusted proxies wrote it: what a client puts there itself
   * stands further left and is never reached.
   */
  clientOf(request: IncomingMessage): string {
    const peer = plainAddress(request.socket.remoteAddress ?? '');
    if (this.#proxies === null || !this.isFromProxy(request)) return peer;
    const said = String(request.headers['x-forwarded-for'] ?? '').split(',').map((one) => plainAddress(one.trim()));
    for (const address of said.toReversed()) {
      if (isIP(address) === 0) return peer;
      if (!this.#proxies.check(address, family(address))) return address;
    }
    return peer;
  }

  allows(address: string): boolean {
    return this.#allow === null || (isIP(address) !== 0 && this.#allow.check(address, family(address)));
  }

  /** Behind a proxy people's own connection must be TLS: it says so. */
  isSecure(request: IncomingMessage): boolean {
    return this.#proxies === null || request.headers['x-forwarded-proto'] === 'https';
  }

  isOwnHost(request: IncomingMessage): boolean {
    return this.#hosts.has((request.headers.host ?? '').toLowerCase());
  }

  /** A request that a page of this server makes, and no other site's. Browsers send Origin with what may change something. */
  isSameOrigin(request: IncomingMessage): boolean {
    const host = (request.headers.host ?? '').toLowerCase().replace(/:443$/, '');
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin') return false;
    if (origin !== undefined) return origin.toLowerCase() === `https://${host}`;
    return site === 'same-origin';
  }
}

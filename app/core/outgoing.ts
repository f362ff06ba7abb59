import { lookup } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, Socket, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { PenstockError } from './errors.ts';

/**
 * Where Penstock may connect to when an address comes from a person or a project: webhooks, MLflow servers, databases. The name is looked up
 * at the moment of connecting and every address that it stands for is judged, so that it cannot mean another machine between the check and
 * the connection. Needs Node; the page never loads this.
 */

/** Link-local addresses, where clouds keep the credentials of their machines, and those that mean no machine. */
const neverAsked = new BlockList();
neverAsked.addSubnet('169.254.0.0', 16, 'ipv4');
neverAsked.addSubnet('0.0.0.0', 8, 'ipv4');
neverAsked.addSubnet('224.0.0.0', 3, 'ipv4');
neverAsked.addAddress('100.100.100.200', 'ipv4');
neverAsked.addAddress('192.0.0.192', 'ipv4');
neverAsked.addSubnet('fe80::', 10, 'ipv6');
neverAsked.addSubnet('ff00::', 8, 'ipv6');
neverAsked.addAddress('::', 'ipv6');
neverAsked.addAddress('fd00:ec2::254', 'ipv6');

/** The machine that Penstock runs on: on a server that several people use, what listens there is not theirs. */
const ownMachine = new BlockList();
ownMachine.addSubnet('127.0.0.0', 8, 'ipv4');
ownMachine.addAddress('::1', 'ipv6');

export interface OutgoingPolicy {
  /** People who are not at this machine give addresses. */
  readonly team: boolean;
  /** Addresses and networks that are allowed all the same: `127.0.0.1`, `169.254.1.0/24`. Default: those of PENSTOCK_ALLOW_ADDRESSES. */
  readonly allow?: readonly string[];
}

const fromEnvironment = (): string[] => process.env['PENSTOCK_ALLOW_ADDRESSES']?.split(/[,\s]+/) ?? [];
let policy: { readonly team: boolean; readonly allow: BlockList } = { team: false, allow: allowed(fromEnvironment()) };

/** Of the whole process; a server for several people sets it before it listens. @throws PenstockError `address-syntax`. */
export function setOutgoingPolicy({ team, allow = fromEnvironment() }: OutgoingPolicy): void {
  policy = { team, allow: allowed(allow) };
}

function allowed(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts.filter((one) => one !== '')) {
    const [address = '', bits] = text.split('/');
    const family = isIP(address);
    const most = family === 6 ? 128 : 32;
    if (family === 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most))) throw new PenstockError('address-syntax', `“${text}” is no address or network.`, { remedy: 'Write 10.0.0.5 or 10.0.0.0/24.' });
    list.addSubnet(address, bits === undefined ? most : Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** IPv4 inside IPv6, as both are written: `::ffff:169.254.1.1`, `::ffff:a9fe:101`, NAT64 and 6to4. */
function embedded(address: string): string | null {
  const text = URL.canParse(`http://[${address}]`) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
  const [, high, low] = /^(?:::ffff:|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text) ?? /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/.exec(text) ?? [];
  if (high === undefined || low === undefined) return null;
  const bytes = [Number.parseInt(high, 16), Number.parseInt(low, 16)].flatMap((word) => [word >> 8, word & 255]);
  return bytes.join('.');
}

/** Whether an address is not connected to under the policy of this process. */
export function isRefusedAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const inside = isIP(plain) === 6 ? embedded(plain) : null;
  if (inside !== null && isRefusedAddress(inside)) return true;
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  if (policy.allow.check(plain, family)) return false;
  return neverAsked.check(plain, family) || (policy.team && ownMachine.check(plain, family));
}

export function refusedAddress(host: string): PenstockError {
  return new PenstockError('address-refused', `Penstock does not connect to ${host}: that is an address of the machine’s own network, where clouds keep credentials.`, {
    remedy: 'Check the address; if it is right, allow it with PENSTOCK_ALLOW_ADDRESSES, or for a webhook in its channel.',
  });
}

/** Judges a host that is written as an address, or is known to stand for one. Names are judged when they are looked up. @throws PenstockError `address-refused`. */
export function assertHost(host: string): void {
  const plain = host.replace(/^\[|\]$/g, '');
  if ((isIP(plain.replace(/%.*$/, '')) !== 0 && isRefusedAddress(plain)) || /^metadata(?:\.google\.internal)?\.?$/i.test(plain)) throw refusedAddress(host);
}

/** Looks a name up for the connection that is made now, and refuses it where any of its addresses is. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, '', 0);
      return;
    }
    const [first] = addresses;
    if (first === undefined || addresses.some(({ address }) => isRefusedAddress(address))) callback(refusedAddress(hostname) as unknown as NodeJS.ErrnoException, '', 0);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

/** A socket for clients that connect by themselves (`connect(port, host)`): the name is judged as it is looked up. */
export function guardedSocket(): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  socket.connect = ((port: number, host: string) => {
    try {
      assertHost(host);
    } catch (error) {
      // As a connection that fails: clients listen for that, and not for what connect throws.
      process.nextTick(() => socket.destroy(error as Error));
      return socket;
    }
    return connect({ port, host, lookup: guardedLookup });
  }) as Socket['connect'];
  return socket;
}

export interface GuardedInit {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Blob;
  readonly signal: AbortSignal;
}

/**
 * As `fetch`, but to judged addresses only. Redirects are given back as they are, never followed: where a server points is not where the
 * person pointed, and what is sent along (a password) was meant for the first.
 * @throws PenstockError `address-refused`; else as the connection fails, with `code` in its `cause`.
 */
export async function guardedFetch(address: string, { method, headers = {}, body, signal }: GuardedInit): Promise<Response> {
  const url = new URL(address);
  assertHost(url.hostname);
  signal.throwIfAborted();
  const make = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const length = body === undefined ? {} : { 'content-length': String(body instanceof Blob ? body.size : typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength) };
  return new Promise((resolve, reject) => {
    const request = make(url, { method, headers: { ...headers, ...length }, signal, agent: false, lookup: guardedLookup }, (response) => {
      const given = new Headers();
      for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) given.append(response.rawHeaders[i] ?? '', response.rawHeaders[i + 1] ?? '');
      const status = response.statusCode ?? 0;
      const empty = method === 'HEAD' || [101, 204, 205, 304].includes(status);
      if (empty) response.resume();
      resolve(new Response(empty ? null : (Readable.toWeb(response) as unknown as BodyInit), { status, headers: given }));
    });
    request.on('error', (error) => reject(error instanceof PenstockError || error.name === 'AbortError' ? error : new TypeError(`${url.host} cannot be reached`, { cause: error })));
    if (body instanceof Blob) Readable.fromWeb(body.stream() as ReadableStream).on('error', (error) => request.destroy(error)).pipe(request);
    else request.end(body);
  });
}

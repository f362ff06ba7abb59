import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ClientLink } from '@orpc/client';
import { create } from 'zustand';
import { desktop } from './desktop.ts';
import { texts } from '../text/texts.ts';

export type ConnectionState = 'connecting' | 'ready' | 'restarting' | 'failed';

interface ConnectionStore {
  readonly state: ConnectionState;
  readonly message: string;
  /** Counts connections; a subscription that sees it change asks again. */
  readonly epoch: number;
}

export const useConnection = create<ConnectionStore>(() => ({ state: 'connecting', message: '', epoch: 0 }));

export type Link = ClientLink<Record<never, never>>;

interface Live {
  readonly link: Link;
  /** Aborts when the transport is gone, so that no call waits for ever. */
  readonly gone: AbortController;
}

let live: Live | null = null;
let waiting: ((value: Live) => void)[] = [];

/** The live transport, now or as soon as there is one. */
export function whenConnected(): Promise<Live> {
  if (live) return Promise.resolve(live);
  return new Promise((resolve) => waiting.push(resolve));
}

function connected(link: Link): Live {
  live?.gone.abort();
  live = { link, gone: new AbortController() };
  const resolved = live;
  useConnection.setState((state) => ({ state: 'ready', message: '', epoch: state.epoch + 1 }));
  for (const resolve of waiting) resolve(resolved);
  waiting = [];
  return resolved;
}

function lost(which: Live | null, state: ConnectionState, message: string): void {
  if (which !== null && which !== live) return;
  live?.gone.abort();
  live = null;
  useConnection.setState({ state, message });
}

const sessionEnded = 4401;

let leaving = false;

/** The person signs out: that the session ends is no news to them. */
export function leave(): void {
  leaving = true;
}

function toSignIn(): void {
  if (leaving) return;
  location.assign(`/signin?state=ended&next=${encodeURIComponent(`${location.pathname}${location.search}`)}`);
}

let started = false;

/** Connects once for the life of the page: a MessagePort in the desktop shell, a WebSocket in a browser. */
export function startConnection(): void {
  if (started) return;
  started = true;
  const shell = desktop();
  if (!shell) {
    openSocket(0);
    return;
  }
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const [port] = event.ports;
    const data = event.data as { type?: unknown } | null;
    if (event.source !== window || data?.type !== 'penstock:port' || !port) return;
    const mine = connected(new PortLink({ port }));
    port.addEventListener('close', () => lost(mine, 'restarting', texts.state.restarting));
    port.start();
  });
  shell.onEngineRestart(() => lost(null, 'restarting', texts.state.restarting));
  shell.onEngineFailed?.((message) => lost(null, 'failed', message));
  shell.listens();
}

function openSocket(attempt: number): void {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/rpc`);
  let mine: Live | null = null;
  socket.addEventListener('open', () => {
    mine = connected(new SocketLink({ websocket: socket }));
  });
  socket.addEventListener('close', ({ code }) => {
    // The server's word that this browser is no longer signed in (app/serve/team/sockets.ts).
    if (code === sessionEnded) return toSignIn();
    // It may have ended while the connection was away: then the page itself leads to signing in.
    if (!mine && attempt === 1) void fetch('/', { method: 'HEAD', redirect: 'manual' }).then(({ type }) => type === 'opaqueredirect' && toSignIn(), () => undefined);
    if (mine) lost(mine, 'restarting', texts.state.lost);
    else if (attempt > 2) lost(null, 'failed', texts.state.noAnswer);
    const next = mine ? 0 : attempt + 1;
    setTimeout(() => openSocket(next), Math.min(5000, 250 * 2 ** next));
  });
}

import { isIP } from 'node:net';
import { z } from 'zod';
import type { StoreDatabase } from '#app/store/database.ts';
import { newSecret, secretHash } from './database.ts';

/** Failures that cost nothing yet: people mistype; behind one address there may be many people. */
const free: Readonly<Record<'name' | 'address' | 'device', number>> = { name: 5, address: 20, device: 10 };
/** The longest that one more failure locks for, in ms. */
export const longestLockMs = 15 * 60_000;
/** Failures are forgotten after this long without another. */
const forgetMs = 24 * 3_600_000;
const deviceMs = 180 * 86_400_000;

/** Who tries: the folded name, the address, and what the browser holds from an earlier sign-in. */
export interface Attempt {
  readonly name: string;
  readonly address: string;
  readonly account: string | null;
  readonly device: string | null;
}

/**
 * Slows down guessing, per name and per address, more with every failure. A name that is being guessed at from elsewhere stays open for
 * browsers that signed in with it before (OWASP, “device cookies”): nobody shuts an admin out by failing on purpose. What is refused while
 * locked does not count, so a lock never lasts longer than `longestLockMs`.
 */
export class Lockout {
  readonly #db: StoreDatabase;
  readonly #now: () => number;

  constructor(database: StoreDatabase, now: () => number = Date.now) {
    this.#db = database;
    this.#now = now;
  }

  /** Time until this may be tried again in ms; 0: now. */
  wait(attempt: Attempt): number {
    return Math.max(...this.#keys(attempt).map(([key, allowed]) => this.#waitOf(key, allowed)));
  }

  /** Before the password is looked at, so that tries at the same time count, too; `succeeded` takes it back. @returns whether this one begins a lock. */
  began(attempt: Attempt): boolean {
    const now = this.#now();
    this.#db.run('delete from failures where last_at <= ?', now - forgetMs);
    return this.#keys(attempt).map(([key, allowed]) => {
      this.#db.run('insert into failures (key, count, last_at) values (?, 1, ?) on conflict (key) do update set count = count + 1, last_at = excluded.last_at', key, now);
      return this.#count(key).count === allowed + 1;
    }).some(Boolean);
  }

  /** Forgets the failures of the name (or browser); one of the address's, so that one good account does not wash an address clean. */
  succeeded(attempt: Attempt): void {
    for (const [key] of this.#keys(attempt)) {
      if (key.startsWith('address:')) this.#db.run('update failures set count = count - 1 where key = ? and count > 0', key);
      else this.#db.run('delete from failures where key = ?', key);
    }
  }

  /** What a browser keeps after signing in: it is known from now on. */
  know(account: string): string {
    const secret = newSecret();
    const now = this.#now();
    this.#db.run('delete from devices where created_at <= ?', now - deviceMs);
    this.#db.run('insert into devices (hash, account, created_at) values (?, ?, ?)', secretHash(secret), account, now);
    return secret;
  }

  /** After a password was changed for safety, no browser is known any more. */
  forgetDevices(account: string): void {
    this.#db.run('delete from devices where account = ?', account);
  }

  #knows(attempt: Attempt): boolean {
    if (attempt.device === null || attempt.account === null) return false;
    return this.#db.get('select 1 as one from devices where hash = ? and account = ? and created_at > ?', secretHash(attempt.device), attempt.account, this.#now() - deviceMs) !== undefined;
  }

  /** A known browser counts by itself: neither others' failures at its name nor those of its network lock it. */
  #keys(attempt: Attempt): (readonly [string, number])[] {
    if (attempt.device !== null && this.#knows(attempt)) return [[`device:${secretHash(attempt.device)}`, free.device]];
    return [[`name:${attempt.name.slice(0, 200)}`, free.name], [`address:${network(attempt.address)}`, free.address]];
  }

  #count(key: string): { count: number; lastAt: number } {
    const row = this.#db.get('select count, last_at as lastAt from failures where key = ? and last_at > ?', key, this.#now() - forgetMs);
    return row === undefined ? { count: 0, lastAt: 0 } : z.object({ count: z.number(), lastAt: z.number() }).parse(row);
  }

  #waitOf(key: string, allowed: number): number {
    const { count, lastAt } = this.#count(key);
    if (count < allowed) return 0;
    return Math.max(0, lastAt + Math.min(longestLockMs, 1000 * 2 ** Math.min(20, count - allowed)) - this.#now());
  }
}

/** What one party holds: an IPv4 address, or the /64 of an IPv6 one, in which everybody may choose addresses freely. */
export function network(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail = ''] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const all = address.includes('::') ? [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right] : left;
  return `${all.slice(0, 4).map((part) => Number.parseInt(part === '' ? '0' : part, 16).toString(16)).join(':')}::/64`;
}

import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { PenstockError } from '#app/core/errors.ts';
import { commonPasswords } from './common-passwords.ts';

/** OWASP Password Storage Cheat Sheet (2024): argon2id with 19 MiB, 2 passes, 1 lane. Memory in KiB. */
export const hashParameters = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;
const saltBytes = 16;

export const shortestPassword = 12;
/** Longer ones are refused, not cut off: hashing must not be a way to make the server busy. */
export const longestPassword = 256;

export type PasswordFault = 'short' | 'long' | 'common' | 'name';

/** What is wrong with a password, or null. Length over composition (NIST SP 800-63B); `name`: it holds the account's own name. */
export function passwordFault(password: string, name: string): PasswordFault | null {
  const length = [...password].length;
  if (length < shortestPassword) return 'short';
  if (length > longestPassword) return 'long';
  const plain = password.toLowerCase();
  // “passwordpassword” and “aaaaaaaaaaaa” are as easy to guess as what they repeat.
  if (commonPasswords.has(plain) || isRepetition(plain)) return 'common';
  const own = name.toLowerCase().split('@')[0] ?? '';
  if (own.length >= 4 && plain.includes(own)) return 'name';
  return null;
}

/** Made by saying up to eight characters again and again. */
function isRepetition(text: string): boolean {
  for (let period = 1; period <= 8 && period < text.length; period += 1) {
    if (text === text.slice(0, period).repeat(Math.ceil(text.length / period)).slice(0, text.length)) return true;
  }
  return false;
}

const sentences: Readonly<Record<PasswordFault, string>> = {
  short: `The password is shorter than ${shortestPassword} characters.`,
  long: `The password is longer than ${longestPassword} characters.`,
  common: 'This password is one of those that are tried first.',
  name: 'The password holds the name of the account.',
};

/** @throws PenstockError `password-weak`. */
export function assertPassword(password: string, name: string): void {
  const fault = passwordFault(password, name);
  if (fault === null) return;
  throw new PenstockError('password-weak', sentences[fault], { remedy: `Choose at least ${shortestPassword} characters; some words that have nothing to do with each other are easy to keep in mind.` });
}

let computations = 0;
/** Hashes computed so far in this process: tests compare what known and unknown names cost by it, not by a clock. */
export const hashComputations = (): number => computations;

function compute(password: string, salt: Uint8Array, parameters: Omit<Argon2Parameters, 'message' | 'nonce'>): Promise<Uint8Array> {
  computations += 1;
  return new Promise((resolve, reject) => {
    argon2('argon2id', { ...parameters, message: password.normalize('NFKC'), nonce: salt }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

/** Hashes under way at most: each takes 19 MiB and a core. Others wait. */
const atOnce = 4;
const mostWaiting = 100;
let running = 0;
const waiting: (() => void)[] = [];

async function limited<T>(work: () => Promise<T>): Promise<T> {
  if (waiting.length >= mostWaiting) throw new PenstockError('server-busy', 'Too many people sign in at this moment.', { remedy: 'Try again in some seconds.' });
  if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

/** A password as it is kept: PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const { memory, passes, parallelism } = hashParameters;
  const key = await limited(() => compute(password, salt, hashParameters));
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(key)}`;
}

const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{21,86})$/;

// Its parts are random; no password makes it but by chance.
const dummy = `$argon2id$v=19$m=${hashParameters.memory},t=${hashParameters.passes},p=${hashParameters.parallelism}$${base64(randomBytes(saltBytes))}$${base64(randomBytes(hashParameters.tagLength))}`;

/**
 * Whether a password is the one that was kept. `kept` null (no such account, or one that signs in elsewhere) costs the same and is false.
 * `outdated`: it was made with other parameters and should be hashed anew.
 */
export async function checkPassword(password: string, kept: string | null): Promise<{ readonly ok: boolean; readonly outdated: boolean }> {
  const parts = phc.exec(kept ?? dummy) ?? phc.exec(dummy);
  const [, memory = '', passes = '', parallelism = '', salt = '', hash = ''] = parts ?? [];
  const expected = Buffer.from(hash, 'base64');
  // Longer than any password: the answer is known, the time must not tell.
  const given = [...password].length > longestPassword ? '' : password;
  const key = await limited(() => compute(given, Buffer.from(salt, 'base64'), { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism), tagLength: expected.length }));
  const same = timingSafeEqual(key, expected) && given === password;
  const ok = same && kept !== null;
  return { ok, outdated: ok && (Number(memory) !== hashParameters.memory || Number(passes) !== hashParameters.passes || Number(parallelism) !== hashParameters.parallelism) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}

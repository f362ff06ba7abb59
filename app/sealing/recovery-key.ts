import { createHash, randomBytes } from 'node:crypto';
import { PenstockError } from '#app/core/errors.ts';

/** Crockford's base 32: no letters that are taken for digits. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const groups = 7;
const groupLength = 5;

/**
 * A key of 160 random bits to be written down: seven groups of five characters, `XXXXX-…-XXXXX`. The last three characters are a checksum,
 * so that a slip of the pen is told from a wrong key.
 */
export function newRecoveryKey(): string {
  return written(randomBytes(20));
}

/** The key's 20 bytes. Small letters, spaces, O for 0 and I or L for 1 are forgiven. @throws PenstockError `recovery-key-typo`. */
export function readRecoveryKey(text: string): Buffer {
  const plain = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  const digits = [...plain].map((letter) => letters.indexOf(letter));
  const bad = (): PenstockError => new PenstockError('recovery-key-typo', 'That is not a recovery key: a character is missing or wrong.', { remedy: 'Compare it with what you wrote down: seven groups of five characters.' });
  if (digits.length !== groups * groupLength || digits.includes(-1)) throw bad();
  let bits = 0n;
  for (const digit of digits.slice(0, 32)) bits = (bits << 5n) | BigInt(digit);
  const key = Buffer.from(bits.toString(16).padStart(40, '0'), 'hex');
  if (written(key).replaceAll('-', '') !== plain) throw bad();
  return key;
}

function written(key: Uint8Array): string {
  const sum = createHash('sha256').update('penstock/recovery/1').update(key).digest();
  // 160 bits and 15 of the checksum: 35 characters.
  let bits = (BigInt(`0x${Buffer.from(key).toString('hex')}`) << 15n) | BigInt(sum.readUInt16BE(0) >> 1);
  let text = '';
  for (let i = 0; i < groups * groupLength; i += 1) {
    text = `${letters[Number(bits & 31n)] ?? ''}${text}`;
    bits >>= 5n;
  }
  return text.match(/.{5}/g)?.join('-') ?? '';
}

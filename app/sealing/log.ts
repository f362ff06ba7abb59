import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { damaged, fileKeys, headerBytes, newHeader, sealedKind, tagBytes } from './stream.ts';

/**
 * A file that grows by appending: the header, then records of a length (4 bytes, big-endian), a nonce of 12 random bytes, the encrypted
 * content and its tag. A record's number is authenticated with it, so that records cannot be moved, doubled or left out of the middle. The
 * nonce is random and not a number because a record that a crash tore is written once more in its place. A record that is cut off at the
 * end is dropped, as a torn line of text would be; that whole records were taken from the end cannot be told.
 */

const nonceBytes = 12;
const overhead = 4 + nonceBytes + tagBytes;

/** How far a log is whole: the number of records and the bytes they take, header included. */
export interface LogEnd {
  readonly records: number;
  readonly bytes: number;
}

export function emptyLog(): Buffer {
  return newHeader('log');
}

export function sealRecord(key: Uint8Array, header: Uint8Array, number: number, content: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', fileKeys(key, header).key, nonce).setAAD(aad(header, number));
  const body = Buffer.concat([cipher.update(content), cipher.final()]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, nonce, body, cipher.getAuthTag()]);
}

/** Finds the end without decrypting. */
export function logEnd(sealed: Uint8Array): LogEnd {
  const view = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  let bytes = headerBytes;
  let records = 0;
  while (bytes + overhead <= view.length) {
    const next = bytes + overhead + view.readUInt32BE(bytes);
    if (next > view.length) break;
    bytes = next;
    records += 1;
  }
  return { records, bytes };
}

/** Contents of the whole records, in order. @throws PenstockError `sealed-damaged`. */
export function openLog(key: Uint8Array, sealed: Uint8Array, file: string): Buffer[] {
  if (sealedKind(sealed) !== 'log') throw damaged(file);
  const header = sealed.subarray(0, headerBytes);
  const keys = fileKeys(key, header);
  const view = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const contents: Buffer[] = [];
  let at = headerBytes;
  for (let left = logEnd(sealed).records; left > 0; left -= 1) {
    const length = view.readUInt32BE(at);
    const body = at + 4 + nonceBytes;
    const decipher = createDecipheriv('aes-256-gcm', keys.key, view.subarray(at + 4, body)).setAAD(aad(header, contents.length));
    decipher.setAuthTag(view.subarray(body + length, body + length + tagBytes));
    try {
      contents.push(Buffer.concat([decipher.update(view.subarray(body, body + length)), decipher.final()]));
    } catch (error) {
      throw damaged(file, error);
    }
    at = body + length + tagBytes;
  }
  return contents;
}

function aad(header: Uint8Array, number: number): Buffer {
  const text = Buffer.alloc(headerBytes + 8);
  text.set(header, 0);
  text.writeBigUInt64BE(BigInt(number), headerBytes);
  return text;
}

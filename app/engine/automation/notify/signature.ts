import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a signed message's time may lie from ours, in seconds. */
const toleranceSeconds = 300;

/** Signs as Standard Webhooks has it (standardwebhooks.com): `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64. */
export function signWebhook(secret: string, id: string, timestamp: number, body: string): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** Secrets written as `whsec_BASE64` are keys in base64, others are taken as they are. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret, 'utf8');
}

/**
 * Whether a message that comes in was signed with the secret: by the headers of Standard Webhooks, whose time must be near ours, or by
 * GitHub's `x-hub-signature-256` over the body alone.
 */
export function isSignedBy(secret: string, headers: Readonly<Record<string, string | string[] | undefined>>, body: Buffer, now: number): boolean {
  const one = (name: string): string | null => {
    const value = headers[name];
    return typeof value === 'string' ? value : null;
  };
  const [id, timestamp, signatures] = [one('webhook-id'), one('webhook-timestamp'), one('webhook-signature')];
  if (id !== null && timestamp !== null && signatures !== null) {
    if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) return false;
    const wanted = signWebhook(secret, id, Number(timestamp), body.toString('utf8'));
    return signatures.split(' ').some((given) => isSame(given, wanted));
  }
  const hub = one('x-hub-signature-256');
  return hub !== null && isSame(hub, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { PenstockError } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import type { Automation } from './automation.ts';
import { hashToken } from './automation.ts';
import { isSignedBy } from './notify/signature.ts';

export interface HookRequest {
  readonly automationId: string;
  readonly token: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HookAnswer {
  readonly status: 200 | 202 | 400 | 401 | 404 | 409 | 429;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Firings of one hook that may wait at once; further calls are told to come later. */
const mostWaiting = 100;

/** Where the secret of a hook that wants signatures is kept, outside the project. */
export function hookSecret(name: string): { name: string; goesTo: string } {
  return { name, goesTo: 'webhook-in' };
}

/**
 * A call from outside, to one automation. Who does not know the token cannot tell whether the automation exists. The body goes nowhere but
 * into the params that the automation declares.
 */
export async function answerHook(automation: Automation, request: HookRequest, now = Date.now()): Promise<HookAnswer> {
  const record = automation.list().find(({ id }) => id === request.automationId);
  const trigger = record?.spec.trigger;
  const known = trigger?.kind === 'webhook' ? trigger.tokenHash : '0'.repeat(64);
  const given = hashToken(request.token);
  if (!timingSafeEqual(Buffer.from(known), Buffer.from(given)) || record === undefined || trigger?.kind !== 'webhook') return { status: 404, body: { error: 'There is nothing here.' } };
  if (trigger.secret !== '') {
    const secret = await automation.secrets.get(hookSecret(trigger.secret));
    if (secret === null || !isSignedBy(secret, request.headers, request.body, now)) return { status: 401, body: { error: 'The signature is missing, old or wrong.' } };
  }
  if (automation.restricted) return { status: 409, body: { error: 'This project is restricted.' } };
  if (!record.enabled) return { status: 409, body: { error: 'This trigger is switched off.' } };
  if (automation.waiting(record.id) >= mostWaiting) return { status: 429, body: { error: 'Too many calls are waiting; try again later.' } };
  let body: unknown;
  try {
    body = parseBody(request.body, request.headers['content-type'] ?? '');
  } catch (error) {
    if (error instanceof PenstockError) return { status: 400, body: { error: error.message } };
    throw error;
  }
  const id = request.headers['webhook-id'] ?? request.headers['x-github-delivery'];
  const firing = automation.fire(record.id, { key: `hook:${typeof id === 'string' ? id.slice(0, 200) : newRecordId(now)}`, given: { body, query: request.query } });
  return firing === null ? { status: 200, body: { repeated: true } } : { status: 202, body: { firing: firing.id } };
}

/** JSON, a form, or text. */
function parseBody(body: Buffer, type: string): unknown {
  const text = body.toString('utf8');
  if (text === '') return null;
  if (/^application\/x-www-form-urlencoded/i.test(type)) return Object.fromEntries(new URLSearchParams(text));
  if (!/json/i.test(type) && !/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new PenstockError('body-not-json', 'The body is not JSON.');
  }
}

import { createORPCClient, ORPCError, type ClientLink } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { Diagnostic } from '#app/core/errors.ts';
import { toDiagnostic } from '#app/core/errors.ts';
import type { Contract } from '#app/protocol/contract.ts';
import { diagnosticSchema } from '#app/protocol/schema.ts';
import { language } from '../text/language.ts';
import { told } from '../text/told.ts';
import { useConnection, whenConnected } from './connection.ts';
import { answerInLanguage } from './in-language.ts';
import { texts } from '../text/texts.ts';

export type EngineClient = ContractRouterClient<Contract>;

/** The transport went away while a call was under way; safe calls may be asked again. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
  constructor() {
    super(texts.state.restarted);
  }
}

/** Calls wait for a connection; when it is lost they fail with ConnectionLostError instead of hanging. */
const link: ClientLink<Record<never, never>> = {
  async call(path, input, options) {
    const { link: current, gone } = await whenConnected();
    const signal = options.signal ? anySignal([options.signal, gone.signal]) : gone.signal;
    const dropped = new Promise<never>((_, reject) => {
      if (gone.signal.aborted) reject(new ConnectionLostError());
      gone.signal.addEventListener('abort', () => reject(new ConnectionLostError()), { once: true });
    });
    dropped.catch(() => undefined);
    const answer = await Promise.race([current.call(path, input, { ...options, signal }), dropped]);
    return language === 'en' ? answer : answerInLanguage(answer);
  },
};

// AbortSignal.any is newer than the oldest Chrome we run on.
function anySignal(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  }
  return controller.signal;
}

/** The engine, typed by the contract. One for the whole page. */
export const client: EngineClient = createORPCClient(link);

/** Whatever a call threw, as a sentence with a remedy. */
export function diagnosticOf(error: unknown): Diagnostic {
  if (error instanceof ConnectionLostError) {
    return { severity: 'error', code: 'connection-lost', message: error.message, remedy: texts.state.tryAgain };
  }
  if (error instanceof ORPCError) {
    const data = diagnosticSchema.safeParse(error.data);
    if (data.success) return inPageLanguage(data.data);
    return { severity: 'error', code: 'unexpected', message: error.message };
  }
  return inPageLanguage(toDiagnostic(error));
}

const inPageLanguage = (diagnostic: Diagnostic): Diagnostic => ({ ...diagnostic, message: told(diagnostic.message), ...(diagnostic.remedy === undefined ? {} : { remedy: told(diagnostic.remedy) }) });

/** True for calls given up on purpose or by a lost connection: nothing to show. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof ConnectionLostError || (error instanceof Error && error.name === 'AbortError');
}

/**
 * Follows a stream over reconnects until `signal` aborts or the stream ends by itself.
 * @param open asks for the stream; asked again on each new connection.
 */
export async function follow<T>(open: (signal: AbortSignal) => Promise<AsyncIterable<T>>, onItem: (item: T) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { epoch } = useConnection.getState();
    try {
      const { gone } = await whenConnected();
      const stream = await open(anySignal([signal, gone.signal]));
      for await (const item of stream) {
        if (signal.aborted) return;
        onItem(item);
      }
      if (!gone.signal.aborted) return;
    } catch (error) {
      if (signal.aborted) return;
      const reconnecting = error instanceof ConnectionLostError || useConnection.getState().state !== 'ready' || useConnection.getState().epoch !== epoch;
      if (!reconnecting) throw error;
    }
  }
}

import { create } from 'zustand';
import type { TrustReport } from '#app/protocol/sections/trust.ts';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { useConnection } from '../rpc/connection.ts';
import { reconfigure, useConfiguration } from '../state/configuration.ts';
import { notify } from '../state/notices.ts';
import { lookAgain } from '../state/project-problems.ts';
import { texts } from '../text/texts.ts';

interface TrustStore {
  /** Null until the engine has said it. */
  readonly report: TrustReport | null;
  /** The question whether to trust is open. */
  readonly asking: boolean;
  /** The banner is one line: the person has read it. */
  readonly folded: boolean;
}

export const useTrust = create<TrustStore>(() => ({ report: null, asking: false, folded: false }));

/** Quiet time after the last edit before the engine is asked again. */
const editsMs = 2000;

const foldedKey = (path: string): string => `penstock.trust-folded ${path}`;

/** Asks the engine what is held back here. */
export async function loadTrust(): Promise<void> {
  try {
    const report = await client.trust.report();
    useTrust.setState({ report, folded: localStorage.getItem(foldedKey(report.path)) === 'yes' });
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
  }
}

/** Follows the engine for the life of the page: after each reconnect it may be another project. */
export function startTrust(): void {
  useConnection.subscribe((state, before) => {
    if (state.epoch !== before.epoch) void loadTrust();
  });
  if (useConnection.getState().epoch > 0) void loadTrust();
  // What is held back changes with edits, but nobody waits for it.
  let timer: ReturnType<typeof setTimeout> | undefined;
  useConfiguration.subscribe((state, before) => {
    if (state.nodes === before.nodes || useTrust.getState().report?.restricted !== true) return;
    clearTimeout(timer);
    timer = setTimeout(() => void loadTrust(), editsMs);
  });
}

/** Opens the question, with what is there by now. */
export function askForTrust(): void {
  useTrust.setState({ asking: true });
  void loadTrust();
}

export function keepRestricted(folded: boolean): void {
  const { report } = useTrust.getState();
  if (report !== null) localStorage.setItem(foldedKey(report.path), folded ? 'yes' : 'no');
  useTrust.setState({ folded, asking: false });
}

async function change(work: () => Promise<unknown>, said: string): Promise<void> {
  try {
    await work();
    await loadTrust();
    notify({ severity: 'info', message: said });
    reconfigure(0);
    void lookAgain();
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
  }
}

export async function giveTrust(): Promise<void> {
  await change(() => client.trust.give(), texts.trust.given);
  useTrust.setState({ asking: false });
}

export async function takeTrustBack(): Promise<void> {
  await change(() => client.trust.revoke(), texts.trust.revoked);
}

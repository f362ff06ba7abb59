import { sha256Hex } from '#app/core/hash.ts';
import type { AutomationSpec } from '#app/core/automation.ts';

/**
 * Ms to wait before the attempt after the `failed`-th one (from 1): doubles each time up to the most, and is spread by up to a fifth either
 * way so that what failed together does not come back together. The same for the same firing and attempt.
 */
export function retryWait({ seconds, atMost }: AutomationSpec['retry'], firingId: string, failed: number): number {
  const whole = Math.min(atMost, seconds * 2 ** Math.min(failed - 1, 30));
  const spread = Number.parseInt(sha256Hex(`${firingId}:${failed}`).slice(0, 8), 16) / 2 ** 32;
  return Math.round(1000 * Math.min(atMost, whole * (0.8 + 0.4 * spread)));
}

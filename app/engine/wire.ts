import type { Diagnostic } from '#app/core/errors.ts';
import type { NodeRun } from '#app/protocol/schema.ts';

export type WireDiagnostic = NodeRun['diagnostics'][number];

/** The same value in the protocol's type, whose arrays are not readonly. */
export function onWire(diagnostic: Diagnostic): WireDiagnostic {
  return diagnostic as WireDiagnostic;
}

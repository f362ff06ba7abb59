import type { Diagnostic } from './errors.ts';
import { canonicalJson } from './hash.ts';

/**
 * The diagnostics without those that say the same of the same place (code, message and place; the first stays). Configuring, a
 * relation and a run may each find one fault.
 */
export function distinctDiagnostics<D extends Diagnostic>(diagnostics: readonly D[]): D[] {
  if (diagnostics.length < 2) return [...diagnostics];
  const byContent = new Map<string, D>();
  for (const diagnostic of diagnostics) {
    const content = canonicalJson([diagnostic.code, diagnostic.message, diagnostic.place ?? {}]);
    if (!byContent.has(content)) byContent.set(content, diagnostic);
  }
  return [...byContent.values()];
}

import { drawnCommand } from '#app/pipeline/subflow/drawn-command.ts';
import type { Analysis } from '../analysis/analyse.ts';
import type { Finding } from '#app/pipeline/lint/index.ts';
import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Long enough for small tables to be looked at; what takes longer is asked for again. */
const wait = 300;
const never = new AbortController().signal;

/** A fix is an edit of the pipeline without subflows; where there is no such edit of the one with them, the finding stands without it. */
function forDrawn({ drawn, document }: Analysis, finding: Finding): Finding {
  const { fix, ...told } = finding;
  if (fix === undefined) return finding;
  const command = drawnCommand(drawn, document, fix.command);
  return command === null ? told : { ...finding, fix: { ...fix, command } };
}

/** What is suspicious in a pipeline, with the edits that mend it. */
export function lintProcedures(os: Implementer, engine: Engine) {
  return {
    leaks: os.lint.leaks.handler(async ({ input, signal = never }) => {
      const analysis = await engine.analyse(input.document, signal);
      const found = await engine.leaks.findWithin(analysis, wait);
      return structuredClone({ ...found, findings: analysis.expanded.subflows.size === 0 ? found.findings : found.findings.map((finding) => forDrawn(analysis, finding)) }) as never;
    }),
  };
}

import type { Diagnostic } from '#app/core/errors.ts';
import type { PipelineNode } from '#app/pipeline/document.ts';
import type { Finding } from '#app/pipeline/lint/index.ts';
import type { NodeRun } from '#app/protocol/schema.ts';
import { FixButton } from '../results/problems/fix-button.tsx';

interface CardFixProps {
  readonly node: PipelineNode;
  readonly diagnostics: readonly Finding[];
  readonly nodeRun: NodeRun | undefined;
}

/** In the tooltip of a card that needs attention or has failed: what mends it, to be clicked there. */
export function CardFix({ node, diagnostics, nodeRun }: CardFixProps) {
  const wrong = worst(diagnostics) ?? worst(nodeRun?.diagnostics ?? []);
  if (wrong === undefined) return null;
  return <FixButton finding={{ ...wrong, place: { nodeId: node.id, ...wrong.place } }} wraps className="max-w-72" />;
}

const worst = (found: readonly Diagnostic[]): Diagnostic | undefined => found.find(({ severity }) => severity === 'error') ?? found.find(({ severity, code }) => severity === 'warning' && !code.startsWith('leak-'));

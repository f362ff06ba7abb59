import { dump, load } from 'js-yaml';
import { PenstockError } from '#app/core/errors.ts';
import { issueAt } from '#app/core/issue-phrase.ts';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { paramsSchema } from '#nodes/monitor/data-contract/node.ts';
import { contractFileSchema, fromContractFile, toContractFile } from '#nodes/monitor/data-contract/odcs.ts';

export const contractType = 'monitor/data-contract';

/** @throws PenstockError `not-a-contract`. */
export function assertContract(node: PipelineNode): void {
  if (node.type !== contractType) throw new PenstockError('not-a-contract', `“${node.title ?? node.id}” is not a Data Contract.`, { remedy: 'Name a node of that type.', place: { nodeId: node.id } });
}

/** The contract of a node as YAML of the Open Data Contract Standard. @throws PenstockError `not-a-contract`. */
export function exportContract(document: PipelineDocument, node: PipelineNode): string {
  assertContract(node);
  return dump(toContractFile(paramsSchema.parse(node.params), { id: `${document.id}-${node.id}`, name: node.title ?? document.title }), { lineWidth: 120, noRefs: true });
}

/** A document whose node has the contract of a file. @throws PenstockError `not-a-contract`, `contract-file`. */
export function importContract(document: PipelineDocument, node: PipelineNode, text: string): { readonly document: PipelineDocument; readonly skipped: readonly string[] } {
  assertContract(node);
  let value: unknown;
  try {
    value = load(text);
  } catch (error) {
    throw new PenstockError('contract-file', `That is not YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}.`, { remedy: 'Correct the file.', cause: error });
  }
  const parsed = contractFileSchema.safeParse(value);
  if (!parsed.success) {
    throw new PenstockError('contract-file', `That is not a data contract of the Open Data Contract Standard: ${issueAt(parsed.error)}.`, { remedy: 'It needs apiVersion v3, kind DataContract and a schema.' });
  }
  const { params, skipped } = fromContractFile(parsed.data);
  return { document: { ...document, nodes: document.nodes.map((one) => (one.id === node.id ? { ...one, params } : one)) }, skipped };
}

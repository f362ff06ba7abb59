import { PenstockError } from '#app/core/errors.ts';
import type { NodeDefinition } from '#app/sdk/node.ts';
import { documentVersion, type PipelineNode } from './document.ts';

/** Turns a document of version `from` into one of version `from + 1`. Named, so that a report can say what was done. */
export interface DocumentMigration {
  readonly name: string;
  readonly from: number;
  readonly migrate: (document: Record<string, unknown>) => Record<string, unknown>;
}

/** One entry for each step since version 1, in any order. Version 1 is the first. */
export const documentMigrations: readonly DocumentMigration[] = [];

/**
 * Brings the JSON of a document up to `target`; values of the present version pass through untouched.
 * @throws PenstockError `document-invalid` when it is no pipeline document, `document-newer` when a newer Penstock wrote it.
 */
export function migrateDocument(raw: unknown, migrations = documentMigrations, target: number = documentVersion): Record<string, unknown> {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) {
    throw new PenstockError('document-invalid', 'The file is not a pipeline document.', { remedy: 'Choose a *.pipeline.json file.' });
  }
  let document = raw as Record<string, unknown>;
  if (document['format'] !== 'penstock-pipeline') {
    throw new PenstockError('document-invalid', 'The file is not a pipeline document: its "format" is not "penstock-pipeline".', {
      remedy: 'Choose a *.pipeline.json file that Penstock wrote.',
    });
  }
  const version = document['version'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw new PenstockError('document-invalid', 'The pipeline file does not say which version of the format it has.', {
      remedy: 'Restore its last good version.',
    });
  }
  if (version > target) {
    throw new PenstockError('document-newer', `The pipeline file was written by a newer Penstock (format ${version}; this one reads up to ${target}).`, {
      remedy: 'Update Penstock; the file was left as it is.',
    });
  }
  for (let at = version; at < target; at++) {
    const step = migrations.find((migration) => migration.from === at);
    if (step === undefined) throw new PenstockError('document-invalid', `There is no way from format ${at} to ${at + 1}.`);
    document = { ...step.migrate(document), version: at + 1 };
  }
  return document;
}

/**
 * A node's params in the meaning of the definition's version, by the type's own migrations.
 * Null when the node was made by a newer version of the type: it is shown greyed and kept verbatim.
 */
export function migrateParams(node: PipelineNode, definition: NodeDefinition): Record<string, unknown> | null {
  if (node.version > definition.version) return null;
  let params = node.params;
  for (let at = node.version; at < definition.version; at++) {
    const step = definition.migrate?.[at];
    if (step !== undefined) params = step(params);
  }
  return params;
}

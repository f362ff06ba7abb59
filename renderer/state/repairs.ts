import { useMemo } from 'react';
import type { Command } from '#app/pipeline/commands.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { repairAll, repairsFor, type Repair, type RepairInput } from '#app/pipeline/fixes/index.ts';
import type { Finding } from '#app/pipeline/lint/index.ts';
import { withValue } from '#app/pipeline/fixes/place.ts';
import type { PortMeta } from '#app/sdk/ports.ts';
import { texts } from '../text/texts.ts';
import { original, told } from '../text/told.ts';
import { catalogue } from './catalogue.ts';
import { useConfiguration } from './configuration.ts';
import { useCanFix } from './leaks.ts';
import { edit, editRoot, usePipeline } from './pipeline.ts';
import { tellStep } from './undoable.ts';

/** Whether an answer of the engine is about what is shown. Layout and notes do not count. */
export const isSame = (configured: PipelineDocument | null, shown: PipelineDocument | null): boolean => configured !== null && configured.nodes === shown?.nodes && configured.edges === shown.edges;

/** What repairs are made from; null for the moment between an edit and the next answer of the engine. */
export function useRepairInput(): RepairInput | null {
  const document = usePipeline((store) => store.document);
  const configured = useConfiguration((store) => store.document);
  const nodes = useConfiguration((store) => store.nodes);
  const suggestions = useConfiguration((store) => store.suggestions);
  return useMemo(() => {
    if (document === null || !isSame(configured, document)) return null;
    // Metas are checked as open records on the wire and are what the engine's configure pass gave.
    return { document, catalogue, nodes: nodes as unknown as Readonly<Record<string, { outputs: Record<string, PortMeta> }>>, suggestions };
  }, [document, configured, nodes, suggestions]);
}

/** What can be done about a finding, the best first; `ready` is false while the pipeline is being looked at anew. */
export function useRepairs(finding: Finding): { readonly repairs: readonly Repair[]; readonly ready: boolean } {
  const input = useRepairInput();
  const canFix = useCanFix();
  const repairs = useMemo(() => (input === null ? [] : repairsFor(input, inEnglish(finding)).map(inPageLanguage)), [input, finding]);
  // What the search for leaks proposes is an edit of the document that it looked at.
  if (finding.fix !== undefined) return { repairs: [{ kind: 'edit', title: finding.fix.title, command: finding.fix.command, whole: true }], ready: canFix };
  return { repairs, ready: input !== null };
}

/** Repairs read names out of the engine's own sentence. */
const inEnglish = (finding: Finding): Finding => ({ ...finding, message: original(finding.message), remedy: finding.remedy === undefined ? undefined : original(finding.remedy) });

const inPageLanguage = (repair: Repair): Repair => ({ ...repair, title: told(repair.title) });

/** Makes a repair: one step of undo, and the person is told. `whole`: an edit of the whole pipeline, not of the level on the canvas. */
export function makeRepair(title: string, command: Command, whole = false): void {
  if ((whole ? editRoot : edit)(command, { label: capital(title) })) tellStep(texts.state.fixed(title));
}

/** Puts a picked file or folder where it belongs. */
export function pickedFile(repair: Extract<Repair, { kind: 'file' }>, path: string): void {
  const node = usePipeline.getState().document?.nodes.find(({ id }) => id === repair.nodeId);
  if (node !== undefined) makeRepair(repair.title, { type: 'set-params', nodeId: node.id, params: withValue(node.params, repair.param, path) as Record<string, unknown> });
}

/** The determined repairs of all findings of one kind, as one step of undo. */
export function makeAll(input: RepairInput, findings: readonly Finding[]): void {
  const all = repairAll(input, findings.map(inEnglish));
  if (all === null) return;
  const label = texts.help.repairs.mended(all.count);
  if (edit(all.command, { label })) tellStep(`${label}.`);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

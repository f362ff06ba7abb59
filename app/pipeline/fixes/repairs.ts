import type { Diagnostic } from '#app/core/errors.ts';
import { applyCommand, type Command } from '../commands.ts';
import type { Finding } from '../lint/finding.ts';
import { RepairPlace } from './place.ts';
import { cast, chooseAnother, chooseMissing, didYouMean, impute, pickFile, takeDatesApart } from './rules/columns.ts';
import { bypassedEmpty, circle, danglingEdges, inputMissing, inputTaken, kindMismatch, unknownPort } from './rules/graph.ts';
import { anotherClass, backIntoBounds, counterpart, freeName, moreMegabytes, moreRejects, moreRows, moreSeconds, moreValues, noFeaturesChosen, orderByTime, overwrite, targetOutOfFeatures, unknownParam, usualMetric } from './rules/params.ts';
import { allColumns, appendOrReplace, asManyAsCorners, asManyAsFeatures, asNa, asUnicode, createTable, datesFirst, fewerBlocks, fillFirst, harmlessFormulas, idleRule, listThere, noCovariates, noLogarithm, noMap, numberedBins, oneColumnLess, oneRepeat, plainName, sameNamedKey, sampleFirst, sheetName, sheetThere, smallerFirst, sortedBorders, splitAtCommas, unusedWire, usualHeldBack, usualParts, usualSizes, withoutEffect, workbookPath } from './rules/settings.ts';
import type { Repair, RepairInput, RepairRule } from './types.ts';

const reconnectFile: RepairRule = (at) => (at.hint.control === 'file' || at.hint.control === 'folder' ? [pickFile(at)] : []);

/** By code. Codes without an entry have no determined repair; `scripts/diagnostic-codes.mjs` lists all there are. */
const rules: Readonly<Record<string, readonly RepairRule[]>> = {
  cycle: [circle],
  'unknown-port': [unknownPort],
  'kind-mismatch': [kindMismatch],
  'input-taken': [inputTaken],
  'input-missing': [inputMissing],
  'no-learner': [inputMissing],
  'bypass-empty': [bypassedEmpty],
  'param-invalid': [backIntoBounds],
  'param-unknown': [unknownParam],
  'param-missing': [chooseMissing, orderByTime],
  'unknown-column': [didYouMean, chooseAnother],
  'unknown-function': [didYouMean],
  'unknown-feature': [chooseAnother],
  'target-missing': [chooseMissing, chooseAnother],
  'target-type': [counterpart, cast, chooseAnother],
  'column-type': [cast, chooseAnother],
  'type-mismatch': [didYouMean, cast, chooseAnother],
  'asof-time': [cast, chooseAnother],
  'feature-type': [takeDatesApart, chooseAnother],
  'missing-values': [impute],
  'training-data': [impute],
  'not-finite': [impute],
  'missing-group': [impute],
  'no-features': [noFeaturesChosen],
  'target-is-feature': [targetOutOfFeatures],
  'not-in-model': [chooseAnother],
  'same-column': [chooseAnother],
  'unknown-class': [anotherClass],
  'metric-unknown': [usualMetric],
  'wrong-metric': [usualMetric],
  'duplicate-column': [freeName],
  'duplicate-value': [freeName],
  'file-missing': [didYouMean, reconnectFile],
  'folder-missing': [reconnectFile],
  'file-exists': [overwrite],
  'script-time': [moreSeconds],
  'script-memory': [moreMegabytes],
  'script-rows': [moreRows],
  'csv-too-many-rejects': [moreRejects],
  'too-many-values': [moreValues],
  'window-order': [orderByTime],
  'window-unordered': [orderByTime],
  'sample-unordered': [orderByTime],
  'impute-unordered': [orderByTime],
  'name-taken': [freeName],
  'bad-edges': [sortedBorders],
  'bad-names': [numberedBins],
  'csv-formulas': [harmlessFormulas],
  'csv-encoding': [asUnicode],
  'csv-missing-text': [asNa],
  'no-validation': [usualHeldBack],
  'impute-after-scale': [fillFirst],
  'parts-come-later': [datesFirst],
  'no-parts': [usualParts],
  'explode-delimiter': [splitAtCommas],
  'no-common-columns': [allColumns],
  'join-keys': [sameNamedKey],
  'few-sizes': [usualSizes],
  'groups-once': [oneRepeat],
  'empty-range': [smallerFirst],
  'rule-never': [idleRule],
  'rule-unreachable': [idleRule],
  'model-name': [plainName],
  'bundle-name': [plainName],
  'excel-sheet-name': [sheetName],
  'excel-extension': [workbookPath],
  'excel-sheet': [sheetThere],
  'json-path': [listThere],
  'too-many-blocks': [fewerBlocks],
  informative: [asManyAsFeatures],
  'too-many-classes': [asManyAsCorners],
  'not-positive': [noLogarithm],
  'partition-columns': [oneColumnLess],
  'database-table-exists': [appendOrReplace],
  'database-unknown-table': [createTable],
  'covariates-unused': [noCovariates],
  'too-many-rows': [sampleFirst],
  'half-a-map': [noMap],
  'no-effect': [withoutEffect],
  'final-unused': [unusedWire],
};

/** Codes that rules are for. */
export const repairCodes: readonly string[] = [...Object.keys(rules), 'dangling-edge', 'unknown-node-type'];

/** What can be done about a diagnostic of this very document, the best first. Pure: equal inputs give equal repairs. */
export function repairsFor(input: RepairInput, finding: Finding): Repair[] {
  if (finding.fix !== undefined) return [{ kind: 'edit', title: finding.fix.title, command: finding.fix.command }];
  if (finding.code === 'dangling-edge') return danglingEdges(input, finding.message);
  if (finding.code === 'unknown-node-type') return deleteNode(input, finding);
  const at = RepairPlace.of(input, finding);
  if (at === null) return [];
  const found = (Object.hasOwn(rules, finding.code) ? (rules[finding.code] ?? []) : []).flatMap((rule) => rule(at, finding));
  return distinct(found);
}

function deleteNode({ document }: RepairInput, { place }: Diagnostic): Repair[] {
  const node = document.nodes.find(({ id }) => id === place?.nodeId);
  return node === undefined ? [] : [{ kind: 'edit', title: `Delete “${node.title ?? node.type}”`, command: { type: 'remove', nodes: [node.id] } }];
}

function distinct(repairs: readonly Repair[]): Repair[] {
  return [...new Map(repairs.map((repair) => [repair.title, repair])).values()];
}

/**
 * All of several diagnostics at once: the determined edit of each, made on the document as those before left it, as one step of undo.
 * Null where none has one.
 */
export function repairAll(input: RepairInput, findings: readonly Finding[]): { readonly command: Command; readonly count: number } | null {
  const commands: Command[] = [];
  let { document } = input;
  for (const finding of findings) {
    const [repair] = repairsFor({ ...input, document }, finding);
    // A fix that came with its finding is of the document as it was.
    if (repair?.kind !== 'edit' || (finding.fix !== undefined && commands.length > 0)) continue;
    try {
      document = applyCommand(document, repair.command).document;
      commands.push(repair.command);
    } catch {
      // An earlier edit has taken away what this one was about.
    }
  }
  return commands.length === 0 ? null : { command: { type: 'batch', commands }, count: commands.length };
}

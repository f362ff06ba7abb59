import { recordsToColumns } from '#app/sdk/records.ts';
import type { Scorer } from './scorer.ts';

/** Answer for one record. */
export interface RecordPrediction {
  /** Class label as text, or the number. */
  readonly prediction: string | number;
  /** By class label; classification only. */
  readonly probabilities?: Readonly<Record<string, number>>;
}

/** @throws PenstockError `record-invalid`, `unknown-field`, `wrong-type` naming record and field. */
export async function predictRecords(scorer: Scorer, records: readonly unknown[], signal?: AbortSignal): Promise<RecordPrediction[]> {
  const { signature } = scorer;
  const columns = recordsToColumns(records, signature.inputs, signature.target.name);
  const found = await scorer.score(columns, records.length, signal === undefined ? {} : { signal });
  const classes = signature.classes ?? [];
  const { prediction, label, probabilities } = found;
  if (signature.task === 'regression') return records.map((_record, row) => ({ prediction: prediction?.[row] ?? Number.NaN }));
  return records.map((_record, row) => ({ prediction: classes[label?.[row] ?? -1] ?? '', probabilities: byClass(classes, probabilities, row * classes.length) }));
}

/** Probabilities by class from place `from` on. */
function byClass(classes: readonly string[], probabilities: Float32Array | undefined, from: number): Record<string, number> {
  // A class may be called __proto__, which only a definition makes a field.
  if (classes.includes('__proto__')) return Object.fromEntries(classes.map((cls, index) => [cls, probabilities?.[from + index] ?? Number.NaN]));
  const found: Record<string, number> = {};
  for (let index = 0; index < classes.length; index += 1) found[classes[index] as string] = probabilities?.[from + index] ?? Number.NaN;
  return found;
}

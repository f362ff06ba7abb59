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
  return records.map((_record, row) => {
    if (signature.task === 'regression') return { prediction: found.prediction?.[row] ?? Number.NaN };
    return {
      prediction: classes[found.label?.[row] ?? -1] ?? '',
      probabilities: Object.fromEntries(classes.map((cls, index) => [cls, found.probabilities?.[row * classes.length + index] ?? Number.NaN])),
    };
  });
}

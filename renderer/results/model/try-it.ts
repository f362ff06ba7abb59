import { z } from 'zod';
import type { Column } from '#app/relation/types.ts';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import { datedNumber, isDated } from '#app/sdk/model-input.ts';
import { formatNumber } from '#app/core/units.ts';
import { texts } from '../../text/texts.ts';

const predictionSchema = z.object({ prediction: z.union([z.string(), z.number()]), probabilities: z.record(z.string(), z.number()).optional() });

export type RecordValue = null | boolean | number | string;

export type Reading = { readonly ok: true; readonly value: RecordValue } | { readonly ok: false; readonly message: string };

/** Text of a form field → value of the record; an empty field is a missing value. */
export function readField(column: Column, text: string): Reading {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: true, value: null };
  switch (column.type) {
    case 'integer': {
      const value = Number(trimmed);
      return Number.isSafeInteger(value) ? { ok: true, value } : { ok: false, message: texts.model.mustBe.whole(column.name) };
    }
    case 'float': {
      const value = Number(trimmed.replace(',', '.'));
      return Number.isFinite(value) ? { ok: true, value } : { ok: false, message: texts.model.mustBe.number(column.name) };
    }
    case 'boolean': {
      const word = trimmed.toLowerCase();
      if (['true', 'yes', '1'].includes(word)) return { ok: true, value: true };
      if (['false', 'no', '0'].includes(word)) return { ok: true, value: false };
      return { ok: false, message: texts.model.mustBe.boolean(column.name) };
    }
    case 'date':
    case 'timestamp':
      return datedNumber(column.type, trimmed) === null ? { ok: false, message: texts.model.mustBe[column.type](column.name) } : { ok: true, value: trimmed };
    default:
      return { ok: true, value: text };
  }
}

/** A value that is common in the training data, as text for a field; empty where nothing is known. */
export function typicalText(column: Column, profile: ColumnProfile | undefined): string {
  if (profile === undefined) return '';
  if (column.type === 'string' || column.type === 'boolean') return profile.top[0]?.value ?? '';
  if (profile.mean === null || isDated(column)) return profile.min === null ? '' : String(profile.min);
  return column.type === 'integer' ? String(Math.round(profile.mean)) : String(Number(profile.mean.toPrecision(4)));
}

export interface PredictionShown {
  readonly value: string;
  /** Classification: probability by class, largest first. */
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
}

/** One answer of `models.predict`, `{prediction, probabilities?}` → what is shown. */
export function readPrediction(record: Readonly<Record<string, unknown>>): PredictionShown {
  const { prediction, probabilities } = predictionSchema.parse(record);
  const classes = Object.entries(probabilities ?? {})
    .map(([name, probability]) => ({ name, probability }))
    .sort((a, b) => b.probability - a.probability);
  return { value: typeof prediction === 'number' ? formatNumber(prediction) : prediction, classes };
}

import type { Column } from '#app/relation/types.ts';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import { predictionColumn, probabilityColumn } from '#app/sdk/ports.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { formatNumber } from '#app/core/units.ts';

export type RecordValue = null | boolean | number | string;

export type Reading = { readonly ok: true; readonly value: RecordValue } | { readonly ok: false; readonly message: string };

/** Text of a form field → value of the record; an empty field is a missing value. */
export function readField(column: Column, text: string): Reading {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: true, value: null };
  switch (column.type) {
    case 'integer': {
      const value = Number(trimmed);
      return Number.isSafeInteger(value) ? { ok: true, value } : { ok: false, message: `${column.name} must be a whole number.` };
    }
    case 'float': {
      const value = Number(trimmed.replace(',', '.'));
      return Number.isFinite(value) ? { ok: true, value } : { ok: false, message: `${column.name} must be a number.` };
    }
    case 'boolean': {
      const word = trimmed.toLowerCase();
      if (['true', 'yes', '1'].includes(word)) return { ok: true, value: true };
      if (['false', 'no', '0'].includes(word)) return { ok: true, value: false };
      return { ok: false, message: `${column.name} must be true or false.` };
    }
    default:
      return { ok: true, value: text };
  }
}

/** A value that is common in the training data, as text for a field; empty where nothing is known. */
export function typicalText(column: Column, profile: ColumnProfile | undefined): string {
  if (profile === undefined) return '';
  if (column.type === 'string' || column.type === 'boolean') return profile.top[0]?.value ?? '';
  if (profile.mean === null) return profile.min === null ? '' : String(profile.min);
  return column.type === 'integer' ? String(Math.round(profile.mean)) : String(Number(profile.mean.toPrecision(4)));
}

export interface PredictionShown {
  readonly value: string;
  /** Classification: probability by class, largest first. */
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
}

/** One predicted record (the columns that Predict appends) → what is shown. */
export function readPrediction(signature: Pick<ModelSignature, 'task' | 'target' | 'classes'>, record: Readonly<Record<string, unknown>>): PredictionShown {
  const target = signature.target.name;
  const raw = record[predictionColumn(target)];
  const classes = (signature.classes ?? [])
    .map((name) => ({ name, probability: record[probabilityColumn(target, name)] }))
    .filter((one): one is { name: string; probability: number } => typeof one.probability === 'number')
    .sort((a, b) => b.probability - a.probability);
  const value = typeof raw === 'number' ? formatNumber(raw) : raw === null || raw === undefined ? '–' : String(raw);
  return { value, classes };
}

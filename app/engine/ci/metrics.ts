import type { CiSettings } from './settings.ts';

export interface ComparedMetric {
  /** `Node title · name`. */
  readonly name: string;
  readonly base: number | null;
  readonly here: number | null;
  readonly better: 'higher' | 'lower';
  /** Why it fails; null: it does not. */
  readonly fails: string | null;
}

const lowerIsBetter = /(loss|error|rmse|mae|mse|mape|smape|brier|deviance|gap|inertia|davies|false)/i;

/** Metrics of both sides, each judged by the limits: worse than the base by more than it may, beyond a limit, or gone. */
export function compareMetrics(base: Readonly<Record<string, number>>, here: Readonly<Record<string, number>>, settings: Pick<CiSettings, 'metrics' | 'tolerance'>): ComparedMetric[] {
  const names = [...new Set([...Object.keys(base), ...Object.keys(here)])].toSorted();
  return names.map((name) => {
    const short = name.split(' · ').at(-1) ?? name;
    const limits = settings.metrics[name] ?? settings.metrics[short] ?? {};
    const better = limits.better ?? (lowerIsBetter.test(short) ? 'lower' : 'higher');
    const before = base[name] ?? null;
    const now = here[name] ?? null;
    return { name, base: before, here: now, better, fails: failureOf(before, now, better, limits.tolerance ?? settings.tolerance, limits.limit) };
  });
}

function failureOf(before: number | null, now: number | null, better: 'higher' | 'lower', tolerance: number, limit: number | undefined): string | null {
  if (now === null) return 'it is not measured any more';
  const sign = better === 'higher' ? 1 : -1;
  if (limit !== undefined && sign * now < sign * limit) return better === 'higher' ? `it is below ${limit}` : `it is above ${limit}`;
  if (before === null) return null;
  // A difference that is all rounding is none.
  return sign * (before - now) > tolerance + 1e-12 * Math.abs(before) ? `it is worse by more than ${tolerance}` : null;
}

import { canonicalJson } from '#app/core/hash.ts';
import type { LearnerSpec } from '#app/sdk/ports.ts';

/**
 * A name for each learner, all different: its algorithm, and where several share one, the params in which they differ
 * (“Logistic regression, strength 0.1”). Learners that differ in nothing of that kind are numbered.
 */
export function learnerNames(learners: readonly LearnerSpec[]): string[] {
  const plain = learners.map(({ algorithm, params }) => {
    const rivals = learners.filter((other) => other.algorithm === algorithm);
    const differing = Object.keys(params).filter((key) => new Set(rivals.map((other) => canonicalJson(other.params[key]))).size > 1);
    return [algorithmTitle(algorithm), ...differing.slice(0, 3).map((key) => `${words(key)} ${valueInWords(params[key])}`)].join(', ');
  });
  return plain.map((name, index) => {
    if (plain.filter((other) => other === name).length === 1) return name;
    return `${name} ${plain.slice(0, index + 1).filter((other) => other === name).length}`;
  });
}

/** “logistic-regression” → “Logistic regression”, “mlp” → “MLP”. */
export function algorithmTitle(algorithm: string): string {
  const text = algorithm.split(/[-_]/).map((word) => (/[aeiouy]/.test(word) ? word : word.toUpperCase())).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function words(key: string): string {
  return key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function valueInWords(value: unknown): string {
  if (typeof value === 'number') return String(value);
  // The bases of a stack, by their number.
  if (Array.isArray(value) && value.some((one) => typeof one === 'object' && one !== null)) return String(value.length);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueInWords).join('-');
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'object' && value !== null) return 'chosen';
  return value === null || value === undefined ? 'none' : String(value).slice(0, 24);
}

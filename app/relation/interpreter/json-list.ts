/**
 * Elements of a JSON array in text, each as text: texts without quotes, null as null, lists and objects as JSON without blanks, numbers
 * as JSON writes them (1.50 is 1.5, 1e3 is 1000.0). Null where the text is no JSON array.
 */
export function jsonList(text: string): (string | null)[] | null {
  let list: unknown;
  try {
    list = JSON.parse(text, keepNumbers);
  } catch {
    return null;
  }
  return Array.isArray(list) ? list.map((element: unknown) => (element === null ? null : typeof element === 'string' ? element : jsonText(element))) : null;
}

/** A number as it was written, so that whole numbers beyond 2⁵³ keep their digits. */
class WrittenNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

// The third argument is in the language (JSON.parse source text access), not yet in TypeScript's library.
const keepNumbers = (_key: string, value: unknown, context?: { source?: string }): unknown => (typeof value === 'number' ? new WrittenNumber(context?.source ?? String(value)) : value);

function jsonText(value: unknown): string {
  if (value instanceof WrittenNumber) return numberText(value.source);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Whole numbers stay; with a point or an exponent they are shortest digits, and keep a point. */
function numberText(source: string): string {
  if (/^-?\d+$/.test(source)) return source;
  const text = String(Number(source));
  return /[.e]/.test(text) ? text : `${text}.0`;
}

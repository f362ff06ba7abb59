/** What can be said of conditions from their text alone: enough to warn of a rule that no row can reach. */

interface Comparison {
  readonly column: string;
  readonly sign: '<' | '<=' | '>' | '>=' | '=';
  readonly bound: number;
}

/** One spelling for texts that differ only in blanks and, outside quotes, in capitals. */
const plain = (text: string): string =>
  text
    .trim()
    .split(/('(?:[^']|'')*'|"(?:[^"]|"")*")/)
    .map((part, i) => (i % 2 === 1 ? part : part.toLowerCase().replace(/\s+/g, ' ').replace(/ ?([=<>!(),]+) ?/g, '$1')))
    .join('');

export const isAlways = (condition: string): boolean => ['true', '1=1'].includes(plain(condition));
export const isNever = (condition: string): boolean => ['false', '1=0', 'null'].includes(plain(condition));

function comparisonOf(text: string): Comparison | null {
  const match = /^([a-z_]\w*|"(?:[^"]|"")*")(<=|>=|<|>|=)(-?\d+(?:\.\d+)?)$/.exec(plain(text));
  return match ? { column: match[1] ?? '', sign: (match[2] ?? '=') as Comparison['sign'], bound: Number(match[3]) } : null;
}

/** Whether every row for which `later` is true has made `earlier` true already. False where the texts do not tell. */
export function coveredBy(later: string, earlier: string): boolean {
  if (earlier.trim() === '') return false;
  if (isAlways(earlier) || plain(later) === plain(earlier)) return true;
  const [a, b] = [comparisonOf(earlier), comparisonOf(later)];
  if (!a || !b || a.column !== b.column || a.sign === '=') return false;
  const up = a.sign.startsWith('>');
  if (b.sign !== '=' && b.sign.startsWith('>') !== up) return false;
  // Equal bounds: “> 5” does not take the 5 of “>= 5” and “= 5”.
  if (a.bound === b.bound) return a.sign.endsWith('=') || (b.sign !== '=' && !b.sign.endsWith('='));
  return up ? b.bound > a.bound : b.bound < a.bound;
}

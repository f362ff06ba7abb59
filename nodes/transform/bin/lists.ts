/** The numbers of a typed list, from small to large, or in words what is wrong with it. */
export function edgesIn(text: string): readonly number[] | string {
  const parts = text.split(/[,;\s]+/).filter((part) => part !== '');
  const numbers = parts.map(Number);
  const wrong = parts.find((_, i) => !Number.isFinite(numbers[i]));
  if (wrong !== undefined) return `“${wrong}” is not a number.`;
  const at = numbers.findIndex((number, i) => i > 0 && number <= (numbers[i - 1] ?? -Infinity));
  return at < 0 ? numbers : `${parts[at]} comes after ${parts[at - 1]}, but is not larger.`;
}

export const namesIn = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

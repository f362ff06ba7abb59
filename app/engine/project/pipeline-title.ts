/** The title without parsing the whole document: a list of a hundred large pipelines stays quick. */
export function titleIn(text: string): string | null {
  const match = /^\s*"title":\s*("(?:[^"\\]|\\.)*")/m.exec(text.slice(0, 4000));
  if (match?.[1] === undefined) return null;
  try {
    return JSON.parse(match[1]) as string;
  } catch {
    return null;
  }
}

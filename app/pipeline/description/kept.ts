/** What a person wrote stays; the words made from the graph follow under this heading and are replaced when they are put there again. */
const headings = { en: '## In words', de: '## In Worten' } as const;
const isHeading = (line: string): boolean => Object.values<string>(headings).includes(line.trim());
/** As `documentSchema` says. */
const longest = 20_000;

/** A pipeline's description with its words (Markdown) under the person's own; cut at a line where there is no room. */
export function withWords(description: string, markdown: string, language: keyof typeof headings = 'en'): string {
  const heading = headings[language];
  const at = description.split('\n').findIndex(isHeading);
  const own = (at < 0 ? description : description.split('\n').slice(0, at).join('\n')).trimEnd();
  // One level down, and without the title, which the pipeline has already.
  const words = markdown.replace(/^# .*\n+/, '').replaceAll(/^## /gm, '### ').trimEnd();
  const whole = `${own === '' ? '' : `${own}\n\n`}${heading}\n\n${words}`;
  if (whole.length <= longest) return whole;
  const cut = whole.slice(0, longest - 2);
  return `${cut.slice(0, Math.max(cut.lastIndexOf('\n'), own.length))}\n…`;
}

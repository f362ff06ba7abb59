/**
 * Says a node's line on its card in the language that it is shown in.
 *
 * say`${trees} trees` looks the template up as "{0} trees" and fills in the values as they are; `text` says a text that the node has
 * elsewhere, such as the label of a choice; `within` the same in the middle of a line, without a capital where the language has none there.
 */
export interface Say {
  (template: TemplateStringsArray, ...values: readonly (string | number)[]): string;
  text(english: string): string;
  within(english: string): string;
}

/** Words by a translation of templates and texts; `small` takes the capital off a label that stands within a line. */
export function sayBy(translate: (english: string) => string, small: (label: string) => string): Say {
  const say = (template: TemplateStringsArray, ...values: readonly (string | number)[]): string =>
    translate(template.reduce((text, part, index) => `${text}{${index - 1}}${part}`)).replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)] ?? ''));
  return Object.assign(say, { text: translate, within: (english: string) => small(translate(english)) });
}

/** The definitions are written in English; engine, command line and exported reports say them as they are. */
export const inEnglish: Say = sayBy(
  (english) => english,
  (label) => label.toLowerCase(),
);

import { PenstockError } from '#app/core/errors.ts';
import type { cardFormats } from '#app/protocol/sections/trace.ts';
import { cycloneDx } from './cyclonedx.ts';
import { cardHtml } from './html.ts';
import { cardJson } from './json.ts';
import { cardMarkdown } from './markdown.ts';
import type { ModelFacts } from './model-facts.ts';

export type CardFormat = (typeof cardFormats)[number];

/** Ends of file names, by format; what readers of bills of materials look for. */
export const cardExtensions: Readonly<Record<CardFormat, string>> = { html: 'card.html', md: 'card.md', json: 'card.json', cyclonedx: 'cdx.json' };

/** The card, or the bill of materials, as the text of a file. */
export function cardText(facts: ModelFacts, format: CardFormat): string {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  switch (format) {
    case 'html':
      return cardHtml(facts);
    case 'md':
      return cardMarkdown(facts);
    case 'json':
      return json(cardJson(facts));
    case 'cyclonedx':
      return json(cycloneDx(facts));
    default:
      throw new PenstockError('usage', `A card is not written as “${String(format)}”.`, { remedy: 'Choose html, md, json or cyclonedx.' });
  }
}

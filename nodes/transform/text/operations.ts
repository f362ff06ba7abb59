/** What Text can do to a text, and which of its fields each operation reads. */
export const operations = ['trim', 'spaces', 'lower', 'upper', 'title', 'accents', 'remove', 'replace', 'regex', 'extract', 'part', 'slice', 'pad', 'empty', 'length', 'contains', 'count'] as const;
export type OperationName = (typeof operations)[number];

export const operationTitles: Readonly<Record<OperationName, string>> = {
  trim: 'Trim blanks at the ends',
  spaces: 'One blank instead of several',
  lower: 'Small letters',
  upper: 'Capitals',
  title: 'Capitals at the start of words',
  accents: 'Remove accents',
  remove: 'Remove signs of a kind',
  replace: 'Replace a text',
  regex: 'Replace a pattern',
  extract: 'Take what fits a pattern',
  part: 'Take a part between separators',
  slice: 'Take letters from a place',
  pad: 'Pad to a length',
  empty: 'Empty text becomes missing',
  length: 'Length',
  contains: 'Whether it contains a text',
  count: 'How often it contains a text',
};

/** These give no text, so that nothing can come after them. */
export const endsText = (name: OperationName): boolean => name === 'length' || name === 'contains' || name === 'count';
export const needsSearch = (name: OperationName): boolean => ['replace', 'regex', 'extract', 'part', 'contains', 'count'].includes(name);

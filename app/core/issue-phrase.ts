import type { z } from 'zod';

/** Kinds of values in words, by the names that the checker has for them. */
const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'on or off',
  array: 'a list',
  object: 'a set of fields',
  record: 'a set of fields',
};

/**
 * What is wrong with a value, without a full stop; `subject` is what the value is called (“it”, or a title in quotes). The checker's own words
 * stand in no language but English.
 */
export function issuePhrase(issue: z.core.$ZodIssue | undefined, subject: string): string {
  if (issue === undefined) return `${subject} is not valid`;
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && /received undefined/.test(issue.message) ? `${subject} is missing` : `${subject} must be ${typeWords[issue.expected] ?? `of type ${issue.expected}`}`;
    case 'too_small':
      if (issue.origin === 'string') return Number(issue.minimum) === 1 ? `${subject} must not be empty` : `${subject} must have at least ${issue.minimum} characters`;
      if (issue.origin === 'array') return `${subject} must have at least ${issue.minimum} ${Number(issue.minimum) === 1 ? 'entry' : 'entries'}`;
      return `${subject} must be ${issue.inclusive === false ? 'greater than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `${subject} must have at most ${issue.maximum} characters`;
      if (issue.origin === 'array') return `${subject} must have at most ${issue.maximum} entries`;
      return `${subject} must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    case 'invalid_value':
      return `${subject} must be one of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return `${subject} must not have ${issue.keys.map((key) => `“${key}”`).join(', ')}`;
    case 'not_multiple_of':
      return `${subject} must be a multiple of ${issue.divisor}`;
    default:
      return issue.message.startsWith('Invalid') ? `${subject} is not valid` : ownWords(issue.message, subject);
  }
}

/** Where the first thing is wrong, and what: “retries: it must be at least 0”. */
export function issueAt({ issues: [issue] }: { readonly issues: readonly z.core.$ZodIssue[] }): string {
  const where = issue?.path.map(String).join('.') ?? '';
  return `${where === '' ? '' : `${where}: `}${issuePhrase(issue, 'it')}`;
}

/** A message that is already a sentence stands alone; a fragment ("must be …") gets the subject before it. */
const ownWords = (message: string, subject: string): string => (/^[a-z]/.test(message) ? `${subject} ${message}` : message).replace(/\.$/, '');

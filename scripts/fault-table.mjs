/**
 * Tests that a document names, as `path/to/file.test.ts › name of the test` between backticks: docs/trust.md says of every fault which
 * test injects it, `npm run test:faults` runs exactly those, and a test checks that each exists.
 */

/** @param {string} markdown @returns {{ file: string, name: string }[]} */
export function namedTests(markdown) {
  return [...markdown.matchAll(/`([^`\s]+\.(?:test|spec)\.tsx?) › ([^`]+)`/g)].map(([, file = '', name = '']) => ({ file, name }));
}

/** Files of unit and integration tests among them, each once; end-to-end specs need the packaged app and run with `npm test`. @param {string} markdown @returns {string[]} */
export function faultFiles(markdown) {
  return [...new Set(namedTests(markdown).map(({ file }) => file))].filter((file) => !file.includes('.spec.'));
}

/**
 * Whether the text of a test file has a test or a group of this name. A name with a value in it is written in the file with a hole
 * (`${…}`, `%i`, `%s`, `$name`); the document may write `…` there.
 * @param {string} source @param {string} name
 */
export function hasTest(source, name) {
  for (const [, quote, text = ''] of source.matchAll(/\b(?:it|test|describe)(?:\.\w+)*(?:\((?:[^()]|\([^()]*\))*\))?\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g)) {
    const plain = text.replaceAll(`\\${quote}`, quote ?? '');
    if (plain === name) return true;
    const pattern = plain.split(/\$\{[^}]*\}|%[sdifjo]|\$[a-z]\w*/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
    if (pattern !== plain && new RegExp(`^${pattern}$`).test(name)) return true;
  }
  return false;
}

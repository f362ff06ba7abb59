/**
 * Counts the sentences of the engine that the page can say in German, and lists the others: `node scripts/untranslated.mjs [--list]`.
 * Sentences are what errors and diagnostics are given: the second argument of `new PenstockError(`, and `message:`, `remedy:`, `reason:`;
 * of monitors and contracts also what they say of a batch.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';
import { matcherOf } from '../renderer/text/templates.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Their titles say what will be done. */
const repairs = /^app\/pipeline\/(fixes|lint)\//;
/** Kept in the history of batches, and of contracts in their reports. */
const monitors = /^(nodes\/|app\/ml\/(drift|monitoring)\/)/;
const left = /\.test\.|\/testing|\/fixtures\/|app\/cli\/|bundle-server|worker-fixture|\/assembly\//;

/** Every sentence with `{0}` for what is put in, and the file that has it. */
function sentencesOf(file, sentences) {
  const keep = (node) => {
    if (!node) return;
    if (node.type === 'ConditionalExpression') {
      keep(node.consequent);
      keep(node.alternate);
      return;
    }
    const text = node.type === 'Literal' ? node.value : node.type === 'TemplateLiteral' ? node.quasis.map((part, i) => part.value.cooked + (i < node.expressions.length ? `{${i}}` : '')).join('') : null;
    if (typeof text === 'string' && / /.test(text.trim()) && /\p{L}{2}/u.test(text)) sentences.set(text, file);
  };
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== 'object' || node === null) return;
    if (node.type === 'NewExpression' && node.callee.name === 'PenstockError') keep(node.arguments[1]);
    if (node.type === 'Property' && (['message', 'remedy', 'reason'].includes(node.key.name) || (monitors.test(file) && ['words', 'calibration', 'statistic', 'expectation', 'found', 'expected'].includes(node.key.name)) || (node.key.name === 'title' && repairs.test(file)))) keep(node.value);
    Object.values(node).forEach(walk);
  };
  walk(parseSync(file, readFileSync(path.join(root, file), 'utf8')).program);
}

/** All sentences of the engine, each with the file that says it. */
function everySentence() {
  const sentences = new Map();
  for (const folder of ['app', 'nodes']) {
    for (const file of readdirSync(path.join(root, folder), { recursive: true })) {
      const name = path.posix.join(folder, file.replaceAll(path.sep, '/'));
      if (name.endsWith('.ts') && !left.test(name)) sentencesOf(name, sentences);
    }
  }
  return sentences;
}

/** The sentences that no German template fits, and how many there are in all. */
export function untranslated() {
  const sentences = everySentence();
  const translations = path.join(root, 'renderer/text/engine-de');
  const pairs = readdirSync(translations).flatMap((file) => Object.entries(JSON.parse(readFileSync(path.join(translations, file), 'utf8'))));
  const say = matcherOf(pairs, { ofNode: (title) => title, ofField: (title) => title });
  const open = [...sentences].filter(([text]) => {
    const example = text.replace(/\{(\d+)\}/g, (_whole, index) => `x${index}`);
    return say(example) === example;
  });
  return { open: open.map(([text, file]) => ({ text, file })), sentences: sentences.size, translations: pairs.length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { open, sentences, translations } = untranslated();
  if (process.argv.includes('--list')) for (const { text, file } of open) console.log(`${file}\t${text}`);
  console.log(`${sentences - open.length} of ${sentences} sentences of the engine are said in German (${translations} translations).`);
}

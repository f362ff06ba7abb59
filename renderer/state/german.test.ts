import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { searchTypes } from '../canvas/type-search.ts';
import { catalogue, loadGermanWords, namesOf, orderedTypes, searchWords } from './catalogue.ts';
import { helpPages } from './german-help.ts';
import { nodeTexts, sharedText } from './german-text.ts';
import { textsOf, translatorOf } from './node-text.ts';

/** German of every node type, whoever wrote it: nothing missing, nothing left over. A new folder under nodes/ is covered by being there. */

const same = new Set(sharedText.same);
const texts = { shared: sharedText, nodes: nodeTexts };
const types = [...catalogue.values()].map(({ definition, help }) => ({ type: definition.type, definition, help }));

describe.each(types)('$type in German', ({ type, definition, help }) => {
  const own = nodeTexts.get(type);
  const english = textsOf(definition);

  it('has a title and words to find it by', () => {
    expect(own?.title ?? '').not.toBe('');
    expect(own?.keywords.length).toBeGreaterThan(0);
    if (!same.has(definition.title)) expect(own?.title).not.toBe(definition.title);
  });

  it('has every text of its ports and its form', () => {
    const translate = translatorOf(type, texts);
    expect([...english].filter((text) => translate(text) === text && !same.has(text))).toEqual([]);
  });

  it('has no text left over, none that says the English, and none that all nodes share', () => {
    for (const [from, to] of Object.entries(own?.texts ?? {})) {
      expect(english, 'a text that the node no longer has').toContain(from);
      expect(to).not.toBe(from);
      expect(sharedText.texts[from], from).not.toBe(to);
      expectGerman(to);
    }
  });

  it('has a help page built as the English one', () => {
    const page = helpPages.get(type) ?? '';
    expect(shapeOf(page)).toEqual(shapeOf(help));
    expect(page.split('\n')[0]).toBe(`# ${own?.title ?? ''}`);
    expectGerman(page);
  });
});

describe('German of all nodes', () => {
  it('belongs to node types that there are', () => {
    const known = types.map(({ type }) => type);
    expect([...nodeTexts.keys(), ...helpPages.keys()].filter((type) => !known.includes(type))).toEqual([]);
  });

  it('shares only texts that a node has, each in German', () => {
    const used = new Set(types.flatMap(({ definition }) => [definition.title, ...textsOf(definition)]));
    expect([...Object.keys(sharedText.texts), ...sharedText.same].filter((text) => !used.has(text))).toEqual([]);
    for (const [from, to] of Object.entries(sharedText.texts)) {
      expect(to).not.toBe(from);
      expect(same.has(from), from).toBe(false);
      expectGerman(to);
    }
  });

  it('calls no two nodes the same', () => {
    const titles = [...nodeTexts.values()].map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('is found by the search of an English page, with or without its umlauts', async () => {
    await loadGermanWords();
    const first = (query: string) => searchTypes(orderedTypes, query)[0]?.definition.type;
    expect(first('zeilen filtern')).toBe('transform/filter-rows');
    expect(first('entscheidungsbaum')).toBe('train/decision-tree');
    expect(first('Ausreisser')).toBe('explore/outliers');
    expect(first('sverweis')).toBe('transform/join');
    expect(first('filter rows')).toBe('transform/filter-rows');
    expect(namesOf('explore/outliers')).toEqual(['Outliers', 'Ausreißer']);
    expect(searchWords('explore/outliers')).toEqual(expect.arrayContaining(['Outliers', 'Ausreißer', 'iqr', 'Extremwerte']));
  });

  it('is one file a node and one of shared texts, without a text given twice', () => {
    const nodes = fileURLToPath(new URL('../../nodes/', import.meta.url));
    const files = readdirSync(nodes, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('text.de.json'));
    expect(files.length).toBe(types.length + 1);
    for (const file of files) {
      const json = readFileSync(path.join(nodes, file), 'utf8');
      expect(json, file).toBe(`${JSON.stringify(JSON.parse(json), null, 2)}\n`);
    }
  });
});

/** Headings by their level, examples of code by their text, and how many points each list has: what a translation must not change. */
function shapeOf(page: string): readonly string[] {
  const shape: string[] = [];
  let code: string[] | null = null;
  for (const line of page.split('\n')) {
    if (line.startsWith('```')) {
      if (code) shape.push(code.join('\n'));
      code = code ? null : [];
    } else if (code) code.push(line);
    else if (/^#+ /.test(line)) shape.push(line.replace(/ .*/, ''));
    else if (/^(- |\d+\. |\|)/.test(line)) shape.push(line.charAt(0) === '|' ? 'row' : 'point');
  }
  return shape;
}

/** German quotation marks and no English ones (but in code, where English output is quoted), nobody addressed formally. */
function expectGerman(german: string): void {
  const text = german.replace(/```[^]*?```|`[^`\n]*`/g, '');
  expect(text).not.toMatch(/”|‘|“[A-ZÄÖÜa-zäöü]/);
  expect(text).not.toMatch(/\b(?:[Kk]licken|[Ww]ählen|[Gg]eben|[Vv]erwenden|[Öö]ffnen|können|müssen|sollten) Sie\b/);
}

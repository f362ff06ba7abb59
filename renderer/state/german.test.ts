import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sayBy } from '#app/sdk/say.ts';
import { searchTypes } from '../canvas/type-search.ts';
import { catalogue, loadGermanWords, namesOf, orderedTypes, searchWords } from './catalogue.ts';
import { helpPages } from './german-help.ts';
import { nodeTexts, sharedText } from './german-text.ts';
import { textsOf, translatorOf } from './node-text.ts';

/** German of every node type, whoever wrote it: nothing missing, nothing left over. A new folder under nodes/ is covered by being there. */

const same = new Set(sharedText.same);
const texts = { shared: sharedText, nodes: nodeTexts };
const nodes = fileURLToPath(new URL('../../nodes/', import.meta.url));
const shared = templatesIn(fileURLToPath(new URL('../../app/sdk/', import.meta.url)));
const types = [...catalogue.values()].map(({ definition, help }) => ({ type: definition.type, definition, help, templates: templatesIn(path.join(nodes, definition.type)) }));

describe.each(types)('$type in German', ({ type, definition, help, templates }) => {
  const own = nodeTexts.get(type);
  const english = textsOf(definition);

  it('has a title and words to find it by', () => {
    expect(own?.title ?? '').not.toBe('');
    expect(own?.keywords.length).toBeGreaterThan(0);
    if (!same.has(definition.title)) expect(own?.title).not.toBe(definition.title);
    expect((own?.parts ?? own?.title)?.replaceAll('|', '')).toBe(own?.title);
    // A card has room for some fourteen letters in a line, seen from afar.
    expect((own?.parts ?? own?.title)?.split(/[ |-]/).filter((part) => part.length > 14)).toEqual([]);
  });

  it('has every text of its ports and its form', () => {
    const translate = translatorOf(type, texts);
    expect([...english].filter((text) => translate(text) === text && !same.has(text))).toEqual([]);
  });

  it('has every template of its line, and of lines that nodes share', () => {
    const translate = translatorOf(type, texts);
    expect([...templates, ...shared].filter((template) => translate(template) === template && !same.has(template))).toEqual([]);
    for (const template of [...templates, ...shared]) expect(placesOf(translate(template)), template).toEqual(placesOf(template));
  });

  it.each(paramsIn(type))('says its line as $file sets it up', ({ params }) => {
    const untold: string[] = [];
    const translate = translatorOf(type, texts);
    const say = sayBy(
      (text) => {
        if (translate(text) === text && !same.has(text)) untold.push(text);
        return translate(text);
      },
      (label) => label,
    );
    const line = definition.describe?.(definition.params.parse(params), say) ?? '';
    expect(untold).toEqual([]);
    expect(line).not.toMatch(/\{\d\}|undefined|\[object|NaN/);
  });

  it('has no text left over, none that says the English, and none that all nodes share', () => {
    for (const [from, to] of Object.entries(own?.texts ?? {})) {
      expect(english.has(from) || templates.has(from) || shared.has(from), `the node no longer says “${from}”`).toBe(true);
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
    const used = new Set([...shared, ...types.flatMap(({ definition, templates }) => [definition.title, ...textsOf(definition), ...templates])]);
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
    const files = readdirSync(nodes, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('text.de.json'));
    expect(files.length).toBe(types.length + 1);
    for (const file of files) {
      const json = readFileSync(path.join(nodes, file), 'utf8');
      expect(json, file).toBe(`${JSON.stringify(JSON.parse(json), null, 2)}\n`);
    }
  });
});

/** The templates that a folder's code says lines by, as their translations are looked up: say`${n} trees` is "{0} trees". */
function templatesIn(folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file === 'say.ts') continue;
    for (const [, template = ''] of readFileSync(path.join(folder, file), 'utf8').matchAll(/\bsay`([^`]*)`/g)) {
      let place = 0;
      found.add(template.replace(/\$\{[^}]*\}/g, () => `{${place++}}`));
    }
  }
  return found;
}

/** Which values a template takes. */
const placesOf = (template: string): readonly string[] => [...new Set(template.match(/\{\d+\}/g))].sort();

/** Params of a node type as its fixtures set it up. */
function paramsIn(type: string): { readonly file: string; readonly params: unknown }[] {
  const folder = path.join(nodes, type, 'fixtures');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const fixture = z.object({ nodes: z.array(z.object({ type: z.string(), params: z.record(z.string(), z.unknown()).default({}) })).default([]) }).parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
      return fixture.nodes.filter((node) => node.type === type && catalogue.get(type)?.definition.params.safeParse(node.params).success).map(({ params }) => ({ file, params }));
    });
}

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

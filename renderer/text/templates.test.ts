import { describe, expect, it } from 'vitest';
import { blockSchema } from '#app/reports/document.ts';
import { readDocument } from '#app/pipeline/parse.ts';
import { germanSentences } from './engine-de.ts';
import { matcherOf } from './templates.ts';

const titles = new Map([['CSV Reader', 'CSV lesen']]);
const titleIn = { ofNode: (english: string): string => titles.get(english) ?? english, ofField: (english: string): string => (english === 'Trees' ? 'Bäume' : english) };

describe('sentences said by templates', () => {
  const say = matcherOf(
    [
      ['There is no column “{0}”.{1}', 'Es gibt keine Spalte „{0}“.{1}'],
      ['Did you mean “{0}”?', 'War „{0}“ gemeint?'],
      ['Skipped because “{0}” failed.', 'Übersprungen, weil „{0:node}“ fehlgeschlagen ist.'],
      ['“{0}” is {1}, not text.', '„{0}“ ist {1}, kein Text.'],
      ['a number', 'eine Zahl'],
      ['{0} takes {1}, but {2} given.', '{2} gegeben, {0} nimmt {1}.'],
      ['Its columns are {0}.', 'Die Spalten sind {0:name}.'],
      ['Ran because {0}.', 'Lief, weil: {0}.'],
      ['upstream *{0}* changed', '*{0:node}* davor hat sich geändert'],
    ],
    titleIn,
  );

  it('keep names, also those that look like words of the list', () => {
    expect(say('There is no column “a number”.')).toBe('Es gibt keine Spalte „a number“.');
    expect(say('Its columns are a number.')).toBe('Die Spalten sind a number.');
  });

  it('say what is put into them, too', () => {
    expect(say('There is no column “agee”. Did you mean “age”?')).toBe('Es gibt keine Spalte „agee“. War „age“ gemeint?');
    expect(say('“x” is a number, not text.')).toBe('„x“ ist eine Zahl, kein Text.');
    expect(say('Ran because upstream *CSV Reader* changed.')).toBe('Lief, weil: *CSV lesen* davor hat sich geändert.');
  });

  it('say titles of node types, and leave those that a person gave', () => {
    expect(say('Skipped because “CSV Reader” failed.')).toBe('Übersprungen, weil „CSV lesen“ fehlgeschlagen ist.');
    expect(say('Skipped because “My orders” failed.')).toBe('Übersprungen, weil „My orders“ fehlgeschlagen ist.');
  });

  it('put their parts in another order', () => {
    expect(say('sqrt takes 1 argument, but 2 are given.')).toBe('2 are gegeben, sqrt nimmt 1 argument.');
  });

  it('leave what they do not know, and say known sentences beside it', () => {
    expect(say('Nobody has translated this.')).toBe('Nobody has translated this.');
    expect(say('Nobody has translated this. Did you mean “age”?')).toBe('Nobody has translated this. War „age“ gemeint?');
    expect(say('')).toBe('');
  });

  it('take signs of regular expressions as they are', () => {
    const one = matcherOf([['Write {0} (or a|b) in [x].', 'Schreib {0} (oder a|b) in [x].']], titleIn);
    expect(one('Write 1+1 (or a|b) in [x].')).toBe('Schreib 1+1 (oder a|b) in [x].');
  });
});

describe('the engine’s sentences in German', () => {
  const numbersOf = (text: string): string => [...new Set(text.match(/\{\d+/g))].sort().join();

  it('put in nothing that the English does not have', () => {
    expect(germanSentences.filter(([english, german]) => [...new Set(german.match(/\{\d+/g))].some((one) => !numbersOf(english).includes(one)))).toEqual([]);
  });

  it('are no bare placeholders, which would fit any sentence', () => {
    expect(germanSentences.filter(([english]) => (english.replace(/\{\d+\}/g, '').match(/\p{L}/gu) ?? []).length < 2)).toEqual([]);
  });

  it('read as German: quotes „…“, and nobody is called “Sie”', () => {
    expect(germanSentences.filter(([, german]) => /“[^“„]*”/.test(german) || /\b(Sie|Ihre?[mnrs]?)\b(?! (hat|ist|sind|kommt|fehlen|zählen|sieht|erscheint))/.test(german.replace(/[.:] Sie\b/g, '')))).toEqual([]);
  });

  it('are found by what the engine says', () => {
    const say = matcherOf(germanSentences, titleIn);
    expect(say('“Target” must not be empty.')).toBe('„Target“ darf nicht leer sein.');
    expect(say("A record of the project's database is damaged: node “read” of run 0mx2qx, ports: it is not JSON.")).toBe('Ein Eintrag in der Datenbank des Projekts ist beschädigt: Knoten „read“ des Laufs 0mx2qx, ports: es ist kein JSON.');
    expect(say('It has not been run before.')).toBe('War noch nie gelaufen.');
    expect(say('The table has no column “a” to predict.')).toBe('Die Tabelle hat keine Spalte „a“ zum Vorhersagen.');
    expect(say('Changed “Trees” of CSV Reader from its default to on')).toBe('„Bäume“ von CSV lesen geändert: Standard → an');
  });

  it('are found by what monitors and contracts say of a batch', () => {
    const say = matcherOf(germanSentences, titleIn);
    expect(say('None of 28 columns drifts.')).toBe('Keine von 28 Spalten driftet.');
    expect(say('3 of 28 columns drift, “age” most: missing values 1.0 % → 4 %; mean 38.6 → 44.1; 60 to 80: 3 % → 9 %.')).toBe('3 von 28 Spalten driften, „age“ am meisten: fehlende Werte 1.0 % → 4 %; Mittelwert 38.6 → 44.1; 60 to 80: 3 % → 9 %.');
    expect(say('1 of 2 columns drifts, “city” most: 12 % of the values are new: “Bern”, “Rome”.')).toBe('1 von 2 Spalten driftet, „city“: 12 % der Werte sind neu: “Bern”, “Rome”.');
    expect(say('accuracy is 0.71 in 2024-05, 0.82 is expected. It has changed at 2024-03: 0.83 before, 0.72 since.')).toContain('Der Wert hat sich bei 2024-03 geändert: 0.83 vorher, 0.72 seither.');
    expect(say('2024-05: the selection rate is 41 % for “north” and 30 % for “south”, a gap of 11 points (4 to 18).')).toBe('2024-05: Die Auswahlrate ist 41 % für „north“ und 30 % für „south“, ein Abstand von 11 Punkten (4 bis 18).');
    expect(say('The data break their contract. Number of rows as in earlier runs: 3 rows; expected 6 to 17 rows, by 2 earlier runs. “age” is not missing: 2 of 30 rows break it, such as row 3, row 9; expected a value. And 2 more.')).toBe(
      'Die Daten verletzen ihren Vertrag. Zahl der Zeilen wie in früheren Läufen: 3 Zeilen; erwartet: 6 bis 17 Zeilen, nach 2 früheren Läufen. „age“ fehlt nicht: 2 von 30 Zeilen verletzen es, etwa row 3, row 9; erwartet: ein Wert. Und 2 weitere.',
    );
  });
});

describe('what is wrong with a pipeline file, in German', () => {
  const say = matcherOf(germanSentences, titleIn);
  const chain = { format: 'penstock-pipeline', version: 1, id: 'p', title: 'P', nodes: [{ id: 'read', type: 'data/csv-reader', version: 1, params: {} }], edges: [], notes: [], groups: [], layout: {} };
  const read = (raw: unknown): string => {
    try {
      readDocument(raw);
    } catch (error) {
      return say(error instanceof Error ? error.message : '');
    }
    return '';
  };

  it.each([
    ['a list in place of a document', [], 'Die Datei ist keine Pipeline.'],
    ['another format', { format: 'x' }, 'Die Datei ist keine Pipeline: Das Feld „format“ ist nicht „penstock-pipeline“.'],
    ['no id', { ...chain, id: undefined }, 'Die Pipeline-Datei ist falsch bei id: es fehlt.'],
    ['a title that is a number', { ...chain, title: 7 }, 'Die Pipeline-Datei ist falsch bei title: es muss Text sein.'],
    ['params that are a list, and more', { ...chain, title: 7, nodes: [{ ...chain.nodes[0], params: [] }] }, 'Die Pipeline-Datei ist falsch bei title: es muss Text sein. 1 weitere Stelle ist falsch.'],
    ['a node without a type', { ...chain, nodes: [{ ...chain.nodes[0], type: undefined }] }, 'Die Pipeline-Datei ist falsch bei nodes[0].type (Element „read“): es fehlt.'],
    ['an empty id', { ...chain, id: '' }, 'Die Pipeline-Datei ist falsch bei id: es darf nicht leer sein.'],
    ['a title without an end', { ...chain, title: 'x'.repeat(201) }, 'Die Pipeline-Datei ist falsch bei title: es darf höchstens 200 Zeichen haben.'],
    ['a limit below the least', { ...chain, nodes: [{ ...chain.nodes[0], limits: { megabytes: 1 } }] }, 'Die Pipeline-Datei ist falsch bei nodes[0].limits.megabytes (Element „read“): es muss mindestens 100 sein.'],
    ['a place that is no number', { ...chain, layout: { read: { x: 'left', y: 0 } } }, 'Die Pipeline-Datei ist falsch bei layout.read.x: es muss eine Zahl sein.'],
    ['a list of nodes that is none', { ...chain, nodes: 'none' }, 'Die Pipeline-Datei ist falsch bei nodes: es muss eine Liste sein.'],
  ])('%s', (_, raw, german) => {
    expect(read(raw)).toBe(german);
  });
});

describe('steps that can be undone', () => {
  const say = matcherOf(germanSentences, titleIn);
  const types = blockSchema.options.map(({ shape }) => shape.type.value);

  it.each(types)('of a report with a block of the type %s are told in German', (type) => {
    for (const label of [`Add ${type}`, `Add 3 ${type}s`, `Change ${type}`]) expect(say(label)).not.toBe(label);
  });

  it('of other kinds are, too', () => {
    expect(say('Delete 2 blocks')).toBe('2 Bausteine löschen');
    expect(say('Change the brief')).toBe('Steckbrief ändern');
  });
});

import { describe, expect, it } from 'vitest';
import { emptyDocument, type PipelineDocument } from '../document.ts';
import { catalogueOf, chain, testEdge, testNode, testSource, testStep, testTrainer } from '../testing.ts';
import { describePipeline } from './describe.ts';
import { withWords } from './kept.ts';
import { descriptionMarkdown, descriptionText } from './markdown.ts';
import { english } from './english.ts';
import { germanTongue } from './german/index.ts';
import { spans } from './sentence.ts';
import { Story } from './story.ts';
import { chains } from './steps.ts';
import type { DescriptionFacts } from './types.ts';

const catalogue = catalogueOf(testSource, testStep, testTrainer);

function factsOf(document: PipelineDocument, more: Partial<DescriptionFacts> = {}): DescriptionFacts {
  return { document, catalogue, nodes: {}, diagnostics: [], freshness: {}, run: null, missing: {}, ...more };
}

const textOf = (document: PipelineDocument, more: Partial<DescriptionFacts> = {}): string => descriptionText(describePipeline(factsOf(document, more)));

/** a → b → c, and b → d → e ← f. */
function branched(): PipelineDocument {
  const document = emptyDocument('p', 'Branched');
  document.nodes.push(testNode('a', 'test/source'), ...['b', 'c', 'd'].map((id) => testNode(id)), testNode('e', 'test/trainer'), testNode('f', 'test/source'));
  document.edges.push(testEdge('a', 'b'), testEdge('b', 'c'), testEdge('b', 'd'), testEdge('d', 'e'), testEdge('f', 'e'));
  return document;
}

describe('a pipeline in words', () => {
  it('says that an empty one is empty', () => {
    expect(textOf(emptyDocument('e', 'Nothing'))).toBe('Nothing\n\nThis pipeline is empty: it has no steps yet.\n');
  });

  it('takes straight chains together, and names branches and joins', () => {
    const document = branched();
    expect(chains(new Story(factsOf(document), english)).map((one) => one.map(({ id }) => id))).toEqual([['a', 'b'], ['f'], ['c'], ['d'], ['e']]);
    const words = textOf({ ...document, nodes: document.nodes.map((node) => ({ ...node, title: node.id.toUpperCase() })) });
    expect(words).toContain('Here it branches: to “C” and “D”.');
    expect(words).toContain('With “D” and “F”, “E” (Trainer)');
  });

  it('is the same for the same facts, and in the order of the graph rather than of the file', () => {
    const document = branched();
    expect(textOf(document)).toBe(textOf(structuredClone(document)));
  });

  it('tells nodes on a circle, and of unknown types', () => {
    const document = emptyDocument('p', 'Round');
    document.nodes.push(testNode('a'), testNode('b'), testNode('c', 'gone/away'));
    document.edges.push(testEdge('a', 'b'), testEdge('b', 'a'));
    expect(textOf(document)).toContain('is of the type gone/away, which this Penstock does not know');
  });

  it('is quick and finite for a long chain', () => {
    const words = textOf(chain(3000));
    expect(words.match(/Then /g)).toHaveLength(2999);
  });

  it('tells rows that go, values that are missing, results that are stale, and errors at their node', () => {
    const document = chain(2);
    document.nodes[1] = testNode('n1', 'test/step');
    const run = { status: 'succeeded', nodes: { n0: { status: 'succeeded', ports: { table: { kind: 'table', rows: 1000 } }, metrics: {}, diagnostics: [] } } };
    const words = textOf(document, {
      run,
      missing: { 'n0.table': { rows: 1000, columns: { x: 250, y: 0 } } },
      freshness: { n1: { state: 'stale', reasons: ['`rate` 1 → 2'] } },
      diagnostics: [{ severity: 'error', code: 'broken', message: 'It is broken.', remedy: 'Mend it.', place: { nodeId: 'n1' } }],
    });
    expect(words).toContain('“Source” has missing values in 1 column: x (250, 25 %).');
    expect(words).toContain('The results of 1 step are out of date, from “Step” on: rate 1 → 2.');
    expect(words).toContain('“Step”: It is broken. Mend it.');
  });
});

describe('as Markdown', () => {
  it('marks names and code, and escapes what is only text', () => {
    const document = chain(1);
    document.title = 'a_b *c* <d>';
    document.nodes[0] = { ...testNode('n0', 'test/source'), title: 'x_[y]' };
    const markdown = descriptionMarkdown(describePipeline(factsOf(document)));
    expect(markdown).toContain('# a\\_b \\*c\\* \\<d\\>');
    expect(markdown).toContain('**x\\_\\[y\\]**');
  });

  it('reads code out of backticks, also code that holds some', () => {
    expect(spans('of `a b` and `` c`d ``.')).toEqual(['of ', { code: 'a b' }, ' and ', { code: 'c`d' }, '.']);
  });
});

describe('in the description of a pipeline', () => {
  it('stands under what the person wrote, and is replaced the next time', () => {
    const once = withWords('For the shop.', '# T\n\nOne.\n\n## Steps\n\n- a\n');
    expect(once).toBe('For the shop.\n\n## In words\n\nOne.\n\n### Steps\n\n- a');
    expect(withWords(once, '# T\n\nTwo.\n')).toBe('For the shop.\n\n## In words\n\nTwo.');
    expect(withWords('', '# T\n\nTwo.\n')).toBe('## In words\n\nTwo.');
  });

  it('never is longer than a description may be, and never loses what the person wrote', () => {
    const own = 'x'.repeat(19_000);
    const both = withWords(own, `# T\n\n${'word\n'.repeat(5000)}`);
    expect(both.length).toBeLessThanOrEqual(20_000);
    expect(both.startsWith(own)).toBe(true);
    expect(both.endsWith('\n…')).toBe(true);
  });
});

describe('in German', () => {
  const german = germanTongue((name) => name);
  const inGerman = (document: PipelineDocument, more: Partial<DescriptionFacts> = {}): string => descriptionText(describePipeline(factsOf(document, more), german));

  it('counts one and several', () => {
    expect(inGerman(chain(1))).toContain('Diese Pipeline aus 1 Schritt liest 1 Quelle und endet in 0 Ergebnissen.');
    expect(inGerman(branched())).toContain('Diese Pipeline aus 6 Schritten liest 2 Quellen');
    expect([german.rows(1), german.rows(1000), german.moreFindings(1, 'error'), german.moreFindings(2, 'error'), german.moreFindings(1, 'warning')]).toEqual(['1 Zeile', '1\u202f000 Zeilen', 'Und 1 weiterer Fehler.', 'Und 2 weitere Fehler.', 'Und 1 weitere Warnung.']);
    expect([german.makesFeatures(['a']), german.makesFeatures(['a', 'b']), german.fromOthers(['a'])]).toEqual(['Daraus wird 1 Merkmal: `a`. ', 'Daraus werden 2 Merkmale: `a` und `b`. ', 'aus der anderen Spalte: `a`']);
    expect([german.rowsBecome(10, 1), german.rowsBecome(10, 2), german.rowsBecome(1, 2)]).toEqual([' (heraus kommt 1 von 10 Zeilen)', ' (heraus kommen 2 von 10 Zeilen)', ' (aus 1 Zeile werden 2)']);
  });

  it('tells branches, stale results and errors', () => {
    const words = inGerman(branched(), { run: { status: 'cancelled', nodes: {} }, freshness: { b: { state: 'stale', reasons: [] } }, diagnostics: [{ severity: 'error', code: 'broken', message: 'Es ist kaputt.' }] });
    expect(words).toContain('der abgebrochen wurde.');
    expect(words).toContain('Hier verzweigt sich der Weg: zu “Step” und “Step”.');
    expect(words).toContain('Die Ergebnisse von 1 Schritt sind veraltet, ab “Step”. Die Pipeline neu ausführen.');
    expect(words).toContain('- Es ist kaputt.');
  });

  it('is kept under a heading of its own, which takes the place of the English one', () => {
    expect(withWords(withWords('Own.', '# T\n\nOne.\n'), '# T\n\nEins.\n', 'de')).toBe('Own.\n\n## In Worten\n\nEins.');
  });
});

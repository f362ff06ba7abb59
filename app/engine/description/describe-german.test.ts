import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { speakUnits } from '#app/core/units.ts';
import { metricTitle } from '#app/reports/text/metric-text.ts';
import { germanTongue } from '#app/pipeline/description/german/index.ts';
import { describePipeline, descriptionMarkdown, type PipelineDescription, type Sentence } from '#app/pipeline/description/index.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { germanReports, germanSentences } from '../../../renderer/text/engine-de.ts';
import { matcherOf } from '../../../renderer/text/templates.ts';
import { lineIn, translateType } from '../../../renderer/state/node-text.ts';
import { nodeTexts, sharedText } from '../../../renderer/state/german-text.ts';
import { seedSamples } from '../project/samples.ts';
import { openTestEngine, type TestEngine } from '../testing.ts';
import { describeDocument, descriptionFacts } from './describe-document.ts';

/** As the window makes it: the engine's facts, with titles, lines and diagnostics in German. */

const resources = fileURLToPath(new URL('../../../resources', import.meta.url));
const folder = path.join(resources, 'samples/project/pipelines');
const samples = readdirSync(folder).filter((file) => file.endsWith('.pipeline.json')).map((file) => file.replace('.pipeline.json', ''));
const texts = { shared: sharedText, nodes: nodeTexts, helps: new Map<string, string>() };
const titles = { ofNode: (text: string) => text, ofField: (text: string) => text };
const told = matcherOf(germanSentences, titles);
const toldInReport = matcherOf(germanReports, titles);
const tongue = germanTongue((name) => toldInReport(metricTitle(name)));
const never = new AbortController().signal;

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
  await seedSamples(opened.projectDir, resources);
});
afterAll(() => {
  speakUnits('en');
  return opened.close();
});

const sample = (name: string): PipelineDocument => parseDocument(readFileSync(path.join(folder, `${name}.pipeline.json`), 'utf8'));

async function inGerman(document: PipelineDocument): Promise<PipelineDescription> {
  speakUnits('de');
  const facts = await descriptionFacts(opened.engine, document, never);
  const catalogue = new Map([...opened.engine.catalogue].map(([type, one]) => [type, translateType(one, texts)]));
  const nodes = Object.fromEntries(
    document.nodes.flatMap((node) => {
      const known = facts.nodes[node.id];
      const type = catalogue.get(node.type);
      return known === undefined ? [] : [[node.id, { ...known, describe: (type && lineIn(texts, type.definition, node.params)) ?? known.describe }]];
    }),
  );
  const diagnostics = facts.diagnostics.map((one) => ({ ...one, message: told(one.message), ...(one.remedy !== undefined && { remedy: told(one.remedy) }) }));
  const freshness = Object.fromEntries(Object.entries(facts.freshness).map(([id, { state, reasons }]) => [id, { state, reasons: reasons.map(told) }]));
  const ran = Object.entries(facts.run?.nodes ?? {}).map(([id, one]) => [id, { ...one, diagnostics: one.diagnostics.map((said) => ({ ...said, message: told(said.message) })) }] as const);
  const german = describePipeline({ ...facts, document, catalogue, nodes, diagnostics, freshness, run: facts.run && { ...facts.run, nodes: Object.fromEntries(ran) } }, tongue);
  speakUnits('en');
  return german;
}

/** Without code and names, and without comments and titles, which people wrote. */
function ownWords({ intro, sections }: PipelineDescription): string {
  const said = (sentence: Sentence): string => sentence.map((span) => (typeof span === 'string' ? span : '')).join('·');
  return [said(intro), ...sections.flatMap(({ title, blocks }) => [title, ...blocks.flatMap((block) => (block.kind === 'text' ? [said(block.text)] : block.items.map(said)))])].join('\n').replaceAll(/\((?:Kommentar|its comment): [„“].*?[“”]\)/g, '');
}

/** “As-of-Join” and what else practitioners say in English is a name. */
const englishWords = /(?<![-\w])(the|of|and|or|with|from|by|is|are|it|its|not|rows?|columns?|each|every|which|that|to|at|on|for|learns?|reads?|keeps?|than|no|yes|splits?|has|have|train|true|false)(?![-\w])/i;
const germanWords = /\b(der|die|das|und|mit|aus|ist|sind|Zeilen|Spalten|nicht|nach|liest|lernt)\b|[äöüß„]/i;

describe.each(samples)('the sample %s', (name) => {
  it('is told in German without an English word, and in English without a German one', async () => {
    const document = sample(name);
    const german = await inGerman(document);
    expect(ownWords(german).split('\n').filter((line) => englishWords.test(line))).toEqual([]);
    expect(descriptionMarkdown(german)).not.toMatch(/undefined|NaN|\[object| {2}/);
    const english = await describeDocument(opened.engine, document, never);
    expect(ownWords(english).split('\n').filter((line) => germanWords.test(line))).toEqual([]);
    // The same is told: every section with as many items.
    const shape = ({ sections }: PipelineDescription) => sections.map(({ id, blocks }) => [id, blocks.map((block) => (block.kind === 'list' ? block.items.length : 'text'))]);
    expect(shape(german)).toEqual(shape(english));
  });
});

it('tells rows and scores of a run', async () => {
  const document = sample('penguins');
  expect((await opened.run(document)).status).toBe('succeeded');
  const german = await inGerman(document);
  expect(ownWords(german).split('\n').filter((line) => englishWords.test(line))).toEqual([]);
  const words = descriptionMarkdown(german);
  expect(words).toContain('`data/penguins.csv`: 344 Zeilen mit 8 Spalten.');
  expect(words).toContain('der gelungen ist');
  expect(words).toMatch(/Genauigkeit (1|0,9\d+)/);
  expect(words).toContain('hat fehlende Werte in 5 Spalten: `sex` (11, 3,2 %)');
});

it('has a German sentence for every node type, also with nothing chosen', () => {
  for (const { definition: english } of opened.engine.catalogue.values()) {
    if (!nodeTexts.has(english.type)) continue;
    const { definition } = translateType({ definition: english, icon: '', help: '' }, texts);
    const params = definition.params.parse({}) as Record<string, unknown>;
    const predicate = tongue.stepPredicate(definition.type, params, lineIn(texts, definition, params) ?? '', definition.summary);
    expect(predicate, definition.type).toMatch(/^[a-zäöü].{8,}/);
    expect(predicate, definition.type).not.toMatch(/undefined|NaN|\[object|\.$|\s{2}/);
    expect(predicate.replaceAll(/`[^`]*`/g, ''), definition.type).not.toMatch(englishWords);
  }
});

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { parseBrief } from '#app/brief/document.ts';
import { ConnectionStore } from '#app/engine/connections/store.ts';
import { importContract } from '#app/engine/contracts/contract-file.ts';
import { parseJournal, recover } from '#app/pipeline/journal.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { momentsOf, parseTimeline, versionAt } from '#app/pipeline/timeline.ts';
import { parseComponent } from '#app/pipeline/subflow/index.ts';
import { parseReport, serialiseReport } from '#app/reports/parse.ts';
import { mutated, mutatedJsonText } from '../mutate.ts';
import { pipelineOf } from './pipelines.ts';
import { Silent, type Reader } from './reader.ts';

const seed = (name: string): string => `e2e/fuzz/corpus/${name}`;

/** What a hostile key would leave behind. */
function assertClean(): void {
  if (({} as Record<string, unknown>)['polluted'] !== undefined) throw new Silent('Object.prototype was changed');
}

const documents: Reader = {
  name: 'Pipeline document',
  seeds: [seed('pipeline-document/penguins.pipeline.json'), seed('pipeline-document/subflow.pipeline.json')],
  extension: '.pipeline.json',
  namesFile: false,
  mutate: mutatedJsonText,
  async read(file, { test }) {
    const document = parseDocument(await readFile(file, 'utf8'));
    assertClean();
    const text = serialiseDocument(document);
    if (serialiseDocument(parseDocument(text)) !== text) throw new Silent('what was written is read as something else');
    // Configuring never runs anything, whatever is in the params.
    const configured = await test.engine.configure(document);
    const odd = configured.diagnostics.find(({ code }) => code === 'unexpected');
    if (odd !== undefined) throw new Error(`unexpected: ${odd.message}`);
  },
};

const journals: Reader = {
  name: 'Journal',
  seeds: [seed('journal/edits.jsonl')],
  extension: '.jsonl',
  namesFile: false,
  mutate: mutatedJsonText,
  async read(file) {
    const { records } = parseJournal(await readFile(file, 'utf8'));
    const saved = parseDocument(await readFile(path.resolve(import.meta.dirname, '../corpus/journal/base.pipeline.json'), 'utf8'));
    const { document, entries, position } = recover(saved, records);
    if (position < 0 || position > entries.length) throw new Silent(`position ${position} of ${entries.length} entries`);
    parseDocument(serialiseDocument(document));
    assertClean();
  },
};

const timelines: Reader = {
  name: 'History file',
  seeds: [seed('history-file/timeline.jsonl')],
  extension: '.jsonl',
  namesFile: false,
  mutate: mutatedJsonText,
  async read(file) {
    const records = parseTimeline(await readFile(file, 'utf8'));
    for (const { id } of momentsOf(records).slice(0, 20)) {
      try {
        parseDocument(serialiseDocument(versionAt(records, id)));
      } catch (error) {
        if (!(error instanceof PenstockError)) throw error;
      }
    }
    assertClean();
  },
};

const components: Reader = {
  name: 'Component',
  seeds: [seed('component/fill.component.json')],
  extension: '.component.json',
  namesFile: false,
  mutate: mutatedJsonText,
  async read(file) {
    parseComponent(await readFile(file, 'utf8'), path.basename(file));
    assertClean();
  },
};

const reports: Reader = {
  name: 'Report file',
  seeds: [seed('report-file/weekly.report.json')],
  extension: '.report.json',
  namesFile: false,
  mutate: mutatedJsonText,
  async read(file) {
    const report = parseReport(await readFile(file, 'utf8'));
    const text = serialiseReport(report);
    if (serialiseReport(parseReport(text)) !== text) throw new Silent('what was written is read as something else');
    assertClean();
  },
};

const briefs: Reader = {
  name: 'Brief',
  seeds: [seed('brief/project.brief.json')],
  extension: '.json',
  namesFile: false,
  mutate: mutatedJsonText,
  async read(file) {
    parseBrief(await readFile(file, 'utf8'));
    assertClean();
  },
};

const connections: Reader = {
  name: 'connections.json',
  seeds: [seed('connections-json/two.json')],
  extension: '.json',
  namesFile: true,
  mutate: mutatedJsonText,
  async read(file, { folder }) {
    const at = path.join(folder, 'connections.json');
    await writeFile(at, await readFile(file));
    await new ConnectionStore(folder).list();
    assertClean();
  },
};

const contracts: Reader = {
  name: 'Data contract',
  seeds: [seed('data-contract/orders.yaml')],
  extension: '.yaml',
  namesFile: false,
  mutate: (bytes, random, others) => mutated(bytes, random, others, ['&a', '*a', '<<: *a', '!!js/function', '!!binary', '- ', ': ', '{', '}', '|', '>', '__proto__: ', '\t']),
  async read(file, ground) {
    const document = pipelineOf(ground, [{ id: 'contract', type: 'monitor/data-contract', params: {} }]);
    const [node] = document.nodes;
    if (node === undefined) throw new Error('the pipeline has no node');
    importContract(document, node, await readFile(file, 'utf8'));
    assertClean();
  },
};

export const documentReaders: readonly Reader[] = [documents, journals, timelines, components, reports, briefs, connections, contracts];

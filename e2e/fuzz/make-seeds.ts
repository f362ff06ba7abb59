/** Writes the seeds of the corpus that no other file of the repository is: `node bench/child.mjs ../e2e/fuzz/make-seeds.ts '{}'`. corpus/README.md says what they are. */
import { mkdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import path from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { Bool, Float64, Int64, Table, TimestampMicrosecond, Utf8, tableToIPC, vectorFromArray } from 'apache-arrow';
import { emptyBrief, serialiseBrief } from '#app/brief/document.ts';
import { testBundle } from '#app/engine/bundle/testing.ts';
import { exportContract } from '#app/engine/contracts/contract-file.ts';
import { serveFrames } from '#app/engine/desktop-engine.ts';
import { createRouter } from '#app/engine/router.ts';
import { fixtureDocument, openTestEngine } from '#app/engine/testing.ts';
import { applyCommand, type Command } from '#app/pipeline/commands.ts';
import { documentHash, journalRecord, openingRecord, serialiseRecord } from '#app/pipeline/journal.ts';
import { documentDelta } from '#app/pipeline/delta.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import type { Contract } from '#app/protocol/contract.ts';
import { encodeFrame, FrameDecoder } from '#app/protocol/frames.ts';
import { emptyReport } from '#app/reports/document.ts';
import { serialiseReport } from '#app/reports/parse.ts';

const corpus = path.join(import.meta.dirname, 'corpus');

async function put(name: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(path.join(corpus, name)), { recursive: true });
  await writeFile(path.join(corpus, name), bytes);
}

export async function run(): Promise<Record<string, never>> {
  const test = await openTestEngine();
  const { catalogue } = test.engine;
  const document = {
    ...fixtureDocument(
      {
        nodes: [
          { id: 'read', type: 'data/csv-reader', params: { path: 'data/penguins.csv' } },
          { id: 'rows', type: 'transform/filter-rows', params: { expression: 'bill > 40 and regexp_matches(species, \'^(a+)+$\')' } },
          { id: 'own', type: 'transform/sql', params: { text: 'select species, count(*) as n from t1 group by 1' } },
          { id: 'fit', type: 'train/random-forest', params: { target: 'species' } },
        ],
        edges: [['read.table', 'rows.table'], ['rows.table', 'own.tables'], ['rows.table', 'fit.table']],
      },
      catalogue,
    ),
    id: 'penguins',
    title: 'Penguins',
    notes: [{ id: 'note', text: 'Why', x: 1, y: 2, width: 100, height: 50 }],
    groups: [{ id: 'group', title: 'Prepare', nodes: ['read', 'rows'] }],
    layout: { read: { x: 0, y: 0 }, rows: { x: 240, y: 0 } },
  };
  await put('pipeline-document/penguins.pipeline.json', serialiseDocument(document));
  const content = { nodes: [{ id: 'in', type: 'flow/input', version: 1, params: { kind: 'table' } }, { id: 'fill', type: 'transform/impute', version: 1, params: {} }, { id: 'out', type: 'flow/output', version: 1, params: { kind: 'table' } }], edges: [{ id: 'e1', from: { node: 'in', port: 'value' }, to: { node: 'fill', port: 'table' } }, { id: 'e2', from: { node: 'fill', port: 'table' }, to: { node: 'out', port: 'value' } }], notes: [], groups: [], layout: {}, exposed: [{ name: 'columns', node: 'fill', param: 'columns' }] };
  await put('pipeline-document/subflow.pipeline.json', serialiseDocument({ ...document, id: 'sub', nodes: [...document.nodes, { id: 'flow', type: 'flow/subflow', version: 1, params: {}, content, repeat: { over: 'groups' as const, input: 'in', by: 'species', values: ['Adelie', 'Gentoo'], column: 'which' } }] }));
  await put('component/fill.component.json', `${JSON.stringify({ format: 'penstock-component', version: 1, id: 'fill', title: 'Fill gaps', versions: [{ number: 1, savedAt: 1, note: '', params: {}, content }, { number: 2, savedAt: 2, note: 'more', params: { columns: ['a'] }, content }] }, null, 2)}\n`);
  await put('report-file/weekly.report.json', serialiseReport({ ...emptyReport('weekly', 'Weekly'), blocks: [{ id: 'b1', type: 'text', place: { x: 0, y: 0, w: 12, h: 2 }, markdown: '# Hello {{penguins}} <script>' }] } as never));
  await put('brief/project.brief.json', serialiseBrief({ ...emptyBrief(), goal: 'classification' }));
  await put('connections-json/two.json', `${JSON.stringify({ version: 1, connections: [{ name: 'shop', kind: 'postgres', host: 'localhost', port: 5432, database: 'shop', user: 'reader' }, { name: 'file', kind: 'sqlite', path: 'data/shop.sqlite' }] }, null, 2)}\n`);

  const edits: Command[] = [
    { type: 'set-document', title: 'Penguins 2' },
    { type: 'set-params', nodeId: 'fit', params: { target: 'species', trees: 20 } },
    { type: 'remove', nodes: ['own'] },
    { type: 'move', positions: { read: { x: 10, y: 20 } } },
  ];
  await put('journal/base.pipeline.json', serialiseDocument(document));
  let at = document as Parameters<typeof applyCommand>[0];
  const lines = [serialiseRecord(openingRecord(1, { document: at, entries: [], position: 0 }))];
  const moments: object[] = [{ id: 'm0', at: 1, session: 's', kind: 'start', words: ['The pipeline when its history began'], document: documentHash(at), whole: at }];
  for (const [i, command] of edits.entries()) {
      const done = applyCommand(at, command);
      const entry = { label: `step ${i}`, at: 2 + i, command, inverse: done.inverse };
      lines.push(serialiseRecord(journalRecord(2 + i, { base: i, entries: [entry], position: i + 1 }, done.document)));
      moments.push({ id: `m${i + 1}`, at: 2 + i, session: 's', kind: 'edit', words: [`step ${i}`], document: documentHash(done.document), delta: documentDelta(at, done.document) });
      at = done.document;
  }
  await put('journal/edits.jsonl', lines.join(''));
  await put('history-file/timeline.jsonl', `${moments.map((one) => JSON.stringify(one)).join('\n')}\n`);
  const contract = fixtureDocument({ nodes: [{ id: 'c', type: 'monitor/data-contract', params: {} }], edges: [] }, catalogue);
  await put('data-contract/orders.yaml', contract.nodes[0] === undefined ? '' : exportContract(contract, contract.nodes[0]));

  const bundle = await testBundle();
  const signature = JSON.stringify({ format: 'penstock-model', formatVersion: 1, name: 'test', algorithm: 'test', createdAt: '2026-01-01T00:00:00Z', signature: bundle.model.signature, tensors: { plan: 'plan', age: 'age', label: 'label_input' } });
  const sha = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  await put('bundle/signature.json', signature);
  await put('bundle/golden.json', bundle.golden);
  await put('bundle/model.onnx', bundle.onnx);
  await put('bundle/manifest.json', JSON.stringify({ files: [['signature.json', signature], ['golden.json', bundle.golden], ['model.onnx', bundle.onnx]].map(([name, bytes]) => ({ path: name, bytes: (bytes as string).length, sha256: sha(bytes as string) })) }));

  await put('tensorflow-js/model.json', JSON.stringify({ format: 'layers-model', generatedBy: 'by hand', modelTopology: { class_name: 'Sequential', config: { name: 's', layers: [{ class_name: 'Dense', config: { name: 'd', units: 2, activation: 'softmax', use_bias: true, batch_input_shape: [null, 3], dtype: 'float32' } }] }, keras_version: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js' }, weightsManifest: [{ paths: ['weights.bin'], weights: [{ name: 'd/kernel', shape: [3, 2], dtype: 'float32' }, { name: 'd/bias', shape: [2], dtype: 'float32' }] }] }, null, 1));
  await put('tensorflow-js/weights.bin', new Uint8Array(Float32Array.of(1, -1, 0.5, -0.5, 2, 0, 0.1, 0.2).buffer));

  const page = await test.engine.database.arrowPage({ op: 'scan', source: { kind: 'values', rows: Array.from({ length: 20 }, (_, i) => [i, i % 3 === 0 ? null : `text ${i}`, i / 7]) }, schema: [{ name: 'a', type: 'integer' }, { name: 'b', type: 'string' }, { name: 'c', type: 'float' }], label: 'x' }, { offset: 0, limit: 20, sort: [] });
  await put('arrow-pages/page.arrow', page);

  const json = JSON.stringify({ inputs: [{ name: 'plan', datatype: 'BYTES', shape: [2, 1], parameters: { binary_data_size: 15 } }, { name: 'age', datatype: 'FP32', shape: [2, 1], parameters: { binary_data_size: 8 } }] });
  const texts = Buffer.concat(['basic', 'pr'].flatMap((text) => [Buffer.from(Uint32Array.of(text.length).buffer), Buffer.from(text)]));
  await put('inference-requests/two-tensors.bin', Buffer.concat([Buffer.from(`${json.length}\n${json}`), texts, Buffer.from(Float32Array.of(1.5, Number.NaN).buffer)]));

  const [toEngine, fromEngine] = [new PassThrough(), new PassThrough()];
  const sent: Uint8Array[] = [encodeFrame({ type: 'open', connection: 1 })];
  let receive: (event: { data: unknown }) => void = () => undefined;
  const decoder = new FrameDecoder();
  fromEngine.on('data', (chunk: Buffer) => decoder.push(chunk).forEach((frame) => (frame.type === 'text' ? receive({ data: frame.text }) : frame.type === 'binary' ? receive({ data: frame.bytes }) : undefined)));
  toEngine.write(sent[0]);
  const port = {
    addEventListener: (type: string, listener: typeof receive) => void (type === 'message' ? (receive = listener) : undefined),
    postMessage: (data: string | ArrayBuffer) => {
      sent.push(encodeFrame(typeof data === 'string' ? { type: 'text', connection: 1, text: data } : { type: 'binary', connection: 1, bytes: new Uint8Array(data) }));
      toEngine.write(sent.at(-1));
    },
  };
  const served = serveFrames(createRouter(test.engine), toEngine, fromEngine);
  const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: port as unknown as MessagePort }));
  await client.project.info();
  await client.project.pipelines();
  await client.pipeline.configure({ document });
  toEngine.end();
  await served;
  sent.push(encodeFrame({ type: 'close', connection: 1 }));
  await put('desktop-frames/session.bin', Buffer.concat(sent));

  await put('csv/quoted.csv', 'id,name,price,day,ok\n1,"Miller, A.",1.50,2024-01-31,true\n2,"say ""hi""",,2024-02-29,false\n3,"two\nlines",-2e3,,true\n');
  await put('csv/semicolon.csv', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('id;wert;ort\r\n1;1,5;Köln\r\n2;2,25;Zürich\r\n')]));
  await put('csv/utf16.csv', Buffer.from('\ufeffa\tb\n1\tx\n2\ty\n', 'utf16le'));
  await put('json/nested.json', '[{"id":1,"tags":["a","b"],"place":{"lat":1.5,"lon":null}},{"id":2,"tags":[],"place":null,"extra":9007199254740993}]');
  await put('json/wrapped.json', JSON.stringify({ results: [{ a: 1 }, { a: 'x' }], next: null }));
  const flights = (value: (i: number) => unknown): unknown[] => Array.from({ length: 20 }, (_, i) => (i % 7 === 3 ? null : value(i)));
  const delays = new Table({
    delay: vectorFromArray(flights((i) => i * 1.5) as number[], new Float64()),
    city: vectorFromArray(flights((i) => `Köln ${i}`) as string[], new Utf8()),
    late: vectorFromArray(flights((i) => i % 2 === 0) as boolean[], new Bool()),
    number: vectorFromArray(flights((i) => 9007199254740993n + BigInt(i)) as bigint[], new Int64()),
    at: vectorFromArray(flights((i) => Date.UTC(2026, 0, i + 1)) as number[], new TimestampMicrosecond()),
  });
  await put('arrow-page/flights.arrow', Buffer.from(tableToIPC(delays, 'stream')));
  await test.close();
  return {};
}

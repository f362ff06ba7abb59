import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

const cellSchema = z.union([z.null(), z.boolean(), z.number(), z.string()]);
const filesSchema = z.array(
  z.object({
    name: z.string(),
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    rows: z.array(z.array(cellSchema)),
    params: z.record(z.string(), z.unknown()),
    classes: z.array(z.string()).optional(),
    probabilities: z.array(z.array(z.number())).optional(),
    predicted: z.array(z.number()).optional(),
  }),
);
const pathOf = (name: string): string => fileURLToPath(new URL(`./files/${name}`, import.meta.url));
/** By scripts/reference/onnx_files.py: files that skl2onnx and onnxmltools wrote, and what scikit-learn, LightGBM and XGBoost predict. */
const files = filesSchema.parse(JSON.parse(readFileSync(pathOf('files.json'), 'utf8')));

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(() => opened.close());

async function predictions({ name, columns, rows, params }: (typeof files)[number], withTable: boolean) {
  const edges: [string, string][] = [['in.table', 'predict.table'], ['model.model', 'predict.model'], ...(withTable ? [['in.table', 'model.table'] as [string, string]] : [])];
  const nodes = [
    { id: 'in', type: 'test/values', params: { columns, rows } },
    { id: 'model', type: 'train/import-onnx', params: { path: pathOf(`${name}.onnx`), ...params, ...(withTable || columns.length === 1 ? {} : mapped(name, columns)) } },
    { id: 'predict', type: 'evaluate/predict', params: {} },
  ];
  const document = fixtureDocument({ nodes, edges }, opened.engine.catalogue);
  const { nodes: states } = await opened.run(document, ['predict']);
  expect(Object.values(states).flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
  const { rows: found, schema } = await opened.table(document, 'predict', 'table');
  return { names: schema.slice(columns.length).map((column) => column.name), found: found.map((row) => row.slice(columns.length)) };
}

/** Without a table, a file of one wide input needs to be told its columns; those of one input a column have their names. */
function mapped(name: string, columns: readonly { readonly name: string }[]): object {
  if (name === 'pipeline') return {};
  const input = /^(lightgbm|xgboost)/.test(name) ? 'input' : 'X';
  return { inputs: [{ input, columns: columns.map((column) => column.name).join(', ') }] };
}

describe.each(files.map((file) => [file.name, file] as const))('%s.onnx', (_name, file) => {
  it.each([true, false])('predicts what its library predicts; a table to test with: %s', async (withTable) => {
    const { names, found } = await predictions(file, withTable);
    expect(found).toHaveLength(file.rows.length);
    const { classes = [], probabilities = [], predicted = [] } = file;
    for (const [row, wanted] of predicted.entries()) expect(Math.abs(Number(found[row]?.[0]) - wanted)).toBeLessThan(1e-4 * Math.abs(wanted));
    for (const [row, wanted] of probabilities.entries()) {
      for (const [cls, probability] of wanted.entries()) {
        const at = names.findIndex((column) => column.endsWith(`_p_${classes[cls] ?? ''}`));
        expect(at).toBeGreaterThan(0);
        expect(Number(found[row]?.[at])).toBeCloseTo(probability, 5);
      }
      expect(String(found[row]?.[0])).toBe(classes[wanted.indexOf(Math.max(...wanted))]);
    }
    expect(predicted.length + probabilities.length).toBe(found.length);
  });
});

import { describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript, loaded by the linter as it is
import { judgeImport } from './layers.mjs';
// @ts-expect-error plain JavaScript, loaded by the linter as it is
import { resolveSpecifier } from './plugin.mjs';

describe('layer rules', () => {
  it.each([
    ['app/core/hash.ts', '#app/sdk/node.ts'],
    ['app/data/database.ts', '#app/ml/index.ts'],
    ['app/ml/index.ts', '../data/database.ts'],
    ['main/main.ts', '#app/engine/index.ts'],
    ['renderer/canvas/canvas.tsx', '#app/engine/index.ts'],
    ['renderer/canvas/canvas.tsx', '#nodes/data/csv-reader/run.ts'],
    ['nodes/data/csv-reader/node.ts', '#app/ml/index.ts'],
    ['nodes/data/csv-reader/node.ts', '../parquet-reader/node.ts'],
    ['nodes/explore/x/view.tsx', '#renderer/canvas/canvas.tsx'],
    ['app/engine/engine.ts', 'better-sqlite3-multiple-ciphers'],
    ['renderer/app/shell.tsx', '@xyflow/react'],
    ['app/relation/types.ts', 'node:fs'],
    ['renderer/app/shell.tsx', 'electron'],
  ])('%s may not import %s', (file, specifier) => {
    expect(judgeImport(file, specifier, resolveSpecifier(file, specifier))).toMatch(/only in|may not import/);
  });

  it.each([
    ['app/data/database.ts', '@duckdb/node-api'],
    ['app/data/database.ts', '#app/relation/index.ts'],
    ['app/engine/engine.ts', '#app/ml/index.ts'],
    ['nodes/train/neural-network/run.ts', '#app/ml/index.ts'],
    ['nodes/data/csv-reader/run.ts', './node.ts'],
    ['renderer/canvas/canvas.tsx', '@xyflow/react'],
    ['renderer/catalogue/load.ts', '#nodes/data/csv-reader/node.ts'],
    ['app/engine/engine.test.ts', 'better-sqlite3-multiple-ciphers'],
  ])('%s may import %s', (file, specifier) => {
    expect(judgeImport(file, specifier, resolveSpecifier(file, specifier))).toBeNull();
  });
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { members } from '#renderer/inspector/controls/code-completion.ts';
import { inputTable, runJs } from '../testing.ts';
import { danfoWithoutPlotly } from './danfo-source.ts';

const orders = inputTable(
  [{ name: 'city', type: 'string' }, { name: 'amount', type: 'float' }, { name: 'n', type: 'integer' }, { name: 'paid', type: 'boolean' }, { name: 'day', type: 'date' }],
  [['Oslo', null, 'Oslo', 'Bergen'], [10.5, 2, null, 4], [1, 2, 3, null], [1, 0, null, 1], ['2024-01-31', null, '2024-02-29', '2023-12-01']],
);

describe.concurrent('a script over data frames', { timeout: 60_000 }, () => {
  it('gets each type with its missing values, and gives them back', async () => {
    const { columns, types, log } = await runJs(`print(JSON.stringify(df.values)); print(df.shape); return df;`, { tables: [orders] });
    expect(log[0]).toBe('[["Oslo",10.5,1,true,"2024-01-31"],[null,2,2,false,null],["Oslo",null,3,null,"2024-02-29"],["Bergen",4,null,true,"2023-12-01"]]');
    expect(log[1]).toBe('[4,5]');
    expect(types).toEqual({ city: 'string', amount: 'float', n: 'integer', paid: 'boolean', day: 'date' });
    expect(columns).toEqual({ city: ['Oslo', null, 'Oslo', 'Bergen'], amount: [10.5, 2, Number.NaN, 4], n: [1, 2, 3, Number.NaN], paid: [1, 0, Number.NaN, 1], day: ['2024-01-31', null, '2024-02-29', '2023-12-01'] });
  });

  it('groups, merges, filters and adds columns', async () => {
    const { columns } = await runJs(
      `const big = df.query(df['amount'].gt(params.least));
       big.addColumn('twice', big['amount'].values.map((x) => 2 * x), { inplace: true });
       return dfd.merge({ left: big.loc({ columns: ['city', 'twice'] }), right: new dfd.DataFrame({ city: ['Oslo', 'Bergen'], country: ['NO', 'NO'] }), on: ['city'], how: 'inner' });`,
      { tables: [orders], params: { least: 3 } },
    );
    expect(columns).toEqual({ city: ['Oslo', 'Bergen'], twice: [21, 8], country: ['NO', 'NO'] });
    expect((await runJs(`return df.groupby(['city']).col(['n']).sum();`, { tables: [inputTable([{ name: 'city', type: 'string' }, { name: 'n', type: 'integer' }], [['a', 'b', 'a'], [1, 2, 3]])] })).columns).toEqual({ city: ['a', 'b'], n_sum: [4, 2] });
  });

  it('takes objects, columns, typed arrays and series, with types found', async () => {
    const { columns, types } = await runJs(`return { whole: [1, 2], half: new Float32Array([0.5, 1]), text: ['a', undefined], truth: [true, null], day: [new Date(Date.UTC(2024, 0, 31, 10)), null], mixed: [1, 'x'], nested: [{ a: [1] }, null], none: [null, NaN], series: new dfd.Series([7, 8]), big: [2n, 3n], huge: [2 ** 60, 1] };`);
    expect(types).toEqual({ whole: 'integer', half: 'float', text: 'string', truth: 'boolean', day: 'timestamp', mixed: 'string', nested: 'string', none: 'string', series: 'integer', big: 'integer', huge: 'float' });
    expect(columns).toMatchObject({ day: ['2024-01-31 10:00:00.000', null], mixed: ['1', 'x'], nested: ['{"a":[1]}', null], truth: [1, Number.NaN], big: [2, 3] });
    expect((await runJs(`return [{ a: 1 }, { b: 'x', a: 2 }];`)).columns).toEqual({ a: [1, 2], b: [null, 'x'] });
    expect((await runJs(`return new dfd.Series([1, 2]);`)).columns).toEqual({ 0: [1, 2] });
  });

  it('keeps columns whose names are numbers in their order, and tables without rows', async () => {
    const odd = inputTable([{ name: 'b', type: 'integer' }, { name: '2', type: 'integer' }, { name: '1', type: 'string' }], [[1], [2], ['x']]);
    expect((await runJs('print(df.columns); return df;', { tables: [odd] })).log).toEqual(['["b","2","1"]']);
    const empty = inputTable([{ name: 'a', type: 'float' }, { name: 't', type: 'string' }], [[], []]);
    expect(await runJs('return df;', { tables: [empty] })).toMatchObject({ types: { a: 'float', t: 'string' }, columns: { a: [], t: [] } });
  });

  it('is given several tables and values, and repeats its random numbers', async () => {
    const schema = [{ name: 'x', type: 'integer' }, { name: 't', type: 'string' }] as const;
    const one = inputTable(schema, [[1, 2], ['a', 'b']]);
    const two = inputTable(schema, [[3], ['c']]);
    expect((await runJs('return dfd.concat({ dfList: dfs, axis: 0 });', { tables: [one, two] })).columns).toEqual({ x: [1, 2, 3], t: ['a', 'b', 'c'] });
    const random = 'return { r: [Math.random(), Math.random()], text: [params.text, String(params.flag)] };';
    const [a, b, c] = await Promise.all([runJs(random, { params: { text: 'q"\u2028', flag: false } }), runJs(random, { params: { text: 'q"\u2028', flag: false } }), runJs(random, { seed: 8 })]);
    expect(a.columns).toEqual(b.columns);
    expect(a.columns?.['text']).toEqual(['q"\u2028', 'false']);
    expect(c.columns?.['r']).not.toEqual(a.columns?.['r']);
  });

  it('says where a mistake is', async () => {
    const code = `const a = 1;\nconst b = missing + a;\nreturn df;`;
    const { error } = await runJs(code);
    expect(error).toMatchObject({ code: 'script-error', message: 'Line 2: ReferenceError: missing is not defined.', place: { param: ['code'], line: 2 } });
    expect(code.slice(error?.place?.span?.start, error?.place?.span?.end)).toBe('missing + a;');
    const wrong = `return df;\nconst = 3;`;
    const syntax = await runJs(wrong);
    expect(syntax.error).toMatchObject({ code: 'script-syntax', place: { line: 2 } });
    expect(wrong.slice(syntax.error?.place?.span?.start, syntax.error?.place?.span?.end)).toBe('=');
    // In Danfo, the place is the line of the script that called it.
    expect((await runJs(`\nreturn df.loc({ columns: ['nope'] });`, { tables: [orders] })).error).toMatchObject({ code: 'script-error', place: { line: 2 } });
    expect((await runJs('return 5;')).error).toMatchObject({ code: 'script-result', message: 'The script returned 5, which is no table.' });
    expect((await runJs('')).error?.message).toContain('no table is connected');
    expect((await runJs('df.shape;', { tables: [orders] })).error).toMatchObject({ message: 'The script returned nothing.', remedy: 'End it with return df; or another table.' });
    expect((await runJs('return { a: [1], b: [1, 2] };')).error?.message).toContain('“b” has 2 values where “a” has 1');
    expect((await runJs(`return { a: [1], A: [2] };`)).error).toMatchObject({ code: 'duplicate-column' });
    for (const { error: one } of [await runJs('throw new Error("x\\n    at y");')]) expect(one?.message).not.toContain('child-entry');
  });

  it('gives declared columns in their order, or says what is wrong with them', async () => {
    const columns = [{ name: 'b', type: 'string' }, { name: 'a', type: 'float' }, { name: 'd', type: 'date' }] as const;
    expect(await runJs(`return { a: [1, 2], x: [0, 0], b: [3, null], d: [new Date(Date.UTC(2024, 1, 29)), null] };`, { columns })).toMatchObject({ types: { b: 'string', a: 'float', d: 'date' }, columns: { b: ['3', null], a: [1, 2], d: ['2024-02-29', null] } });
    expect((await runJs(`return { a: [1] };`, { columns })).error).toMatchObject({ code: 'script-column', message: 'The result has no column “b”, which is declared.', place: { param: ['columns'] } });
    expect((await runJs(`return { n: [1, 2.5] };`, { columns: [{ name: 'n', type: 'integer' }] })).error).toMatchObject({ code: 'script-column-type', message: '“n” is declared as whole number, but row 2 holds 2.5.' });
    expect((await runJs(`return { d: ['2024-02-30'] };`, { columns: [{ name: 'd', type: 'date' }] })).error).toMatchObject({ code: 'script-column-type' });
    expect((await runJs(`return { n: ['12', null, '7.5'] };`, { columns: [{ name: 'n', type: 'float' }] })).columns).toEqual({ n: [12, Number.NaN, 7.5] });
  });

  it('carries 200 000 rows of text and numbers over and back unchanged', async () => {
    const rows = 200_000;
    const text = Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : `wört ${i} 🚲`));
    const numbers = Array.from({ length: rows }, (_, i) => i / 3);
    const parts = inputTable([{ name: 'n', type: 'float' }], [numbers]).columns[0] ?? [];
    const chunks = Array.from({ length: Math.ceil(rows / 65_536) }, (_, i) => new TextEncoder().encode(JSON.stringify(text.slice(i * 65_536, (i + 1) * 65_536))));
    const { columns } = await runJs('return df;', { megabytes: 1000, tables: [{ schema: [{ name: 'n', type: 'float' }, { name: 't', type: 'string' }], rows, columns: [parts, chunks] }] });
    expect(columns?.['n']).toEqual(numbers);
    expect(columns?.['t']).toEqual(text);
  });
});

describe('the editor’s completion', () => {
  it('offers only what Danfo has', async () => {
    const { columns } = await runJs(`const missing = (object, names) => names.split(' ').filter((name) => !(name in object)); return { frame: [missing(df, params.frame).join()], library: [missing(dfd, params.library).join()] };`, { tables: [orders], params: { ...members.javascript } });
    expect(columns).toEqual({ frame: [''], library: [''] });
  });
});

describe('Danfo’s file', () => {
  it('is read without Plotly, and another version is refused', () => {
    const file = path.resolve(createRequire(import.meta.url).resolve('danfojs'), '../../../..', 'lib/bundle.js');
    const source = readFileSync(file, 'utf8');
    expect(danfoWithoutPlotly(source).length).toBeLessThan(source.length / 2);
    expect(() => danfoWithoutPlotly('var dfd;')).toThrow('Plotly is not found');
  });

  it('needs nothing from outside the registry', () => {
    const root = path.resolve(import.meta.dirname, '../../..');
    const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, { name?: string; version?: string; resolved?: string; dependencies?: Record<string, string> }> };
    const wanted = Object.keys(lock.packages['node_modules/danfojs']?.dependencies ?? {});
    expect(wanted).toContain('xlsx');
    for (const name of wanted) expect(lock.packages[`node_modules/${name}`], name).toMatchObject({ name: 'empty-npm-package', version: '1.0.0' });
    for (const [where, { resolved, version }] of Object.entries(lock.packages)) expect(`${resolved ?? ''} ${version ?? ''}`, where).not.toMatch(/cdn\.sheetjs|git\+|github:/);
  });
});

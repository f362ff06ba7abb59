import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runJs } from '../testing.ts';
import { childRights } from './run-javascript.ts';

/** What a pipeline from a stranger may try. Each attack returns what it got; none may get anything. */

/** Code that returns the value of an expression as text, or what it throws. */
const got = (expression: string): string => `let got; try { got = String(await (${expression})); } catch (e) { got = 'refused: ' + e.message; } return { got: [got] };`;
const answer = async (expression: string): Promise<unknown> => {
  const { columns, error } = await runJs(got(expression));
  expect(error).toBeNull();
  return columns?.['got']?.[0];
};

describe.concurrent('a script cannot', { timeout: 120_000 }, () => {
  it('see anything of Node or of a browser', async () => {
    const names = ['require', 'process', 'module', 'exports', '__dirname', '__filename', 'Buffer', 'fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'setTimeout', 'setImmediate', 'queueMicrotask', 'Worker', 'navigator', 'document', 'Deno'];
    expect(await answer(names.map((name) => `typeof ${name}`).join(` + ' ' + `))).toBe(names.map(() => 'undefined').join(' '));
  });

  it('import a module, however it is written', async () => {
    for (const written of ["import('node:fs')", "import/* */('node:fs')", "import // x\n('node:fs')", "import <!-- x\n('node:fs')", "import\u2028\uFEFF('node:fs')", 'import.meta.url', "[0].map(() => import ('x'))"]) {
      const { error } = await runJs(`const a = 1;\nreturn { got: [await ${written}] };`);
      expect(error, written).toMatchObject({ code: 'script-syntax', message: 'Line 2: A script cannot import anything.', place: { param: ['code'], line: 2 } });
    }
    expect((await runJs(`im\\u0070ort('node:fs');`)).error?.code).toBe('script-syntax');
    expect((await runJs(`return { important: [1], imports: ['import'] };`)).error).toBeNull();
  });

  it('reach the host through constructors', async () => {
    const values = ['{}', '[]', 'dfd', 'dfd.DataFrame', 'params', 'print', 'console.log', 'async () => 0', 'globalThis', 'new Error()', 'Promise.resolve()', 'Math'];
    const tried = values.map((value) => `(() => { try { return String((${value}).constructor.constructor('return process')()); } catch (e) { return e instanceof EvalError ? 'refused' : 'another error'; } })()`);
    expect(await answer(`[${tried.join()}].join()`)).toBe(values.map(() => 'refused').join());
    expect(await answer(`Reflect.construct(Function, ['return process.pid'])()`)).toMatch(/^refused: /);
    expect(await answer(`eval('1 + 1')`)).toMatch(/^refused: eval is not available/);
  });

  it('reach the host through errors, stacks and overflows', async () => {
    expect(await answer(`(() => { Error.prepareStackTrace = (e, frames) => frames; return new Error().stack; })()`)).toMatch(/^refused: /);
    // The host's own print is driven to the end of the stack; whatever comes back must be of the sandbox.
    const overflow = `(() => { const strange = []; const look = (e) => { if (!(e instanceof Error)) strange.push(e); }; const dive = () => { try { dive(); } catch (e) { look(e); try { print('x'); } catch (inner) { look(inner); } try { String(dfd.DataFrame); JSON.stringify(params); Math.random(); } catch (inner) { look(inner); } throw e; } }; try { dive(); } catch (e) { look(e); } return strange.length; })()`;
    expect(await answer(overflow)).toBe('0');
  });

  it('reach the host through what it prints and returns', async () => {
    const { columns, log } = await runJs(`
      let seen = 0;
      const trap = new Proxy({}, { get(target, key, receiver) { seen += 1; return Reflect.get(target, key, receiver); }, apply() { throw 1; } });
      try { print(trap, { toJSON() { return trap; } }, { get x() { throw new Error('mine'); } }); } catch (e) { print('threw'); }
      String.prototype.split = function () { return [{ toString() { return 'changed'; }, length: 1 }]; };
      return { x: [1] };`);
    expect(columns).toEqual({ x: [1] });
    expect(log.join()).not.toContain('threw');
  });

  it('do anything with Node’s modules, were it to get at them: the process itself has no rights', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-attack-'));
    const attempts = {
      read: `require('node:fs').readFileSync('/etc/passwd')`,
      list: `require('node:fs').readdirSync(${JSON.stringify(os.homedir())})`,
      write: `require('node:fs').writeFileSync(${JSON.stringify(path.join(folder, 'x'))}, 'x')`,
      run: `require('node:child_process').execFileSync(process.execPath, ['-v'])`,
      fork: `require('node:child_process').fork('x')`,
      worker: `new (require('node:worker_threads').Worker)('1', { eval: true })`,
      addon: `process.dlopen({ exports: {} }, 'x.node')`,
      binding: `process.binding('fs')`,
      inspector: `require('node:inspector').open(0)`,
      evaluate: `(0, eval)('1')`,
      functions: `new Function('return 1')()`,
    };
    const code = `const tried = {}; ${Object.entries(attempts).map(([name, attempt]) => `try { ${attempt}; tried.${name} = 'done'; } catch (e) { tried.${name} = e.code ?? e.name; }`).join(' ')} console.log(JSON.stringify(tried), Object.keys(process.env).length, Object.isFrozen(Object.prototype));`;
    const { stdout } = await promisify(execFile)(process.execPath, [...childRights(100), '-e', code], { env: {} });
    const denied = Object.fromEntries(Object.keys(attempts).map((name) => [name, 'ERR_ACCESS_DENIED']));
    expect(stdout.trim()).toBe(`${JSON.stringify({ ...denied, addon: 'ERR_DLOPEN_DISABLED', evaluate: 'EvalError', functions: 'EvalError' })} 0 true`);
    await rm(folder, { recursive: true });
  });

  it('use Danfo to read a file, reach the network or write', async () => {
    const server = createServer((_, response) => response.end('a,b\n1,2\n'));
    let asked = 0;
    server.on('connection', () => (asked += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const target = path.join(os.tmpdir(), `penstock-attack-${process.pid}.csv`);
      for (const use of [`dfd.readCSV('http://127.0.0.1:${port}/x.csv')`, `dfd.readCSV('/etc/passwd')`, `dfd.readJSON('http://127.0.0.1:${port}/x.json')`, `dfd.readExcel('http://127.0.0.1:${port}/x.xlsx')`]) {
        const { error, columns } = await runJs(`let got = 'nothing'; try { const frame = await ${use}; got = JSON.stringify(frame.values); } catch (e) { got = 'refused'; } return { got: [got] };`, { seconds: 20 });
        expect(error?.code ?? columns?.['got']?.[0], use).toMatch(/^(refused|script-pending|script-error)$/);
      }
      await runJs(`dfd.toCSV(new dfd.DataFrame({ x: [1] }), { filePath: ${JSON.stringify(target)} }); return { x: [1] };`);
      expect(existsSync(target)).toBe(false);
      expect(asked).toBe(0);
    } finally {
      server.close();
    }
  });

  it('run for ever', async () => {
    for (const loop of ['for (;;);', 'await (async () => { for (;;) await null; })();', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);', `/(a+)+$/.test('a'.repeat(60) + 'b');`]) {
      const { error } = await runJs(loop, { seconds: 3 });
      expect(error, loop).toMatchObject({ code: 'script-time', place: { param: ['code'] } });
      expect(error?.message).toContain('longer than 3 s');
    }
  });

  it('wait for ever', async () => {
    expect((await runJs('await new Promise(() => {});')).error).toMatchObject({ code: 'script-pending', place: { param: ['code'] } });
  });

  it('take all memory, on the heap or beside it', async () => {
    for (const bomb of [`const a = []; for (;;) a.push({ x: a.length, y: [a.length] });`, `const a = []; for (;;) a.push(new Uint8Array(32e6).fill(1));`, `let s = 'x'; const a = []; for (;;) { a.push(Array.from(s.repeat(1e6))); }`]) {
      const { error } = await runJs(bomb, { megabytes: 200, seconds: 100 });
      expect(error, bomb).toMatchObject({ code: 'script-memory', place: { param: ['code'] } });
      expect(error?.message).toContain('200 MB');
    }
  });

  it('flood the log', async () => {
    const { log, columns } = await runJs(`for (let i = 0; i < 1e6; i += 1) print('line ' + i); print('x'.repeat(1e6)); return { x: [1] };`);
    expect(columns).toEqual({ x: [1] });
    expect(log).toHaveLength(1001);
    expect(log.at(-1)).toContain('left out');
    const long = await runJs(`print('x'.repeat(1e7)); return { x: [1] };`);
    expect(long.log[0]?.length).toBeLessThan(2100);
  });

  it('return too much', async () => {
    expect((await runJs('return { x: Array.from({ length: 1001 }, (_, i) => i) };', { rows: 1000 })).error).toMatchObject({ code: 'script-rows', message: expect.stringContaining('1001') });
    expect((await runJs('const wide = {}; for (let i = 0; i < 6000; i += 1) wide["c" + i] = [i]; return wide;')).error).toMatchObject({ code: 'script-result' });
  });

  it('change the result’s reader by changing prototypes', async () => {
    const { columns, error } = await runJs(`
      Object.prototype.kind = 'texts'; Object.prototype.parts = [1]; Object.prototype.toJSON = () => 'polluted'; Object.prototype.rows = -5;
      Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), 'buffer', { get() { throw new Error('mine'); } });
      JSON.stringify = () => '{"rows":9}';
      return [{ x: 1, __proto__: { polluted: true } }, JSON.parse('{"x":2,"__proto__":{"admin":1}}')];`);
    // Its own result may suffer; the engine's objects do not.
    expect(columns === null ? error?.code : 'read').toMatch(/^(read|script-result|script-error)$/);
    expect(({} as Record<string, unknown>)['kind']).toBeUndefined();
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('name columns so that objects change', async () => {
    const { columns } = await runJs(`return Object.fromEntries([['constructor', [1]], ['toString', [2]]]);`);
    expect(columns).toEqual({ constructor: [1], toString: [2] });
  });

  it('end the process, or leave a rejection behind', async () => {
    expect((await runJs('process.exit(0);')).error).toMatchObject({ code: 'script-error', message: expect.stringContaining('process is not defined') });
    expect((await runJs(`Promise.reject(new Error('left behind')); return { x: [1] };`)).error).toMatchObject({ code: 'script-error', message: expect.stringContaining('left behind') });
    expect((await runJs(`throw { get message() { for (const a of 'x') throw 1; }, toString: null };`)).error?.code).toBe('script-error');
    expect((await runJs('throw null;')).error).toMatchObject({ code: 'script-error' });
  });

  it('compile WebAssembly or make a world of its own', async () => {
    expect(await answer(`new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))`)).toMatch(/^refused: /);
    expect(await answer('typeof ShadowRealm')).toBe('undefined');
  });

  it('close the wrapper and go on outside of it', async () => {
    const { columns, error } = await runJs(`return { x: [1] }; })(); (async () => { return { got: [typeof process + typeof require + typeof df] };`);
    expect(error?.code ?? JSON.stringify(columns)).not.toContain('object');
  });

  it('outlive a cancel', async () => {
    const controller = new AbortController();
    const running = runJs('for (;;) ;', { signal: controller.signal });
    setTimeout(() => controller.abort(), 300);
    expect((await running).error?.code).toBe('cancelled');
  });
});

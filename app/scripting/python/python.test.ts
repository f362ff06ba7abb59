import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { inputTable, runPy } from '../testing.ts';
import { networkless } from '../no-network.ts';
import { findPython } from './find-python.ts';

/** The Python of PENSTOCK_PYTHON or of this machine, where it has pandas. */
const python = await findPython('').then((found) => found.program, () => null);
const canDenyNetwork = (await networkless(true)).length > 0;

const run = (code: string, options: Parameters<typeof runPy>[2] = {}) => runPy(python ?? '', code, options);

const orders = inputTable(
  [{ name: 'city', type: 'string' }, { name: 'amount', type: 'float' }, { name: 'n', type: 'integer' }, { name: 'paid', type: 'boolean' }, { name: 'day', type: 'date' }, { name: 'at', type: 'timestamp' }],
  [['Oslo', null, 'Oslo', 'Bergen'], [10.5, 2, null, 4], [1, 2, 3, null], [1, 0, null, 1], ['2024-01-31', null, '2024-02-29', '2023-12-01'], ['2024-01-31 10:00:00', null, '2024-02-29 00:00:00.5', '1999-12-31 23:59:59']],
);

describe('looking for Python', () => {
  it('says in words what is missing', async () => {
    const { error } = await runPy('/no/such/python', 'result = df');
    expect(error).toMatchObject({ code: 'python-missing', message: 'No Python 3 answers as “/no/such/python”.', place: { param: ['interpreter'] } });
    expect((await runPy(process.execPath, 'result = df')).error).toMatchObject({ code: 'python-missing' });
  });
});

describe.skipIf(python === null)('a Python script (needs a Python with pandas: set PENSTOCK_PYTHON)', { timeout: 120_000 }, () => {
  it('gets each type with its missing values, and gives them back', async () => {
    const { columns, types, log, error } = await run('print(list(df.dtypes.astype(str)))\nprint(df["day"].dt.year.tolist()[0], df["paid"].isna().sum())\nresult = df', { tables: [orders] });
    expect(error).toBeNull();
    expect(log[0]).toMatch(/^\['(str|object)', 'float64', 'Int64', 'boolean', 'datetime64\[\w+\]', 'datetime64\[\w+\]'\]$/);
    expect(log[1]).toBe('2024.0 1');
    expect(types).toEqual({ city: 'string', amount: 'float', n: 'integer', paid: 'boolean', day: 'date', at: 'timestamp' });
    expect(columns).toEqual({
      city: ['Oslo', null, 'Oslo', 'Bergen'],
      amount: [10.5, 2, Number.NaN, 4],
      n: [1, 2, 3, Number.NaN],
      paid: [1, 0, Number.NaN, 1],
      day: ['2024-01-31', null, '2024-02-29', '2023-12-01'],
      at: ['2024-01-31 10:00:00', null, '2024-02-29 00:00:00.500000', '1999-12-31 23:59:59'],
    });
  });

  it('takes frames, series, dicts and returns, categories, zones and indexes', async () => {
    expect((await run('result = df.groupby("city")["amount"].sum()', { tables: [orders] })).columns).toEqual({ city: ['Bergen', 'Oslo'], amount: [4, 10.5] });
    expect((await run('df["x"] = df["amount"] * params["by"]', { tables: [orders], params: { by: 2 } })).columns?.['x']).toEqual([21, 4, Number.NaN, 8]);
    expect((await run('if df is None:\n    return {"a": [1, 2]}')).columns).toEqual({ a: [1, 2] });
    expect((await run('result = [{"a": 1, "b": "x"}, {"a": 2}]')).columns).toEqual({ a: [1, 2], b: ['x', null] });
    const odd = await run('result = pd.DataFrame({"c": pd.Categorical(["u", None, "v"]), "z": pd.to_datetime(["2024-01-31T10:00:00+02:00", None, "2024-07-01T00:00:00+02:00"]), "l": [[1], {"a": 2}, None], "m": [1, "x", True], "k": [1 + 2j, 0, 0]})');
    expect(odd.error).toBeNull();
    expect(odd.columns).toEqual({ c: ['u', null, 'v'], z: ['2024-01-31 08:00:00', null, '2024-06-30 22:00:00'], l: ['[1]', '{"a": 2}', null], m: ['1', 'x', 'True'], k: ['(1+2j)', '0j', '0j'] });
    expect((await run('result = pd.DataFrame({"g": ["a", "a"], "v": [1, 2]}).groupby("g").agg({"v": ["min", "max"]})')).columns).toEqual({ g: ['a'], v_min: [1], v_max: [2] });
  });

  it('says where a mistake is', async () => {
    const code = 'a = 1\nb = missing + a\n';
    const { error } = await run(code);
    expect(error).toMatchObject({ code: 'script-error', message: "Line 2: NameError: name 'missing' is not defined.", place: { param: ['code'], line: 2 } });
    expect(code.slice(error?.place?.span?.start, error?.place?.span?.end)).toBe('b = missing + a');
    expect((await run('result = df["nope"]', { tables: [orders] })).error).toMatchObject({ code: 'script-error', message: "Line 1: KeyError: 'nope'." });
    expect((await run('a = 1\nresult = = df')).error).toMatchObject({ code: 'script-syntax', place: { line: 2 } });
    expect((await run('return df\nif:')).error).toMatchObject({ code: 'script-syntax' });
    expect((await run('x = 1')).error).toMatchObject({ code: 'script-result', message: 'The script gave no result.' });
    expect((await run('result = 5')).error?.message).toContain('of the type int');
    expect((await run('exit()')).error).toMatchObject({ code: 'script-died' });
    expect((await run('import os\nos._exit(3)')).error).toMatchObject({ code: 'script-died', message: expect.stringContaining('exit code 3') });
  });

  it('is stopped when time, memory or rows are up', async () => {
    expect((await run('while True:\n    pass', { seconds: 3 })).error).toMatchObject({ code: 'script-time' });
    for (const bomb of ['a = []\nwhile True:\n    a.append(bytearray(b"x" * 10_000_000))', 'a = np.ones((200_000, 200_000))']) {
      expect((await run(bomb, { megabytes: 300 })).error, bomb).toMatchObject({ code: 'script-memory', message: expect.stringContaining('300 MB') });
    }
    expect((await run('result = pd.DataFrame({"x": range(1001)})', { rows: 1000 })).error).toMatchObject({ code: 'script-rows' });
  });

  it('has no environment, prints in bounds, and cannot break the answer by writing to the standard output', async () => {
    const { columns, log } = await run('import os, sys\nos.write(1, b"rubbish")\nfor i in range(5000):\n    print(i)\nsys.stderr.write("to the log\\n")\nresult = {"env": [",".join(sorted(k for k in os.environ if k not in ("LC_CTYPE", "PWD", "OLDPWD", "SHLVL", "_")))], "files": [len(os.listdir("."))]}');
    expect(columns).toEqual({ env: [''], files: [0] });
    expect(log).toHaveLength(1001);
  });

  it.skipIf(!canDenyNetwork)('has no network (needs Linux with network namespaces)', async () => {
    let asked = 0;
    const server = createServer(() => (asked += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { columns } = await run(`import socket\ntry:\n    socket.create_connection(("127.0.0.1", ${port}), timeout=3)\n    result = {"got": ["connected"]}\nexcept OSError:\n    result = {"got": ["refused"]}`);
    server.close();
    expect([columns?.['got'], asked]).toEqual([['refused'], 0]);
  });

  it.skipIf(!canDenyNetwork)('leaves no process behind, not even one that left its group (needs Linux with process namespaces)', async () => {
    const mark = `penstock-left-${process.pid}`;
    const { columns } = await run(`import subprocess, sys\nfor i in range(3):\n    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "${mark}"], start_new_session=True)\nresult = {"x": [1]}`);
    expect(columns).toEqual({ x: [1] });
    const { execFileSync } = await import('node:child_process');
    expect(execFileSync('ps', ['-eo', 'args']).toString().split('\n').filter((line) => line.includes(mark) && !line.includes('ps -eo'))).toEqual([]);
  });

  it('is cancelled at once', async () => {
    const controller = new AbortController();
    const running = run('while True:\n    pass', { signal: controller.signal });
    setTimeout(() => controller.abort(), 300);
    expect((await running).error?.code).toBe('cancelled');
  });
});

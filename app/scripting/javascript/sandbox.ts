/**
 * What runs inside the sandbox, as text: each function is put into the context by its source, so it may use nothing from outside itself.
 * In there is the language and nothing else: no require, process, timers, files or network. All objects that a person's code can reach
 * are made in there; the host is spoken to through closures that pass only numbers and strings on, and swallow what the host throws.
 */

/* oxlint-disable typescript/no-explicit-any -- values of the sandbox have no types */

export interface SandboxHost {
  say(text: string): void;
}

/** How a returned column is handed to the host. */
export interface TakenColumn {
  readonly name: string;
  readonly kind: 'numbers' | 'booleans' | 'texts' | 'dates' | 'empty';
  /** Float64Array for numbers and booleans, else JSON texts. */
  readonly parts: readonly unknown[];
}

export interface Harness {
  table(rows: number): void;
  numbers(name: string, type: string, values: Float64Array): void;
  texts(name: string, parts: readonly string[]): void;
  start(params: string, frame: (...words: unknown[]) => unknown): void;
  /** JSON of a failure, or '' while there is none. */
  failure(): string;
  isDone(): boolean;
  /** JSON of {rows, columns: {name, kind, parts}[]}. */
  header(): string;
  part(column: number, part: number): unknown;
  describe(thrown: unknown): string;
}

/** Before Danfo is loaded: a browser's window as far as Danfo asks for it, and randomness that repeats. */
export function boot(seed: number): void {
  const world = globalThis as any;
  world.self = world;
  world.window = world;
  Object.defineProperty(Error, 'prepareStackTrace', { value: undefined, writable: false, configurable: false });
  Error.stackTraceLimit = 40;
  // A library of Danfo asks eval for the global object; nothing else is evaluated.
  world.eval = (text: unknown) => {
    if (text === 'this') return world;
    throw new EvalError('eval is not available in a script.');
  };
  const nothing = (): void => undefined;
  world.console = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing, table: nothing };
  // sfc32 by Chris Doty-Humphrey (PractRand), seeded by the node.
  let [a, b, c, counter] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 15; i += 1) next();
  Math.random = next;
}

/** After Danfo is loaded. */
export function harness(host: SandboxHost, limits: { maxRows: number; maxColumns: number; maxLines: number; maxLineLength: number; textRows: number }): Harness {
  const dfd = (globalThis as any).dfd;
  const { DataFrame } = dfd;
  // Not instanceof: grouping and merging give frames of a class that Danfo does not export.
  const isDanfo = (value: any): boolean => typeof value === 'object' && value !== null && isArray(value.columns) && typeof value.$isSeries === 'boolean';
  const isSeries = (value: any): boolean => isDanfo(value) && value.$isSeries;
  const isFrame = (value: any): boolean => isDanfo(value) && !value.$isSeries;
  const { stringify, parse } = JSON;
  const { isArray } = Array;
  const { maxRows, maxColumns, maxLines, maxLineLength, textRows } = limits;
  const frames: any[] = [];
  let open: { rows: number; names: string[]; types: string[]; columns: unknown[][] } | null = null;
  let failed = '';
  let done = false;
  let lines = 0;
  let taken: TakenColumn[] = [];
  let takenRows = 0;

  class Refusal {
    readonly code: string;
    readonly message: string;
    readonly remedy: string;
    constructor(code: string, message: string, remedy: string) {
      this.code = code;
      this.message = message;
      this.remedy = remedy;
    }
  }

  const clipped = (text: string): string => (text.length > maxLineLength ? `${text.slice(0, maxLineLength)}…` : text);

  function shown(value: any): string {
    if (typeof value === 'string') return value;
    try {
      if (isDanfo(value)) {
        const rows = value.values.length;
        const head = value.values.slice(0, 10).map((row: any) => (isArray(row) ? row : [row]).map((cell: any) => (cell === null || cell === undefined ? '–' : String(cell))).join(' | '));
        return [value.columns.join(' | '), ...head, rows > 10 ? `… ${rows} rows` : `${rows} rows`].join('\n');
      }
      if (typeof value === 'function') return `function ${value.name}`;
      if (value instanceof Error) return `${value.name}: ${value.message}`;
      if (typeof value === 'object' && value !== null) return stringify(value) ?? String(value);
      return String(value);
    } catch {
      return '(cannot be shown)';
    }
  }

  function print(...values: unknown[]): void {
    try {
      for (const line of values.map(shown).join(' ').split('\n')) {
        lines += 1;
        if (lines > maxLines + 1) return;
        // Made a string in here: the host converts nothing of a script's.
        host.say(lines > maxLines ? `Further lines are left out: a script's log has ${maxLines}.` : `${clipped(line)}`);
      }
    } catch {
      // Nothing the host throws may be seen in here.
    }
  }

  const console = Object.freeze({ log: print, info: print, warn: print, error: print, debug: print, table: print });
  (globalThis as any).console = console;

  function describe(thrown: any): string {
    try {
      if (thrown instanceof Refusal) return stringify({ code: thrown.code, message: thrown.message, remedy: thrown.remedy });
      const isError = thrown instanceof Error;
      const place = isError ? /script\.js:(\d+):(\d+)/.exec(String(thrown.stack)) : null;
      const said = isError ? `${String(thrown.name)}: ${String(thrown.message)}` : shown(thrown);
      return stringify({ code: 'script-error', message: clipped(said), line: place === null ? null : Number(place[1]), column: place === null ? null : Number(place[2]) });
    } catch {
      return '{"code":"script-error","message":"The script threw something that cannot be shown."}';
    }
  }

  function closeTable(): void {
    if (open === null) return;
    const { rows, names, types, columns } = open;
    const values = new Array(rows);
    for (let r = 0; r < rows; r += 1) values[r] = columns.map((column) => column[r]);
    const dtypes = types.map((type) => (type === 'integer' ? 'int32' : type === 'float' ? 'float32' : type === 'boolean' ? 'boolean' : 'string'));
    // Danfo makes no frame of nothing with types given; it has no types then.
    frames.push(rows === 0 ? new DataFrame([], { columns: names }) : new DataFrame(values, { columns: names, dtypes }));
    open = null;
  }

  /** Names and columns of whatever a script may return. */
  function columnsOf(result: any): { names: string[]; columns: any[][] } {
    if (result === undefined || result === null) {
      throw frames.length === 0
        ? new Refusal('script-result', 'The script returned nothing; no table is connected, so that df is not there.', 'Connect a table, or return a table of your own, such as return { x: [1, 2, 3] };')
        : new Refusal('script-result', 'The script returned nothing.', 'End it with return df; or another table.');
    }
    if (isSeries(result)) return { names: [String(result.columns?.[0] ?? 'value')], columns: [[...result.values]] };
    if (isFrame(result)) {
      const names = result.columns.map(String);
      const rows = result.values;
      return { names, columns: names.map((_: string, c: number) => rows.map((row: any) => (isArray(row) ? row[c] : row))) };
    }
    if (isArray(result)) {
      const names: string[] = [];
      const known = new Set<string>();
      for (const row of result) {
        if (typeof row !== 'object' || row === null || isArray(row)) throw new Refusal('script-result', 'The script returned a list of something else than objects.', 'Return a DataFrame, a list of objects such as [{ x: 1 }], or an object of columns such as { x: [1] }.');
        for (const name of Object.keys(row)) {
          if (known.has(name)) continue;
          known.add(name);
          names.push(name);
          if (names.length > maxColumns) return { names, columns: [] };
        }
      }
      return { names, columns: names.map((name) => result.map((row: any) => row[name])) };
    }
    if (typeof result === 'object') {
      const names = Object.keys(result);
      const columns = names.map((name) => {
        const column = isSeries(result[name]) ? result[name].values : result[name];
        if (isArray(column)) return column;
        if (ArrayBuffer.isView(column) && !(column instanceof DataView)) return Array.from(column as any);
        throw new Refusal('script-result', `“${clipped(name)}” in the returned object is no list.`, 'Return an object of columns such as { x: [1, 2] }, all equally long.');
      });
      const uneven = columns.findIndex((column) => column.length !== columns[0]?.length);
      if (uneven > 0) throw new Refusal('script-result', `The column “${clipped(names[uneven] ?? '')}” has ${columns[uneven]?.length} values where “${clipped(names[0] ?? '')}” has ${columns[0]?.length}.`, 'Give all columns the same number of values.');
      return { names, columns };
    }
    throw new Refusal('script-result', `The script returned ${shown(result).slice(0, 100)}, which is no table.`, 'Return a DataFrame, a list of objects, or an object of columns.');
  }

  function textOf(value: any): string | null {
    if (value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))) return null;
    if (typeof value === 'string') return value;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (typeof value === 'object') return stringify(value) ?? null;
    return String(value);
  }

  function take(name: string, values: readonly any[]): TakenColumn {
    let kind: 'numbers' | 'booleans' | 'texts' | 'dates' | 'empty' = 'empty';
    for (const value of values) {
      if (value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))) continue;
      const own = typeof value === 'number' || typeof value === 'bigint' ? 'numbers' : typeof value === 'boolean' ? 'booleans' : value instanceof Date ? 'dates' : 'texts';
      if (kind === 'empty') kind = own;
      else if (kind !== own) kind = 'texts';
      if (kind === 'texts') break;
    }
    if (kind === 'empty') return { name, kind, parts: [] };
    if (kind === 'numbers' || kind === 'booleans') {
      const numbers = new Float64Array(values.length);
      for (let i = 0; i < values.length; i += 1) {
        const value = values[i];
        numbers[i] = value === null || value === undefined ? Number.NaN : Number(value);
      }
      return { name, kind, parts: [numbers] };
    }
    const parts: string[] = [];
    for (let from = 0; from < values.length; from += textRows) parts.push(stringify(Array.from(values.slice(from, from + textRows), textOf)));
    return { name, kind, parts };
  }

  function accept(result: unknown): void {
    const { names, columns } = columnsOf(result);
    if (names.length > maxColumns) throw new Refusal('script-result', `The script returned more than ${maxColumns} columns.`, 'Return fewer columns.');
    takenRows = columns[0]?.length ?? 0;
    if (takenRows > maxRows) throw new Refusal('script-rows', `The script returned ${takenRows} rows; the limit is ${maxRows}.`, 'Return fewer rows, or raise the limit of rows.');
    taken = names.map((name, i) => take(name, columns[i] ?? []));
    done = true;
  }

  return {
    table(rows) {
      closeTable();
      open = { rows, names: [], types: [], columns: [] };
    },
    numbers(name, type, values) {
      const column = new Array(values.length);
      const isBoolean = type === 'boolean';
      for (let i = 0; i < values.length; i += 1) {
        const value = values[i] as number;
        column[i] = isBoolean ? (Number.isNaN(value) ? null : value !== 0) : value;
      }
      open?.names.push(name);
      open?.types.push(type);
      open?.columns.push(column);
    },
    texts(name, parts) {
      const column: unknown[] = [];
      for (let i = 0; i < parts.length; i += 1) for (const value of parse(parts[i] as string)) column.push(value);
      open?.names.push(name);
      open?.types.push('string');
      open?.columns.push(column);
    },
    start(params, frame) {
      closeTable();
      // A call of the sandbox's own, so that even what is thrown at once stays in here.
      void (async () => frame(frames[0], frames, dfd, Object.freeze(parse(params)), print, console))().then(accept).catch((thrown: unknown) => {
        failed = describe(thrown);
      });
    },
    failure: () => failed,
    isDone: () => done,
    header: () => stringify({ rows: takenRows, columns: taken.map(({ name, kind, parts }) => ({ name, kind, parts: parts.length })) }),
    part: (column, part) => taken[column]?.parts[part],
    describe,
  };
}

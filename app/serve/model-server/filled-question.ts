import { recordsOf } from '../bundle-server/answers.ts';
import { RequestError } from '../bundle-server/request-error.ts';
import type { RawColumns } from '#app/ml/serving/serving-model.ts';
import type { FeatureCell } from '#app/store/index.ts';
import { filledInputs, keyNames, type FeatureLookup } from './feature-lookup.ts';
import type { LoadedVersion } from './loaded-version.ts';

/** A body with features filled in and without key fields that the model itself does not take. */
export interface FilledBody {
  readonly body: unknown;
  /** The key fields that were taken out, for a shadow that looks up features of its own. */
  readonly keys: Readonly<Record<string, readonly unknown[]>>;
}

export interface Filling {
  readonly lookup: FeatureLookup;
  readonly model: string;
  readonly loaded: LoadedVersion;
  readonly isRequired: boolean;
  readonly maxRows: number;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws RequestError 413: bounds what is looked up as it bounds what is scored. */
export function checkRows(rows: number, maxRows: number): void {
  if (rows > maxRows) throw new RequestError(413, 'too-many-rows', `The request has ${rows} records; at most ${maxRows} are answered at once.`, { remedy: 'Send fewer at a time, or score a file with “penstock model score”.' });
}

/** JSON records; what is no object is left for the reader to refuse. @throws those of `FeatureLookup.fill`, RequestError `too-many-rows`. */
export async function fillRecords(body: unknown, { lookup, model, loaded, isRequired, maxRows }: Filling): Promise<FilledBody> {
  if (loaded.features.length === 0) return { body, keys: {} };
  const records = recordsOf(body);
  checkRows(records.length, maxRows);
  if (!records.every(isFields)) return { body, keys: {} };
  const taken = foreignKeys(loaded);
  const filled = records.map((record): Record<string, unknown> => Object.fromEntries(Object.entries(record).filter(([name]) => !taken.has(name))));
  await lookup.fill(loaded, model, {
    rows: records.length,
    given: (name, row) => (Object.hasOwn(records[row] ?? {}, name) ? records[row]?.[name] : undefined),
    put: (input, row, value) => {
      const record = filled[row];
      if (record !== undefined) record[input] = value;
    },
  }, isRequired);
  const keys = Object.fromEntries([...taken].map((name) => [name, records.map((record) => record[name])]));
  return { body: Array.isArray(body) ? filled : { ...(body as Fields), records: filled }, keys };
}

/**
 * Tensors of the Open Inference Protocol: those that are absent, of views whose key tensors are there. The rest is left for the reader to refuse.
 * @throws those of `FeatureLookup.fill`, RequestError `wrong-shape`, `too-many-rows`.
 */
export async function fillTensors(body: unknown, { lookup, model, loaded, isRequired, maxRows }: Filling): Promise<FilledBody> {
  const inputs: unknown = (body as { inputs?: unknown } | null)?.inputs;
  if (loaded.features.length === 0 || !Array.isArray(inputs)) return { body, keys: {} };
  const taken = foreignKeys(loaded);
  const given = new Map<string, readonly unknown[]>();
  let rows = 0;
  for (const tensor of inputs as unknown[]) {
    if (!isFields(tensor) || typeof tensor['name'] !== 'string' || !Array.isArray(tensor['data']) || !Array.isArray(tensor['shape'])) return { body, keys: {} };
    const { name } = tensor;
    const data = (tensor['data'] as unknown[]).flat(Infinity);
    if (given.size === 0) rows = data.length;
    // The reader sees to the model's own inputs; the key's are not there when it looks.
    if (taken.has(name) && (data.length !== rows || Number(tensor['shape'][0]) !== rows)) throw new RequestError(400, 'wrong-shape', `The key “${name}” has ${data.length} values for ${rows} rows.`, { field: name });
    if (taken.has(name) && given.has(name)) throw new RequestError(400, 'duplicate-input', `The input “${name}” is given twice.`, { field: name });
    given.set(name, data);
  }
  checkRows(rows, maxRows);
  const put = new Map<string, FeatureCell[]>();
  const without = loaded.features.filter((of) => !isRequired && !keyNames(of).every((name) => given.has(name))).flatMap((of) => filledInputs(of).map(({ input }) => input));
  await lookup.fill(loaded, model, {
    rows,
    // Said to be there, so that nothing is looked up and the reader says which tensor is missing.
    given: (name, row) => given.get(name)?.[row] ?? (given.has(name) || without.includes(name) ? null : undefined),
    put: (input, row, value) => {
      const values = put.get(input) ?? [];
      put.set(input, values);
      values[row] = value;
    },
  }, isRequired);
  const added = [...put].map(([name, data]) => ({ name, datatype: data.some((value) => typeof value === 'string') || typeOf(loaded, name) === 'text' ? 'BYTES' : 'FP64', shape: [rows, 1], data }));
  const kept = (inputs as Fields[]).filter(({ name }) => !taken.has(String(name)));
  return { body: { ...(body as Fields), inputs: [...kept, ...added] }, keys: Object.fromEntries([...taken].flatMap((name) => (given.has(name) ? [[name, given.get(name) ?? []]] : []))) };
}

/** Columns of a shadow that the version which answered does not have, where features of the shadow's own are among them. Refuses nothing. */
export async function fillColumns(columns: RawColumns, rows: number, keys: FilledBody['keys'], lookup: FeatureLookup, model: string, shadow: LoadedVersion): Promise<RawColumns> {
  const put: Record<string, FeatureCell[]> = {};
  if (shadow.features.length > 0) {
    await lookup.fill(shadow, model, {
      rows,
      given: (name, row) => (columns[name] === undefined ? keys[name]?.[row] : (columns[name][row] ?? null)),
      put: (input, row, value) => {
        (put[input] ??= Array.from({ length: rows }, () => null))[row] = value;
      },
    }, false);
  }
  return Object.fromEntries(shadow.signature.inputs.map(({ name }) => [name, columns[name] ?? put[name] ?? Array.from({ length: rows }, () => null)]));
}

/** Key fields that are no inputs. */
function foreignKeys({ features, signature }: LoadedVersion): ReadonlySet<string> {
  const own = new Set(signature.inputs.map(({ name }) => name));
  return new Set(features.flatMap(keyNames).filter((name) => !own.has(name)));
}

function typeOf({ signature }: LoadedVersion, input: string): 'text' | 'number' {
  const type = signature.inputs.find(({ name }) => name === input)?.type;
  return type === 'integer' || type === 'float' || type === 'boolean' ? 'number' : 'text';
}

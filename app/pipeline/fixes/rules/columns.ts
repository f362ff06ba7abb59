import type { Diagnostic } from '#app/core/errors.ts';
import { nearMiss } from '#app/relation/near-miss.ts';
import type { Column, ColumnType } from '#app/relation/types.ts';
import { addNear, freeId } from '../../lint/fixes.ts';
import { hintAt } from '../../param-errors.ts';
import type { RepairPlace } from '../place.ts';
import type { Repair, RepairChoice, RepairRule } from '../types.ts';

/** Columns that are offered at once. */
const most = 60;

/** The name that is not there: what the place says, else the first that the message quotes. */
const named = (diagnostic: Diagnostic): string => diagnostic.place?.column ?? /“([^”]+)”/.exec(diagnostic.message)?.[1] ?? '';

/** A chosen column that the table does not have, or one of a kind that does not fit: another one. */
export const chooseAnother: RepairRule = (at, diagnostic) => {
  const name = named(diagnostic);
  const port = at.tablePort(diagnostic);
  const path = pathOf(at, name);
  if (path === null || name === '') return [];
  const { types } = hintAt(at.type.definition.params, path);
  const taken = new Set(siblings(at, path));
  const fitting = at.columns(port).filter((column) => column.name !== name && (types === undefined || types.includes(column.type)) && !taken.has(column.name));
  const near = nearMiss(name, fitting.map((column) => column.name));
  const repairs: Repair[] = [];
  const [only, ...others] = fitting;
  if (near !== null) repairs.push({ kind: 'edit', title: `Use “${near}” instead of “${name}”`, command: at.set(path, near) });
  else if (only !== undefined && others.length === 0) repairs.push({ kind: 'edit', title: `Choose “${only.name}”, the only column that fits`, command: at.set(path, only.name) });
  if (fitting.length > 1) repairs.push({ kind: 'choose', title: `Choose another column than “${name}”`, choices: nearestFirst(fitting, near).map((column) => ({ label: column.name, hint: column.type, command: at.set(path, column.name) })) });
  // In a list the others can do without it.
  const list = path.slice(0, -1);
  const index = path.at(-1);
  if (typeof index === 'number') {
    const rest = siblings(at, path);
    if (rest.length > 0) repairs.push({ kind: 'edit', title: `Take “${name}” out of the list`, command: at.set(list, rest) });
  }
  return repairs;
};

const nearestFirst = (columns: readonly Column[], near: string | null): readonly Column[] => columns.toSorted((a, b) => Number(b.name === near) - Number(a.name === near)).slice(0, most);

/** Where the name stands: the param itself, or its place in a list of names. */
function pathOf(at: RepairPlace, name: string): (string | number)[] | null {
  const { value, param } = at;
  if (param.length === 0) return null;
  if (value === name) return [...param];
  if (Array.isArray(value) && value.includes(name)) return [...param, value.indexOf(name)];
  return null;
}

/** The other entries of a list of names. */
function siblings(at: RepairPlace, path: readonly (string | number)[]): string[] {
  const index = path.at(-1);
  if (typeof index !== 'number') return [];
  const list = at.param.length === path.length ? undefined : at.value;
  return Array.isArray(list) ? list.filter((item, i): item is string => typeof item === 'string' && i !== index) : [];
}

/** “There is no column “incme”. Did you mean “income”?”, in a text with the place of the fault: the word is replaced. */
export const didYouMean: RepairRule = (at, { message, place }) => {
  const meant = /Did you mean “([^”]+)”\?/.exec(message)?.[1];
  const text = at.value;
  if (meant === undefined || typeof text !== 'string' || at.hint.control === 'column') return [];
  const wrong = /“([^”]+)”/.exec(message)?.[1] ?? '';
  if (at.hint.control === 'file' || at.hint.control === 'folder') {
    const base = text.split(/[\\/]/).at(-1) ?? '';
    return base === '' ? [] : [{ kind: 'edit', title: `Read “${meant}” instead of “${base}”`, command: at.set(at.param, `${text.slice(0, text.length - base.length)}${meant}`) }];
  }
  const span = spanOf(text, wrong, place?.span);
  if (span === null) return [];
  const found = text.slice(span.start, span.end);
  const quoted = found.startsWith('"') || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(meant) ? `"${meant.replaceAll('"', '""')}"` : meant;
  // A function's span takes in its arguments.
  const tail = found.startsWith(wrong) ? found.slice(wrong.length) : '';
  const next = `${text.slice(0, span.start)}${tail === '' ? quoted : `${meant}${tail}`}${text.slice(span.end)}`;
  return [{ kind: 'edit', title: `Write “${meant}” instead of “${wrong}”`, command: at.set(at.param, next) }];
};

function spanOf(text: string, wrong: string, span: { readonly start: number; readonly end: number } | undefined): { start: number; end: number } | null {
  if (span !== undefined && text.slice(span.start, span.end).replace(/^"/, '').toLowerCase().startsWith(wrong.toLowerCase())) return span;
  // Without a place the word must stand there once.
  const at = text.indexOf(wrong);
  return wrong !== '' && at >= 0 && text.indexOf(wrong, at + 1) < 0 ? { start: at, end: at + wrong.length } : null;
}

/** Something is still to be chosen: what the node type proposes, the only column that fits, or one of those that do. */
export const chooseMissing: RepairRule = (at, diagnostic) => {
  const [name] = at.param;
  if (name === undefined) return [];
  const { control } = at.hint;
  if (control === 'file' || control === 'folder') return [pickFile(at)];
  const proposed = typeof name === 'string' ? at.input.suggestions[at.node.id] : undefined;
  const repairs: Repair[] = [];
  if (proposed !== undefined && typeof name === 'string' && Object.hasOwn(proposed, name) && isEmpty(at.value)) {
    repairs.push({ kind: 'edit', title: `Choose ${shown(proposed[name])}`, command: { type: 'set-params', nodeId: at.node.id, params: { ...at.params, ...proposed }, version: at.type.definition.version } });
  }
  if ((control === 'column' || control === 'columns') && isEmpty(at.value)) {
    const fitting = at.fitting(at.tablePort(diagnostic));
    const value = (column: Column): unknown => (control === 'columns' ? [column.name] : column.name);
    const [only, ...others] = fitting;
    if (only !== undefined && others.length === 0 && repairs.length === 0) repairs.push({ kind: 'edit', title: `Choose “${only.name}”, the only column that fits`, command: at.set(at.param, value(only)) });
    if (fitting.length > 1) repairs.push({ kind: 'choose', title: 'Choose a column', choices: fitting.slice(0, most).map((column): RepairChoice => ({ label: column.name, hint: column.type, command: at.set(at.param, value(column)) })) });
  }
  return repairs;
};

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

function shown(value: unknown): string {
  if (typeof value === 'string') return `“${value}”`;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.map((item) => `“${item}”`).join(', ');
  return 'what suits the table';
}

export const pickFile = (at: RepairPlace): Repair => ({
  kind: 'file',
  title: at.hint.control === 'folder' ? 'Choose the folder' : 'Choose the file',
  nodeId: at.node.id,
  param: at.param,
  folder: at.hint.control === 'folder',
  extensions: at.hint.extensions ?? [],
});

const typeWords: Readonly<Record<ColumnType, string>> = { boolean: 'true/false', integer: 'a whole number', float: 'a number', string: 'text', date: 'a date', time: 'a time', timestamp: 'a date with time', binary: 'binary' };
const preferred: readonly ColumnType[] = ['float', 'timestamp', 'date', 'string', 'integer', 'boolean'];

/** A column of a type that the node cannot use: made another by Select Columns before it. */
export const cast: RepairRule = (at, diagnostic) => {
  const name = named(diagnostic);
  const port = at.tablePort(diagnostic);
  const column = at.columns(port).find((one) => one.name === name);
  if (port === undefined || column === undefined) return [];
  const wanted = wantedTypes(at, name).filter((type) => type !== column.type);
  const target = preferred.find((type) => wanted.includes(type) && (type !== 'timestamp' || !wanted.includes('date')));
  const found = target === undefined ? null : castTo(at, port, name, target);
  return found === null ? [] : [found];
};

function wantedTypes(at: RepairPlace, name: string): readonly string[] {
  // A model says itself what it was trained on.
  const model = at.type.definition.inputs.find(({ kind }) => kind === 'model');
  const meta = model === undefined ? undefined : at.metaAt(model.name);
  if (meta?.kind === 'model') {
    const { target, inputs } = meta.signature ?? { target: undefined, inputs: [] };
    const known = [...inputs, ...(target === undefined ? [] : [target])].find((one) => one.name === name);
    if (known !== undefined) return [known.type];
  }
  const path = pathOf(at, name);
  return (path === null ? at.hint.types : (hintAt(at.type.definition.params, path).types ?? at.hint.types)) ?? [];
}

function castTo(at: RepairPlace, port: string, name: string, type: ColumnType): Repair | null {
  const selecting = 'transform/select-columns';
  const [edge] = at.edges(port);
  const before = edge === undefined ? undefined : at.nodeById(edge.from.node);
  // One that nothing else reads may do it; what it renames is known there by its old name.
  if (before?.type === selecting && before.bypassed !== true && at.leaving(before.id).length === 1) {
    const changes = Array.isArray(before.params['changes']) ? (before.params['changes'] as Record<string, unknown>[]) : [];
    const renamed = changes.find((change) => change['name'] === name);
    const own = renamed ?? changes.find((change) => change['column'] === name);
    const next = own === undefined ? [...changes, { column: name, type }] : changes.map((change) => (change === own ? { ...change, type } : change));
    return { kind: 'edit', title: `Make “${name}” ${typeWords[type]} in “${at.titleOf(before)}”`, command: { type: 'set-params', nodeId: before.id, params: { ...before.params, changes: next } } };
  }
  const command = at.insertBefore(port, selecting, { changes: [{ column: name, type }] });
  return command === null ? null : { kind: 'edit', title: `Insert Select Columns before “${at.title}” that makes “${name}” ${typeWords[type]}`, command };
}

/** Missing values that a node cannot use: filled in the recipe where there is one, else by Impute before the node. */
export const impute: RepairRule = (at, diagnostic) => {
  const port = at.tablePort(diagnostic);
  const column = at.columns(port).find((one) => one.name === diagnostic.place?.column);
  const [recipe] = at.edges('recipe');
  const preprocess = recipe === undefined ? undefined : at.nodeById(recipe.from.node);
  const isNumber = column !== undefined && ['integer', 'float', 'boolean'].includes(column.type);
  if (preprocess?.type === 'train/preprocess' && column !== undefined) {
    const definition = at.input.catalogue.get(preprocess.type)?.definition;
    const parsed: unknown = definition?.params.safeParse(preprocess.params).data;
    const steps: unknown = typeof parsed === 'object' && parsed !== null && 'steps' in parsed ? parsed.steps : [];
    const step = { step: 'impute', columns: { by: 'names', names: [column.name] }, numeric: isNumber ? 'median' : 'none', categorical: isNumber ? 'none' : 'most-frequent', constant: 'missing', indicator: false };
    return [{ kind: 'edit', title: `Fill “${column.name}” in “${at.titleOf(preprocess)}”`, command: { type: 'set-params', nodeId: preprocess.id, params: { ...preprocess.params, steps: [step, ...(Array.isArray(steps) ? steps : [])] } } }];
  }
  const params = column === undefined ? {} : { steps: [{ columns: 'chosen', names: [column.name], method: isNumber ? 'median' : 'most-frequent', value: '' }] };
  const command = port === undefined ? null : at.insertBefore(port, 'transform/impute', params);
  return command === null ? [] : [{ kind: 'edit', title: `Insert Impute before “${at.title}”${column === undefined ? '' : ` that fills “${column.name}”`}`, command }];
};

/** A date among the features: Preprocess takes it apart. */
export const takeDatesApart: RepairRule = (at, diagnostic) => {
  const column = at.columns(at.tablePort(diagnostic)).find((one) => one.name === diagnostic.place?.column);
  if (column === undefined || (column.type !== 'date' && column.type !== 'timestamp') || at.edges('recipe').length > 0 || !at.type.definition.inputs.some(({ name }) => name === 'recipe')) return [];
  const preprocess = at.input.catalogue.get('train/preprocess')?.definition;
  if (preprocess === undefined) return [];
  const usual: unknown = preprocess.params.safeParse({}).data;
  const steps: unknown = typeof usual === 'object' && usual !== null && 'steps' in usual ? usual.steps : [];
  const parts = { step: 'date-parts', columns: { by: 'names', names: [column.name] }, parts: ['year', 'month', 'weekday', 'days'], since: '2000-01-01' };
  const id = freeId(at.input.document, `${at.node.id}-recipe`);
  const edge = { id: freeId(at.input.document, `${id}-edge`, [id]), from: { node: id, port: 'recipe' }, to: { node: at.node.id, port: 'recipe' } };
  const node = { id, type: preprocess.type, version: preprocess.version, params: { steps: [parts, ...(Array.isArray(steps) ? steps : [])] } };
  return [{ kind: 'edit', title: `Insert Preprocess before “${at.title}” that takes “${column.name}” apart`, command: addNear(at.input.document, node, [edge], at.node.id, { x: -272, y: 112 }) }];
};

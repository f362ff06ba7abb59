import { paramTitle } from '../../param-errors.ts';
import type { RepairPlace } from '../place.ts';
import type { Repair, RepairChoice, RepairRule } from '../types.ts';
import { current, lowerTo, parses, setTo } from './params.ts';

/** What mends one setting of a node of some kind: names, orders, modes and lists that the message or the node itself determines. */

const edit = (at: RepairPlace, title: string, path: readonly (string | number)[], value: unknown): Repair[] =>
  typeof path[0] === 'string' && parses(at.type.definition.params, valueSet(at, path, value), path) ? [{ kind: 'edit', title, command: at.set(path, value) }] : [];

const valueSet = (at: RepairPlace, path: readonly (string | number)[], value: unknown): unknown => {
  const command = at.set(path, value);
  return command.type === 'set-params' ? command.params : at.params;
};

/** Names in quotes that a sentence lists. */
const quoted = (text: string | undefined): string[] => [...(text ?? '').matchAll(/“([^”]+)”/g)].map(([, name = '']) => name);

const counted = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]?.replaceAll(/\D/g, '') || Number.NaN);

export const sortedBorders: RepairRule = (at) => {
  const numbers = typeof at.value === 'string' ? at.value.split(/[,;\s]+/).filter((part) => part !== '').map(Number) : [];
  if (numbers.length === 0 || !numbers.every(Number.isFinite)) return [];
  const sorted = [...new Set(numbers)].sort((a, b) => a - b).join(', ');
  return sorted === at.value ? [] : edit(at, 'Sort the borders', at.param, sorted);
};

/** The default of a param, where that says something. */
export const backToDefault =
  (name: string, title: string): RepairRule =>
  (at) =>
    Object.hasOwn(at.params, name) ? [{ kind: 'edit', title, command: at.unset(name) }] : [];

export const numberedBins = backToDefault('names', 'Number the bins instead of naming them');
export const usualSizes = backToDefault('sizes', 'Take the usual training sizes');
export const usualHeldBack = backToDefault('validationFraction', 'Hold back the usual share');
export const withoutEffect: RepairRule = (at) => (typeof at.param[0] === 'string' && at.param.length === 1 ? backToDefault(at.param[0], 'Switch it off')(at, { severity: 'info', code: '', message: '' }) : []);

export const harmlessFormulas: RepairRule = (at) => (current(at, 'escapeFormulas') === false ? edit(at, `Switch “${paramTitle(at.type.definition.params, ['escapeFormulas'])}” on`, ['escapeFormulas'], true) : []);
export const noLogarithm: RepairRule = (at) => (current(at, 'logarithm') === true ? edit(at, `Switch “${paramTitle(at.type.definition.params, ['logarithm'])}” off`, ['logarithm'], false) : []);
export const asUnicode: RepairRule = (at) => (current(at, 'encoding') === 'latin-1' && at.type.definition.type.endsWith('-writer') ? edit(at, 'Write UTF-8', ['encoding'], 'utf-8') : []);
export const createTable = setTo('mode', 'create', () => 'Create the table');
export const oneRepeat = setTo('repeats', 1, () => 'Divide once');
export const splitAtCommas = setTo('delimiter', ',', () => 'Split at commas');
export const asNa = setTo('missing', 'NA', () => 'Write “NA” for missing values');
export const noCovariates = setTo('covariates', [], () => 'Leave the columns out');

export const appendOrReplace: RepairRule = (at) => [
  {
    kind: 'choose',
    title: 'Write into the table that is there',
    choices: [
      { label: 'Append the rows', command: at.set(['mode'], 'append') },
      { label: 'Replace all rows', command: at.set(['mode'], 'replace') },
    ],
  },
];

export const allColumns: RepairRule = (at) => [...edit(at, 'Keep all columns', ['columns'], 'all'), ...edit(at, 'Match columns by position', ['match'], 'position')];

/** Both tables' column of one name and one kind, else all such columns to choose from. */
export const sameNamedKey: RepairRule = (at) => {
  if (current(at, 'kind') === 'cross') return edit(at, 'Remove the key columns', ['keys'], []);
  const right = new Map(at.columns('right').map(({ name, type }) => [name, type]));
  const shared = at.columns('left').filter(({ name, type }) => right.get(name) === type);
  const set = (name: string) => at.set(['keys'], [{ left: name, right: name }]);
  const [only, ...others] = shared;
  if (only === undefined) return [];
  if (others.length === 0) return [{ kind: 'edit', title: `Match rows with equal “${only.name}”`, command: set(only.name) }];
  return [{ kind: 'choose', title: 'Choose a column that both tables have', choices: shared.map(({ name, type }): RepairChoice => ({ label: name, hint: type, command: set(name) })) }];
};

export const smallerFirst: RepairRule = (at) => {
  const [fewest, most] = [current(at, 'fewest'), current(at, 'most')];
  if (typeof fewest !== 'number' || typeof most !== 'number' || fewest <= most) return [];
  const command = at.set(['fewest'], most);
  return command.type === 'set-params' ? [{ kind: 'edit', title: `Search from ${most} to ${fewest}`, command: { ...command, params: { ...command.params, most: fewest } } }] : [];
};

const listAt = (at: RepairPlace, name: string): readonly unknown[] => {
  const list = current(at, name);
  return Array.isArray(list) ? list : [];
};

const moved = (list: readonly unknown[], from: number, to: number): unknown[] => {
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), list[from], ...rest.slice(to)];
};

/** A rule that takes nothing: above the one that takes its rows, or away. */
export const idleRule: RepairRule = (at, { message }) => {
  const index = at.param[1];
  const rules = listAt(at, 'rules');
  if (typeof index !== 'number' || index >= rules.length) return [];
  const before = counted(message, /: rule (\d+) takes/) - 1;
  const away = edit(at, `Remove rule ${index + 1}`, ['rules'], rules.filter((_, place) => place !== index));
  return before >= 0 && before < index ? [...edit(at, `Move rule ${index + 1} above rule ${before + 1}`, ['rules'], moved(rules, index, before)), ...away] : away;
};

const isStep = (step: unknown, kind: string): boolean => typeof step === 'object' && step !== null && 'step' in step && step.step === kind;

/** Of a recipe: a later step of a kind comes before this one. */
const laterFirst =
  (kind: string): RepairRule =>
  (at) => {
    const index = at.param[1];
    const steps = listAt(at, 'steps');
    const later = typeof index === 'number' ? steps.findIndex((step, place) => place > index && isStep(step, kind)) : -1;
    return typeof index !== 'number' || later < 0 ? [] : edit(at, `Move step ${later + 1} before step ${index + 1}`, ['steps'], moved(steps, later, index));
  };

export const fillFirst = laterFirst('impute');
export const datesFirst = laterFirst('date-parts');
export const usualParts: RepairRule = (at) => edit(at, 'Take year, month, weekday and days', at.param, ['year', 'month', 'weekday', 'days']);

/** Characters that names of models and bundles have. */
export const plainName: RepairRule = (at) => {
  const name = current(at, 'name');
  if (typeof name !== 'string') return [];
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll(/[^A-Za-z0-9_-]+/g, '-').replaceAll(/^[-_]+|[-_]+$/g, '').slice(0, 63);
  return plain === '' || plain === name ? [] : edit(at, `Call it “${plain}”`, ['name'], plain);
};

export const sheetName: RepairRule = (at) => {
  if (typeof at.value !== 'string') return [];
  const plain = at.value.replaceAll(/[[\]:*?/\\]+/g, ' ').replaceAll(/^[\s']+|[\s']+$/g, '').slice(0, 31).trim();
  return plain === '' || plain === at.value ? [] : edit(at, `Call it “${plain}”`, at.param, plain);
};

export const workbookPath: RepairRule = (at) => {
  if (typeof at.value !== 'string' || at.value.trim() === '') return [];
  return edit(at, 'Let the path end in .xlsx', at.param, `${at.value.trim().replace(/\.xlsx?$|\.csv$/i, '')}.xlsx`);
};

/** One of those that the file has. */
export const sheetThere: RepairRule = (at, { remedy }) => choice(at, 'Choose a sheet', quoted(remedy));
export const listThere: RepairRule = (at, { message }) => (/several lists/.test(message) ? choice(at, 'Choose a list', quoted(message)) : []);

function choice(at: RepairPlace, title: string, names: readonly string[]): Repair[] {
  const [only, ...others] = names;
  if (only === undefined || at.param.length === 0) return [];
  if (others.length === 0) return edit(at, `Choose “${only}”`, at.param, only);
  return [{ kind: 'choose', title, choices: names.map((label) => ({ label, command: at.set(at.param, label) })) }];
}

export const fewerBlocks: RepairRule = (at, { message }) => {
  const most = counted(message, /halved (\d+) times/);
  const blocks = at.value;
  return Array.isArray(blocks) && most > 0 && most < blocks.length ? edit(at, `Keep the first ${most} blocks`, at.param, blocks.slice(0, most)) : [];
};

export const asManyAsFeatures: RepairRule = (at) => {
  const features = current(at, 'features');
  return typeof features === 'number' ? lowerTo(at, 'informative', features) : [];
};

export const asManyAsCorners: RepairRule = (at, { message }) => {
  const corners = counted(message, /corners for (\d+) classes/);
  return corners >= 2 ? lowerTo(at, 'classes', corners) : [];
};

/** The last one goes: then the files have a column. */
export const oneColumnLess: RepairRule = (at) => {
  const names = at.value;
  const last: unknown = Array.isArray(names) ? names.at(-1) : undefined;
  return Array.isArray(names) && names.length > 0 && typeof last === 'string' ? edit(at, `Take “${last}” out of the list`, at.param, names.slice(0, -1)) : [];
};

/** The learner or method says how many rows it can take: so many at random. */
export const sampleFirst: RepairRule = (at, diagnostic) => {
  const most = counted(diagnostic.message, /at most ([\d\u202f]+) can be taken/);
  const port = at.tablePort(diagnostic);
  const command = !(most > 0) || port === undefined ? null : at.insertBefore(port, 'transform/sample', { method: 'rows', count: most });
  return command === null ? [] : [{ kind: 'edit', title: `Insert Sample of ${String(most).replaceAll(/\B(?=(\d{3})+(?!\d))/g, '\u202f')} rows before “${at.title}”`, command }];
};

export const noMap: RepairRule = (at) => {
  const command = at.set(['across'], '');
  return command.type === 'set-params' ? [{ kind: 'edit', title: 'Draw no map', command: { ...command, params: { ...command.params, up: '' } } }] : [];
};

export const unusedWire: RepairRule = (at, { place }) => {
  const edges = at.edges(place?.port);
  return edges.length === 0 || place?.port === undefined ? [] : [{ kind: 'edit', title: 'Delete the connection', command: { type: 'remove', edges: edges.map(({ id }) => id) } }];
};

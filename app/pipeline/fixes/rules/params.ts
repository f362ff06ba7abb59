import type { z } from 'zod';
import { nearMiss } from '#app/relation/near-miss.ts';
import { paramTitle } from '../../param-errors.ts';
import { withValue, type RepairPlace } from '../place.ts';
import type { Repair, RepairRule } from '../types.ts';

/** A value outside its bounds goes to the nearest bound; one of another kind back to its default. */
export const backIntoBounds: RepairRule = (at) => {
  const { params } = at.type.definition;
  const [top] = at.param;
  if (typeof top !== 'string') return [];
  const parsed = params.safeParse(at.params);
  const issue = parsed.success ? undefined : parsed.error.issues.find(({ path }) => JSON.stringify(path) === JSON.stringify(at.param));
  const title = paramTitle(params, at.param);
  const bound = issue === undefined ? null : boundOf(issue);
  if (bound !== null && parses(params, withValue(at.params, at.param, bound.value), at.param)) return [{ kind: 'edit', title: `${bound.verb} “${title}” to ${bound.value}`, command: at.set(at.param, bound.value) }];
  const { [top]: _, ...others } = at.params;
  if (issue === undefined || !parses(params, others, [top])) return [];
  return [{ kind: 'edit', title: `Set “${paramTitle(params, [top])}” back to its default`, command: at.unset(top) }];
};

function boundOf(issue: z.core.$ZodIssue): { readonly verb: string; readonly value: number } | null {
  if (issue.code === 'too_small' && issue.origin !== 'string' && issue.origin !== 'array' && issue.inclusive !== false) return { verb: 'Raise', value: Number(issue.minimum) };
  if (issue.code === 'too_big' && issue.origin !== 'string' && issue.origin !== 'array' && issue.inclusive !== false) return { verb: 'Lower', value: Number(issue.maximum) };
  return null;
}

/** Whether nothing is wrong at a param any more; others may be wrong still. */
export function parses(schema: z.ZodType, params: unknown, path: readonly (string | number)[]): boolean {
  const parsed = schema.safeParse(params);
  return parsed.success || !parsed.error.issues.some((issue) => JSON.stringify(issue.path.slice(0, path.length)) === JSON.stringify(path));
}

/** A param that the type does not have: by its right name where one is near and free, or away with it. */
export const unknownParam: RepairRule = (at) => {
  const [name] = at.param;
  if (typeof name !== 'string' || !Object.hasOwn(at.params, name)) return [];
  const parsed = at.type.definition.params.safeParse({});
  const known = parsed.success && typeof parsed.data === 'object' && parsed.data !== null ? Object.keys(parsed.data) : [];
  const meant = nearMiss(name, known.filter((one) => !Object.hasOwn(at.params, one)));
  const { [name]: value, ...others } = at.params;
  const renamed = meant === null ? null : { ...others, [meant]: value };
  const command = (params: Record<string, unknown>) => ({ type: 'set-params' as const, nodeId: at.node.id, params, version: at.type.definition.version });
  return [
    ...(renamed === null || meant === null || !parses(at.type.definition.params, renamed, [meant]) ? [] : [{ kind: 'edit' as const, title: `Rename “${name}” to “${meant}”`, command: command(renamed) }]),
    { kind: 'edit', title: `Remove “${name}”`, command: command(others) },
  ];
};

/** A name that is taken gets a number. */
export const freeName: RepairRule = (at, diagnostic) => {
  const { value, param } = at;
  if (typeof value !== 'string' || value.trim() === '' || at.hint.control === 'column') return [];
  const taken = new Set([...at.columns(at.tablePort(diagnostic)).map(({ name }) => name.toLowerCase()), ...siblingNames(at)]);
  let number = 2;
  while (taken.has(`${value}_${number}`.toLowerCase())) number += 1;
  const next = `${value}_${number}`;
  return [{ kind: 'edit', title: `Call it “${next}”`, command: at.set(param, next) }];
};

/** What the other rows of the same list are called. */
function siblingNames(at: RepairPlace): string[] {
  const index = at.param.findIndex((part) => typeof part === 'number');
  const list = index < 1 ? undefined : at.param.slice(0, index).reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[String(part)] : undefined), at.params);
  const field = at.param.at(-1);
  if (!Array.isArray(list) || typeof field !== 'string') return [];
  return list.flatMap((row: unknown) => (typeof row === 'object' && row !== null && field in row ? [String((row as Record<string, unknown>)[field]).toLowerCase()] : []));
}

/** A param as the node has it, its default where it is not set. */
export const current = (at: RepairPlace, name: string): unknown => {
  if (Object.hasOwn(at.params, name)) return at.params[name];
  const parsed = at.type.definition.params.safeParse(at.params);
  return parsed.success && typeof parsed.data === 'object' && parsed.data !== null ? (parsed.data as Record<string, unknown>)[name] : undefined;
};

/** A limit that was met: twice or ten times as much, where the type allows it. */
const raise = (name: string, factor: number): RepairRule => (at) => {
  const now = current(at, name);
  if (typeof now !== 'number' || now <= 0) return [];
  const next = now * factor;
  if (!parses(at.type.definition.params, { ...at.params, [name]: next }, [name])) return [];
  return [raiseTo(at, name, next)];
};

function raiseTo(at: RepairPlace, name: string, value: number): Repair {
  return { kind: 'edit', title: `Raise “${paramTitle(at.type.definition.params, [name])}” to ${String(value).replaceAll(/\B(?=(\d{3})+(?!\d))/g, '\u202f')}`, command: at.set([name], value) };
}

/** A number that is too great for the rest of the params. */
export function lowerTo(at: RepairPlace, name: string, value: number): Repair[] {
  return parses(at.type.definition.params, { ...at.params, [name]: value }, [name]) ? [{ kind: 'edit', title: `Lower “${paramTitle(at.type.definition.params, [name])}” to ${value}`, command: at.set([name], value) }] : [];
}

export const moreSeconds = raise('seconds', 2);
export const moreMegabytes = raise('megabytes', 2);
export const moreRows = raise('rows', 10);
export const moreRejects = raise('maxRejects', 10);

/** As many values as the message counts, where the node may have so many. */
export const moreValues: RepairRule = (at, { message }) => {
  const counted = Number(/has ([\d\s\u202f]+) different values/.exec(message)?.[1]?.replaceAll(/\D/g, '') ?? Number.NaN);
  return Number.isInteger(counted) && parses(at.type.definition.params, { ...at.params, atMost: counted }, ['atMost']) && current(at, 'atMost') !== undefined ? [raiseTo(at, 'atMost', counted)] : [];
};

/** One param to a fixed value, where the type has it. */
export const setTo = (name: string, value: unknown, title: (at: RepairPlace) => string): RepairRule => (at) => (current(at, name) === undefined || current(at, name) === value ? [] : [{ kind: 'edit', title: title(at), command: at.set([name], value) }]);

export const overwrite = setTo('overwrite', true, (at) => `Switch “${paramTitle(at.type.definition.params, ['overwrite'])}” on`);
export const usualMetric = setTo('metric', 'auto', () => 'Use the usual metric');
export const noFeaturesChosen = setTo('features', null, () => 'Learn from every column');

/** The answer is no feature. */
export const targetOutOfFeatures: RepairRule = (at) => {
  const [target, features] = [current(at, 'target'), current(at, 'features')];
  if (!Array.isArray(features) || typeof target !== 'string') return [];
  const rest = features.filter((name) => name !== target);
  return [{ kind: 'edit', title: `Take “${target}” out of the features`, command: at.set(['features'], rest.length === 0 ? null : rest) }];
};

/** A class that the model does not have: one that it has. */
export const anotherClass: RepairRule = (at) => {
  const port = at.type.definition.inputs.find(({ kind }) => kind === 'model')?.name;
  const meta = port === undefined ? undefined : at.metaAt(port);
  const classes = meta?.kind === 'model' ? (meta.signature?.classes ?? []) : [];
  if (classes.length === 0 || at.param.length === 0) return [];
  const near = nearMiss(String(at.value ?? ''), classes);
  return [
    ...(near === null ? [] : [{ kind: 'edit' as const, title: `Use “${near}” instead of “${String(at.value)}”`, command: at.set(at.param, near) }]),
    { kind: 'choose', title: 'Choose a class of the model', choices: classes.slice(0, 60).map((label) => ({ label, command: at.set(at.param, label) })) },
  ];
};

/** A learner of numbers with a target of classes, or the other way round: its counterpart in its place. */
export const counterpart: RepairRule = (at) => {
  const others: Readonly<Record<string, string>> = { 'train/linear-regression': 'train/logistic-regression' };
  const definition = at.input.catalogue.get(others[at.node.type] ?? '')?.definition;
  if (definition === undefined) return [];
  const params = { target: current(at, 'target') ?? '', features: current(at, 'features') ?? null };
  return [{ kind: 'edit', title: `Replace “${at.title}” by ${definition.title}`, command: { type: 'replace-node', node: { ...at.node, type: definition.type, version: definition.version, params } } }];
};

/** Rows without an order, and one column of time: that is the order. */
export const orderByTime: RepairRule = (at, diagnostic) => {
  const times = at.columns(at.tablePort(diagnostic)).filter(({ type }) => type === 'date' || type === 'timestamp');
  const [only, ...others] = times;
  if (only === undefined || current(at, 'orderBy') === undefined) return [];
  const set = (name: string) => at.set(['orderBy'], [{ column: name, direction: 'ascending' }]);
  if (others.length === 0) return [{ kind: 'edit', title: `Order by “${only.name}”`, command: set(only.name) }];
  return [{ kind: 'choose', title: 'Order by a time', choices: times.map(({ name, type }) => ({ label: name, hint: type, command: set(name) })) }];
};

/** Reading of a node's parsed params, whatever they are: what is not there is empty, never a fault. */
export type Params = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Params => typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = (params: Params, name: string): string => (typeof params[name] === 'string' ? params[name].trim() : '');

export const number = (params: Params, name: string): number => (typeof params[name] === 'number' ? params[name] : 0);

export const isOn = (params: Params, name: string): boolean => params[name] === true;

export const strings = (params: Params, name: string): string[] => (Array.isArray(params[name]) ? params[name].filter((item): item is string => typeof item === 'string' && item !== '') : []);

export const records = (params: Params, name: string): Params[] => (Array.isArray(params[name]) ? params[name].filter(isRecord) : []);

/** One of a few words by the value of a param; the value itself where there is none. */
export const choice = (params: Params, name: string, words: Readonly<Record<string, string>>): string => {
  const value = text(params, name);
  return Object.hasOwn(words, value) ? (words[value] ?? value) : value;
};

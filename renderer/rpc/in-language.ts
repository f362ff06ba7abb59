import { told, toldInReport } from '../text/told.ts';

/** Fields whose value is a sentence of the engine. */
const sentences = new Set(['reason', 'plan']);
/** Fields that hold several of them. */
const lists = new Set(['reasons', 'words']);
/** What people wrote, or what is only data: never touched, and not looked through. */
const opaque = new Set(['document', 'params', 'schema', 'cells', 'rows', 'values', 'records', 'commit', 'version']);

/** Fields of reports that the engine words. */
const worded = new Set(['title', 'help', 'note', 'summary', 'name', 'markdown']);

/** What is data in charts and explanations. */
const data = new Set(['series', 'column', 'categories', 'explanation', 'query', 'nodes']);

/** What blocks of people's reports show that the engine has worded; of tables it has not. */
const blocksOfReports = new Set<unknown>(['chart', 'metric', 'value']);

/** A report or evaluation: what the engine worded in it; rows and series stay. */
function reportInLanguage(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reportInLanguage);
  if (typeof value !== 'object' || value === null) return value;
  // The title of an axis that is a column's is its name.
  if ('column' in value && 'title' in value) return value;
  // The name of a metric is made into words first, where it is shown.
  const isMetric = 'value' in value && 'name' in value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, isMetric && key === 'name' ? inner : partOfReport(key, inner)]));
}

function partOfReport(key: string, value: unknown): unknown {
  if (worded.has(key) && typeof value === 'string') return toldInReport(value);
  if (key === 'series' && Array.isArray(value)) return value.map((one: { readonly name?: unknown }) => (typeof one.name === 'string' ? { ...one, name: toldInReport(one.name) } : one));
  return opaque.has(key) || data.has(key) ? value : reportInLanguage(value);
}

/** Says everything in an answer of the engine that is meant for people in the page's language: diagnostics, reasons, words of edits. */
export function inLanguage(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inLanguage);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const isSaid = 'message' in value && ('severity' in value || 'level' in value || 'state' in value || 'fraction' in value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, said(key, inner, isSaid)]));
}

function said(key: string, value: unknown, isSaid: boolean): unknown {
  if (opaque.has(key)) return value;
  if (typeof value === 'string') return sentences.has(key) || (isSaid && (key === 'message' || key === 'remedy')) ? told(value) : value;
  if (key === 'fix' && typeof value === 'object' && value !== null && 'title' in value) return { ...value, title: told(String(value.title)) };
  if (key === 'report' && typeof value === 'object') return reportInLanguage(value);
  if (key === 'content' && typeof value === 'object' && value !== null && 'type' in value && blocksOfReports.has(value.type)) return reportInLanguage(value);
  if (key === 'stale' && typeof value === 'string') return told(value);
  if (lists.has(key) && Array.isArray(value)) return value.map((one) => (typeof one === 'string' ? told(one) : inLanguage(one)));
  return inLanguage(value);
}

/** An answer, or a stream of them. */
export function answerInLanguage(answer: unknown): unknown {
  if (typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer) return streamInLanguage(answer as AsyncIterator<unknown> & AsyncIterable<unknown>);
  return inLanguage(answer);
}

/** Keeps what the stream is besides its items: it can be returned, which ends it at the engine. */
function streamInLanguage(stream: AsyncIterator<unknown> & AsyncIterable<unknown>): AsyncIterator<unknown> & AsyncIterable<unknown> {
  const each = async (step: Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> => {
    const result = await step;
    return result.done === true ? result : { ...result, value: inLanguage(result.value) };
  };
  return {
    next: () => each(stream.next()),
    return: async (value?: unknown) => (stream.return ? stream.return(value) : { done: true as const, value }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

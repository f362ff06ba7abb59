import { describe, expect, it } from 'vitest';
import { PageCache } from './page-cache.ts';

interface Request {
  index: number;
  signal: AbortSignal;
  answer(): void;
  fail(error: unknown): void;
}

function setup(options: { maxPages?: number; concurrency?: number } = {}) {
  const requests: Request[] = [];
  let changes = 0;
  const cache = new PageCache<string>({
    pageSize: 100,
    maxPages: options.maxPages ?? 20,
    concurrency: options.concurrency ?? 2,
    onChange: () => (changes += 1),
    load: (index, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        requests.push({ index, signal, answer: () => resolve(`page ${index}`), fail: reject });
      }),
  });
  return { cache, requests, changes: () => changes };
}

/** Lets settled promises run their continuations. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

describe('PageCache', () => {
  it('fetches the pages in view and one beyond, at most two at once', async () => {
    const { cache, requests } = setup();
    cache.want(50, 150, 10_000);
    expect(requests.map((request) => request.index)).toEqual([0, 1]);
    requests[0]?.answer();
    await settle();
    expect(requests.map((request) => request.index)).toEqual([0, 1, 2]);
    expect(cache.at(50)).toEqual({ status: 'ready', page: 'page 0' });
    expect(cache.at(150)).toEqual({ status: 'loading' });
  });

  it('does not look beyond the last row', () => {
    const { cache, requests } = setup({ concurrency: 9 });
    cache.want(0, 80, 100);
    expect(requests.map((request) => request.index)).toEqual([0]);
  });

  it('cancels requests for pages that left the view and never shows their late answers', async () => {
    const { cache, requests, changes } = setup();
    cache.want(0, 50, 1_000_000);
    cache.want(500_000, 500_050, 1_000_000);
    expect(requests[0]?.signal.aborted).toBe(true);
    requests[0]?.answer();
    await settle();
    expect(cache.at(0)).toBeUndefined();
    expect(changes()).toBe(0);
    expect(requests.map((request) => request.index)).toEqual([0, 1, 5000, 5001]);
  });

  it('asks for a page again after its request was cancelled', async () => {
    const { cache, requests } = setup({ concurrency: 1 });
    cache.want(0, 50, 1_000_000);
    cache.want(500_000, 500_050, 1_000_000);
    cache.want(0, 50, 1_000_000);
    expect(requests.map((request) => request.index)).toEqual([0, 5000, 0]);
    requests[2]?.answer();
    await settle();
    expect(cache.at(0)?.status).toBe('ready');
  });

  it('prefetches upwards when scrolling up', () => {
    const { cache, requests } = setup({ concurrency: 9 });
    cache.want(1000, 1050, 10_000);
    cache.want(900, 950, 10_000);
    expect(requests.map((request) => request.index)).toEqual([10, 11, 9, 8]);
  });

  it('keeps a bounded number of pages, dropping the one unused for longest', async () => {
    const { cache, requests } = setup({ maxPages: 3, concurrency: 1 });
    for (let page = 0; page < 6; page++) {
      cache.want(page * 100, page * 100 + 50, 600);
      for (const request of requests) request.answer();
      await settle();
      for (const request of requests) request.answer();
      await settle();
    }
    expect(cache.at(0)).toBeUndefined();
    expect(cache.at(550)?.status).toBe('ready');
  });

  it('reports a failure and retries it when asked', async () => {
    const { cache, requests } = setup({ concurrency: 1 });
    cache.want(0, 50, 50);
    requests[0]?.fail(new Error('no'));
    await settle();
    expect(cache.at(0)?.status).toBe('failed');
    expect(cache.failure).toEqual(new Error('no'));
    cache.retry();
    expect(cache.failure).toBeNull();
    requests[1]?.answer();
    await settle();
    expect(cache.at(0)).toEqual({ status: 'ready', page: 'page 0' });
  });

  it('cancels everything when it is disposed of', () => {
    const { cache, requests } = setup();
    cache.want(0, 150, 1000);
    cache.dispose();
    expect(requests.every((request) => request.signal.aborted)).toBe(true);
  });
});

import { expect, it } from 'vitest';
import { SharedWork } from './shared-work.ts';

it('is done once for all who ask at the same time, and again for later ones', async () => {
  const shared = new SharedWork<number>();
  let times = 0;
  const work = async (): Promise<number> => {
    await Promise.resolve();
    times += 1;
    return times;
  };
  const { signal } = new AbortController();
  expect(await Promise.all([shared.share('a', signal, work), shared.share('a', signal, work), shared.share('b', signal, work)])).toEqual([1, 1, 2]);
  expect(await shared.share('a', signal, work)).toBe(3);
});

it('stops when the last asker has gone, and not before', async () => {
  const shared = new SharedWork<number>();
  let stopped = false;
  const work = (signal: AbortSignal): Promise<number> =>
    new Promise(() => {
      signal.addEventListener('abort', () => (stopped = true));
    });
  const first = new AbortController();
  const second = new AbortController();
  const asked = [first, second].map(({ signal }) => shared.share('a', signal, work));
  first.abort();
  await expect(asked[0]).rejects.toMatchObject({ code: 'cancelled' });
  expect(stopped).toBe(false);
  second.abort();
  await expect(asked[1]).rejects.toMatchObject({ code: 'cancelled' });
  expect(stopped).toBe(true);
});

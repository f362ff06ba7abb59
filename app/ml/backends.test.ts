import { expect, it } from 'vitest';
import { backends } from './backends.ts';

it('backends tries each provider and says why one does not work', async () => {
  const found = await backends();
  expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['cpu', 'webgpu', 'tensorflow.js']));
  expect(found.find(({ name }) => name === 'cpu')).toEqual({ name: 'cpu', usable: true, detail: 'Works.' });
  expect(found.find(({ name }) => name === 'tensorflow.js')).toMatchObject({ usable: true, detail: expect.stringContaining('on WebAssembly') as unknown });
  for (const { usable, detail } of found) expect(detail).toMatch(usable ? /^Works(\.|: TensorFlow\.js )/ : /\S/);
}, 60_000);

import { expect, it } from 'vitest';
import { describeFixtures } from '#app/engine/testing.ts';
import { definition } from './node.ts';

describeFixtures(import.meta.url);

it('keeps what version 1 meant', () => {
  const migrated = (params: object): unknown => definition.params.parse(definition.migrate?.[1]?.({ target: 'y', ...params }));
  expect(migrated({ l2: 0.5, tolerance: 0.01 })).toMatchObject({ target: 'y', penalty: 'l2', strength: 0.5, tolerance: 0.01 });
  expect(migrated({ l2: 0 })).toMatchObject({ penalty: 'none' });
  expect(migrated({})).toMatchObject({ penalty: 'l2', strength: 1 });
});

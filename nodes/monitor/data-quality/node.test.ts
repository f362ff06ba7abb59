import { describeFixtures } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

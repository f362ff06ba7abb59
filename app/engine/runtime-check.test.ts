import { expect, it } from 'vitest';
import { runtimeProblem } from './runtime-check.ts';

it.each(['22.14.0', '22.20.1', '24.0.0'])('accepts Node %s', (version) => {
  expect(runtimeProblem(version)).toBeNull();
});

it.each(['18.20.4', '20.20.2', '22.13.9'])('refuses Node %s and says what to use', (version) => {
  expect(runtimeProblem(version)).toMatch(new RegExp(`needs Node 22.14 or newer, and this is Node ${version}.*bin/penstock.mjs`));
});

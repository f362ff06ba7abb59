import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript, run as it is
import { missingFromLock } from './complete-lock.mjs';

describe('the lock file', () => {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as { packages: Record<string, { resolved?: string }> };

  it('names the packages of every platform, so that npm ci takes it (scripts/complete-lock.mjs)', () => {
    expect(missingFromLock(lock)).toEqual([]);
  });

  it('says what is missing', () => {
    const broken = { packages: { '': {}, 'node_modules/a': { optionalDependencies: { 'a-darwin-arm64': '1.0.0' } } } };
    expect(missingFromLock(broken)).toMatchObject([{ name: 'a-darwin-arm64', version: '1.0.0' }]);
  });

  it('names no registry', () => {
    expect(Object.values(lock.packages).filter((one) => one.resolved?.startsWith('http'))).toEqual([]);
  });
});

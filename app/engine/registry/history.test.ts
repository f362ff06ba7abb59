import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { productionStack, rollbackTarget, type StageStep } from './history.ts';

const promoted = (...versions: number[]): StageStep[] => versions.map((version) => ({ version, to: 'production', isRollback: false }));

describe('what was in production before', () => {
  it('is the one before the present one, and further back with each roll-back', () => {
    const steps = promoted(1, 2, 5, 3);
    const walked: number[] = [];
    let current = 3;
    for (;;) {
      const target = rollbackTarget(productionStack(steps), current, () => true);
      if (target === null) break;
      walked.push(target);
      steps.push({ version: target, to: 'production', isRollback: true });
      current = target;
    }
    expect(walked).toEqual([5, 2, 1]);
  });

  it('passes over versions that may not be gone to, and begins at the top where none is in production', () => {
    expect(rollbackTarget(productionStack(promoted(1, 2, 3)), 3, (version) => version !== 2)).toBe(1);
    expect(rollbackTarget(productionStack([...promoted(1, 2), { version: 2, to: 'archived', isRollback: false }]), null, () => true)).toBe(2);
    expect(rollbackTarget(productionStack(promoted(4)), 4, () => true)).toBeNull();
  });

  it('for any promotions: roll-backs visit them backwards and end at the first', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }), (versions) => {
        // The same version twice in a row is one visit.
        const visits = versions.filter((version, index) => version !== versions[index - 1]);
        const steps = promoted(...versions);
        let current = visits.at(-1) ?? 0;
        for (let back = 0; back < 20; back++) {
          const target = rollbackTarget(productionStack(steps), current, () => true);
          if (target === null) break;
          expect(target).not.toBe(current);
          expect(visits.indexOf(target)).toBeLessThan(visits.lastIndexOf(current));
          steps.push({ version: target, to: 'production', isRollback: true });
          current = target;
        }
        expect(rollbackTarget(productionStack(steps), current, () => true)).toBeNull();
      }),
    );
  });
});

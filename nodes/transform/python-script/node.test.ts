import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';
import { findPython } from '#app/scripting/index.ts';

const hasPython = await findPython('').then(() => true, () => false);

if (hasPython) describeFixtures(import.meta.url);
else describe.skip('transform/python-script fixtures (need a Python with pandas: set PENSTOCK_PYTHON)', () => it('run', () => undefined));

describe('without the Python that was chosen', () => {
  it('the node says so in words, at its param', async () => {
    const opened = await openTestEngine();
    try {
      const document = fixtureDocument({ nodes: [{ id: 'n', type: 'transform/python-script', params: { code: 'result = {"x": [1]}', interpreter: '/no/such/python' } }], edges: [] }, opened.engine.catalogue);
      const { nodes } = await opened.run(document);
      expect(nodes['n']?.status).toBe('failed');
      expect(nodes['n']?.diagnostics.find(({ severity }) => severity === 'error')).toMatchObject({ code: 'python-missing', message: 'No Python 3 answers as “/no/such/python”.', place: { nodeId: 'n', param: ['interpreter'] } });
    } finally {
      await opened.close();
    }
  });
});

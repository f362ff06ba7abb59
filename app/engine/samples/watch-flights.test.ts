import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openTestEngine } from '../testing.ts';
import { addSample, listTemplates } from './templates.ts';

const resources = fileURLToPath(new URL('../../../resources', import.meta.url));

it('watches flights through a snowstorm: the contract warns, delays drift, the model is watched day by day, and alarms are raised', async () => {
  const opened = await openTestEngine();
  try {
    const template = (await listTemplates(resources)).find(({ name }) => name === 'watch-flights');
    if (template === undefined) throw new Error('no such template');
    const { path } = await addSample(opened.engine, template.document);
    const { document } = await opened.engine.pipelines.open(path);
    const run = await opened.run(document);
    expect(Object.values(run.nodes).flatMap(({ nodeId, diagnostics }) => diagnostics.filter(({ severity }) => severity !== 'info').map(({ code }) => `${nodeId} ${code}`))).toEqual(['contract contract-warning']);
    expect(run.status).toBe('succeeded');
    const monitors = opened.engine.alarms.monitors();
    expect(monitors.map(({ batch }) => batch.kind).sort()).toEqual(['data-drift', 'performance']);
    const drift = monitors.find(({ batch }) => batch.kind === 'data-drift')?.batch;
    expect(drift?.status).not.toBe('ok');
    expect(drift?.columns.filter(({ status }) => status !== 'ok').map(({ name }) => name)).toContain('dep_delay');
    // The fortnight has fourteen days; on the ninth nothing left before the afternoon.
    expect(monitors.find(({ batch }) => batch.kind === 'performance')?.batch.windows).toHaveLength(14);
    expect(opened.engine.alarms.list().map(({ title }) => title)).toContain('Flights are not what they were');
  } finally {
    await opened.close();
  }
});

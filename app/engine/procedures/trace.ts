import { appPlaces } from '../places.ts';
import type { Engine } from '../engine.ts';
import { writeAudit } from '../trace/audit-text.ts';
import { cardExtensions, cardText } from '../trace/card/write-card.ts';
import { reproduceRun } from '../trace/reproduce.ts';
import type { Implementer } from './implementer.ts';

/** Where everything comes from, and who did what. */
export function traceProcedures(os: Implementer, engine: Engine) {
  const never = new AbortController().signal;
  const verdict = async () => {
    const found = await engine.trace.audit.verify();
    return { ...found, notes: [...found.notes] };
  };
  return {
    graph: os.trace.graph.handler(({ input, signal = never }) => {
      const { of, direction, detail, depth, limit, opened } = input;
      return engine.trace.graph(of, { directions: direction === 'both' ? ['up', 'down'] : [direction], detail, depth, limit, opened }, signal);
    }),
    search: os.trace.search.handler(({ input }) => engine.trace.search(input.text, input.limit)),
    request: os.trace.request.handler(async ({ input, signal = never }) => {
      const found = await engine.trace.request(input.id, signal);
      const { model, version, at, schema, cells } = found;
      return { model, version, at, schema: [...schema], cells: [...cells], columns: await engine.trace.columnsOf(found) };
    }),
    audit: {
      list: os.trace.audit.list.handler(({ input }) => engine.store.audit.list(input)),
      names: os.trace.audit.names.handler(() => engine.store.audit.names()),
      verify: os.trace.audit.verify.handler(verdict),
      sign: os.trace.audit.sign.handler(async () => {
        engine.assertWritable();
        await engine.trace.audit.sign();
        return verdict();
      }),
      export: os.trace.audit.export.handler(async ({ input }) => {
        const parts: string[] = [];
        await writeAudit(engine.store.audit, input, (text) => parts.push(text));
        return { content: new Blob(parts, { type: input.format === 'csv' ? 'text/csv' : 'application/jsonl' }), name: `audit.${input.format}` };
      }),
    },
    openLineage: {
      get: os.trace.openLineage.get.handler(() => engine.trace.openLineage.state()),
      set: os.trace.openLineage.set.handler(async ({ input: { key, ...settings } }) => {
        engine.assertWritable();
        await engine.trace.openLineage.configure(settings, key);
        engine.audit({ action: 'settings.openlineage', subject: 'project', details: settings });
        return engine.trace.openLineage.state();
      }),
    },
    reproduce: os.trace.reproduce.handler(({ input, signal = never }) => reproduceRun(engine, input.runId, { distDir: appPlaces().distDir, signal })),
    card: os.trace.card.handler(async ({ input }) => {
      const facts = await engine.trace.modelFacts(input.model);
      return { content: cardText(facts, input.format), name: `${facts.name}-${facts.version ?? 0}.${cardExtensions[input.format]}` };
    }),
  };
}

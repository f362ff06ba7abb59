import type { AccessToken } from '#app/store/index.ts';
import type { Engine } from '../engine.ts';
import type { ServerInfo } from '../serving/servers.ts';
import type { Implementer } from './implementer.ts';

/** Model servers and their tokens. */
export function servingProcedures(os: Implementer, engine: Engine) {
  const { servers } = engine;
  const info = (one: ServerInfo): ServerInfo => ({ ...one });
  const token = ({ hash: _hash, scopes, ...rest }: AccessToken) => ({ ...rest, scopes: [...scopes] });
  return {
    list: os.serving.list.handler(() => servers.list()),
    status: os.serving.status.handler(({ input }) => servers.status(input.name)),
    start: os.serving.start.handler(async ({ input }) => {
      engine.assertWritable();
      return info(await servers.start(input.settings));
    }),
    startAgain: os.serving.startAgain.handler(async ({ input }) => {
      engine.assertWritable();
      return info(await servers.startAgain(input.name));
    }),
    stop: os.serving.stop.handler(async ({ input }) => {
      engine.assertWritable();
      await servers.stop(input.name);
      return {};
    }),
    restart: os.serving.restart.handler(async ({ input }) => {
      engine.assertWritable();
      return info(await servers.restart(input.name));
    }),
    change: os.serving.change.handler(async ({ input }) => {
      engine.assertWritable();
      return info(await servers.change(input.settings));
    }),
    remove: os.serving.remove.handler(async ({ input }) => {
      engine.assertWritable();
      await servers.remove(input.name);
      return {};
    }),
    predict: os.serving.predict.handler(({ input }) => servers.post(input.server, 'predict', input.model, { records: input.records })),
    explain: os.serving.explain.handler(({ input }) => servers.post(input.server, 'explain', input.model, { records: input.records })),
    tokens: os.serving.tokens.handler(() => engine.store.tokens.list().map(token)),
    createToken: os.serving.createToken.handler(({ input }) => {
      engine.assertWritable();
      return engine.store.together(() => {
        const made = engine.store.tokens.create({ ...input, createdBy: engine.actor });
        engine.audit({ action: 'token.created', subject: `token:${made.record.id}`, details: { name: made.record.name, scopes: made.record.scopes, expiresAt: made.record.expiresAt } });
        return { token: made.token, record: token(made.record) };
      });
    }),
    revokeToken: os.serving.revokeToken.handler(({ input }) => {
      engine.assertWritable();
      engine.store.together(() => {
        const { name } = engine.store.tokens.revoke(input.id);
        engine.audit({ action: 'token.revoked', subject: `token:${input.id}`, details: { name } });
      });
      return {};
    }),
  };
}

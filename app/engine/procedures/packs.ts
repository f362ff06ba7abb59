import type { Caller } from '#app/access/caller.ts';
import { PenstockError } from '#app/core/errors.ts';
import type { Engine } from '../engine.ts';
import { packRefused } from '../packs/archive.ts';
import { InstalledPacks, packFacts, pinPack, readPack, readPins, unpinPack, type Pack } from '../packs/index.ts';
import type { ContextImplementer } from './implementer.ts';

const mostBytes = 20_000_000;

/** Hashes that packs.json names by now; what is wrong with the file was said when it was loaded. */
function namedNow(folder: string): string[] {
  try {
    return readPins(folder).map(({ sha256 }) => sha256);
  } catch {
    return [];
  }
}

/** Nodes from others, in the window. What it does is for every project of this user, so that on a server nobody else may. */
export function packsProcedures(os: ContextImplementer, engine: Engine) {
  const packs = new InstalledPacks(engine.configDir);
  const asOwner = (caller: Caller): void => {
    if (caller.kind !== 'local') throw new PenstockError('packs-elsewhere', 'Packs of a server are installed on the server.', { remedy: 'Ask whoever runs it: penstock pack install FILE --project FOLDER.' });
    engine.assertWritable();
  };
  const opened = async (content: Blob): Promise<{ bytes: Uint8Array; pack: Pack }> => {
    if (content.size > mostBytes) throw packRefused('pack-too-large', 'The file is larger than a pack may be.', 'Choose a pack of nodes.');
    const bytes = new Uint8Array(await content.arrayBuffer());
    return { bytes, pack: await readPack(bytes) };
  };
  return {
    list: os.packs.list.handler(() => {
      const keys = packs.keys.list();
      const named = new Set(namedNow(engine.filesDir));
      const publisherOf = (fingerprint: string): string => keys.find((key) => key.fingerprint === fingerprint)?.publisher ?? '';
      return {
        project: structuredClone([...engine.packs]) as never,
        installed: packs.list().map(({ name, version, sha256, key }) => ({ name, version, sha256, publisher: publisherOf(key), named: named.has(sha256) })),
        keys: keys.map(({ publisher, fingerprint, revokedAt }) => ({ publisher, fingerprint, revoked: revokedAt !== null })),
      };
    }),
    inspect: os.packs.inspect.handler(async ({ input, context }) => {
      asOwner(context.caller());
      const { pack } = await opened(input.content);
      const key = packs.keys.find(pack.fingerprint);
      return { facts: structuredClone(packFacts(pack)) as never, key: key === null ? 'unknown' : key.revokedAt === null ? 'trusted' : 'revoked' };
    }),
    install: os.packs.install.handler(async ({ input, context }) => {
      asOwner(context.caller());
      const { bytes, pack } = await opened(input.content);
      if (input.trust !== null) await packs.keys.trust({ publisher: pack.manifest.publisher, publicKey: pack.publicKey }, input.trust);
      await packs.install(bytes, { downgrade: input.downgrade });
      await pinPack(engine.filesDir, pack);
      engine.audit({ action: 'pack.installed', subject: `pack:${pack.manifest.name}/${pack.manifest.version}`, details: { sha256: pack.sha256, key: pack.fingerprint } });
      return structuredClone(packFacts(pack)) as never;
    }),
    remove: os.packs.remove.handler(async ({ input, context }) => {
      asOwner(context.caller());
      await unpinPack(engine.filesDir, input.name);
      if (packs.list().some(({ name }) => name === input.name)) await packs.remove(input.name, false);
      engine.audit({ action: 'pack.removed', subject: `pack:${input.name}` });
      return {};
    }),
    revokeKey: os.packs.revokeKey.handler(async ({ input, context }) => {
      asOwner(context.caller());
      const { fingerprint } = await packs.keys.revoke(input.fingerprint);
      engine.audit({ action: 'pack.key-revoked', subject: `pack-key:${fingerprint}` });
      return {};
    }),
  };
}

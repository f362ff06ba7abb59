import * as fs from 'node:fs';
import path from 'node:path';
import * as git from 'isomorphic-git';
import { PenstockError } from '#app/core/errors.ts';

/** What a branch compares with: a commit of the repository that a folder lies in. */
export interface BaseCommit {
  /** As it was asked for: `origin/main`. */
  readonly ref: string;
  /** Where the two lines of history part; the commit of `ref` itself where that cannot be told (a shallow clone). */
  readonly oid: string;
}

/** Tried in this order where no base is named. */
const usualBases = ['origin/main', 'main', 'origin/master', 'master'];

async function rootOf(folder: string): Promise<string> {
  try {
    return await git.findRoot({ fs, filepath: await fs.promises.realpath(folder) });
  } catch {
    throw new PenstockError('no-repository', `${folder} is in no git repository.`, { remedy: 'Run “penstock ci” in a checkout.' });
  }
}

/**
 * The commit to compare with: of `base` where it is named, else of the pull request's base on GitHub, else of the main branch.
 * @throws PenstockError `no-repository`, `base-unknown`.
 */
export async function baseCommit(folder: string, base: string | undefined, env: NodeJS.ProcessEnv = process.env): Promise<BaseCommit> {
  const dir = await rootOf(folder);
  const asked = base ?? (env['GITHUB_BASE_REF'] ? `origin/${env['GITHUB_BASE_REF']}` : undefined);
  const candidates = asked === undefined ? usualBases : [asked];
  for (const ref of candidates) {
    const oid = await commitOf(dir, ref);
    if (oid === null) continue;
    const head = await git.resolveRef({ fs, dir, ref: 'HEAD' });
    const [parting] = (await git.findMergeBase({ fs, dir, oids: [head, oid] }).catch(() => [])) as string[];
    return { ref, oid: parting ?? oid };
  }
  throw new PenstockError('base-unknown', asked === undefined ? `There is no branch to compare with (${usualBases.join(', ')}).` : `There is no branch or commit “${asked}” here.`, {
    remedy: 'Name one with --base; in GitHub Actions check out with fetch-depth: 0.',
  });
}

async function commitOf(dir: string, ref: string): Promise<string | null> {
  const oid = await git.resolveRef({ fs, dir, ref }).catch(() => git.expandOid({ fs, dir, oid: ref }).catch(() => null));
  if (oid === null) return null;
  try {
    // An annotated tag is led to its commit.
    return (await git.readCommit({ fs, dir, oid })).oid;
  } catch {
    return null;
  }
}

/** Text of every file under a folder, as of a commit, whose name ends so; by path from the folder, with slashes. */
export async function filesAtCommit(folder: string, oid: string, extension: string): Promise<Map<string, string>> {
  const dir = await rootOf(folder);
  const inside = path.relative(dir, await fs.promises.realpath(folder)).split(path.sep).join('/');
  const found = new Map<string, string>();
  const walk = async (tree: string, at: string): Promise<void> => {
    for (const entry of (await git.readTree({ fs, dir, oid: tree })).tree) {
      const where = at === '' ? entry.path : `${at}/${entry.path}`;
      if (entry.type === 'tree') await walk(entry.oid, where);
      else if (entry.type === 'blob' && where.endsWith(extension)) found.set(where, new TextDecoder().decode((await git.readBlob({ fs, dir, oid: entry.oid })).blob));
    }
  };
  try {
    const { oid: top } = await git.readTree({ fs, dir, oid, ...(inside === '' ? {} : { filepath: inside }) });
    await walk(top, '');
  } catch (error) {
    // The folder is new on this branch.
    if ((error as { code?: unknown }).code !== 'NotFoundError') throw error;
  }
  return found;
}

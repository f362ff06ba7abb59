import * as fs from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as git from 'isomorphic-git';
import { PenstockError } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { parseDocument } from '#app/pipeline/parse.ts';

/** Commits of a pipeline file in the git repository that the project lies in, without a git of the machine's. */

export interface FileCommit {
  readonly oid: string;
  readonly message: string;
  readonly author: string;
  readonly at: number;
}

export interface FileHistory {
  /** Null: the project is in no repository. */
  readonly branch: string | null;
  readonly repository: boolean;
  /** Newest first. */
  readonly commits: readonly FileCommit[];
  /** The file differs from the last commit, or is in none. */
  readonly changed: boolean;
}

const mostCommits = 200;
/** Commits of the repository that are looked through for them. */
const mostWalked = 1000;

interface Place {
  readonly dir: string;
  /** The file as git names it. */
  readonly filepath: string;
}

async function placeOf(file: string): Promise<Place | null> {
  const real = await fs.promises.realpath(path.dirname(file)).catch(() => null);
  if (real === null) return null;
  try {
    const dir = await git.findRoot({ fs, filepath: real });
    return { dir, filepath: path.relative(dir, path.join(real, path.basename(file))).split(path.sep).join('/') };
  } catch {
    return null;
  }
}

/** @param file absolute path of the pipeline file. */
export async function fileHistory(file: string): Promise<FileHistory> {
  const place = await placeOf(file);
  if (place === null) return { repository: false, branch: null, commits: [], changed: false };
  const branch = (await git.currentBranch({ fs, dir: place.dir }).catch(() => undefined)) ?? null;
  const commits = await commitsOf(place);
  const head = await blobAt(place, 'HEAD');
  const present = await readFile(file).catch(() => null);
  return { repository: true, branch, commits, changed: present !== null && (head === null || !present.equals(Buffer.from(head))) };
}

/** Commits of each file as of the last commit of all: the history is asked for after every edit. */
const known = new Map<string, { readonly head: string; readonly commits: readonly FileCommit[] }>();

async function commitsOf({ dir, filepath }: Place): Promise<readonly FileCommit[]> {
  const head = await git.resolveRef({ fs, dir, ref: 'HEAD' }).catch(() => null);
  if (head === null) return [];
  const key = `${dir}\0${filepath}`;
  const before = known.get(key);
  if (before?.head === head) return before.commits;
  const walked = await git.log({ fs, dir, depth: mostWalked });
  const oldest = walked.at(-1)?.commit.committer.timestamp ?? 0;
  const log = await git.log({ fs, dir, filepath, depth: mostCommits, force: true, ...(walked.length < mostWalked ? {} : { since: new Date(oldest * 1000) }) }).catch(() => []);
  const commits = log.map(({ oid, commit }) => ({ oid, message: commit.message.trim(), author: commit.author.name, at: commit.author.timestamp * 1000 }));
  known.set(key, { head, commits });
  return commits;
}

async function blobAt({ dir, filepath }: Place, ref: string): Promise<Uint8Array | null> {
  try {
    const oid = await git.resolveRef({ fs, dir, ref }).catch(() => ref);
    return (await git.readBlob({ fs, dir, oid, filepath })).blob;
  } catch {
    return null;
  }
}

/** @throws PenstockError `version-missing`, those of `parseDocument`. */
export async function fileAtCommit(file: string, oid: string): Promise<PipelineDocument> {
  const place = await placeOf(file);
  const blob = place === null ? null : await blobAt(place, oid);
  if (blob === null) throw new PenstockError('version-missing', 'That commit does not have this pipeline.', { remedy: 'Choose another version.' });
  return parseDocument(new TextDecoder().decode(blob));
}

/**
 * Commits this file and nothing else, whatever is staged. Hooks do not run and nothing is signed: for those use git itself.
 * @throws PenstockError `no-repository`, `nothing-to-commit`.
 */
export async function commitFile(file: string, message: string): Promise<{ oid: string }> {
  const place = await placeOf(file);
  if (place === null) throw new PenstockError('no-repository', 'This project is in no git repository.', { remedy: 'Make one with “git init” in the project folder.' });
  const { dir, filepath } = place;
  if (!(await fileHistory(file)).changed) throw new PenstockError('nothing-to-commit', 'The pipeline is the same as in the last commit.');
  const blob = await git.writeBlob({ fs, dir, blob: await readFile(file) });
  const parent = await git.resolveRef({ fs, dir, ref: 'HEAD' }).catch(() => null);
  const base = parent === null ? null : (await git.readCommit({ fs, dir, oid: parent })).commit.tree;
  const tree = await treeWith(dir, base, filepath.split('/'), blob);
  const oid = await git.commit({ fs, dir, message, tree, author: await authorOf(dir) });
  // The index, too: else git would call the file changed back.
  await git.updateIndex({ fs, dir, filepath, oid: blob, add: true });
  return { oid };
}

/** A tree that is `base` but for one file. */
async function treeWith(dir: string, base: string | null, [name = '', ...rest]: readonly string[], blob: string): Promise<string> {
  const entries = base === null ? [] : (await git.readTree({ fs, dir, oid: base })).tree;
  const old = entries.find((entry) => entry.path === name);
  const isFolder = rest.length > 0;
  const oid = isFolder ? await treeWith(dir, old?.type === 'tree' ? old.oid : null, rest, blob) : blob;
  const mode = isFolder ? '040000' : (old?.mode ?? '100644');
  return git.writeTree({ fs, dir, tree: [...entries.filter((entry) => entry !== old), { mode, path: name, oid, type: isFolder ? 'tree' : 'blob' }] });
}

/** As git would say: the repository's settings, the person's, else the machine's names. */
async function authorOf(dir: string): Promise<{ name: string; email: string }> {
  const own = async (key: string): Promise<string | undefined> => {
    const value: unknown = await git.getConfig({ fs, dir, path: `user.${key}` }).catch(() => undefined);
    return typeof value === 'string' ? value : undefined;
  };
  const global = await readFile(process.env['GIT_CONFIG_GLOBAL'] ?? path.join(os.homedir(), '.gitconfig'), 'utf8').catch(() => '');
  const section = /^\[user\][^[]*/m.exec(global)?.[0] ?? '';
  const common = (key: string): string | undefined => new RegExp(`^\\s*${key}\\s*=\\s*"?(.*?)"?\\s*$`, 'm').exec(section)?.[1];
  const user = os.userInfo().username;
  return { name: (await own('name')) ?? common('name') ?? user, email: (await own('email')) ?? common('email') ?? `${user}@${os.hostname()}` };
}

/** The commit that is checked out in the repository a folder lies in; null outside of one, and before the first commit. */
export async function headCommit(folder: string): Promise<string | null> {
  const place = await placeOf(path.join(folder, '.'));
  return place === null ? null : git.resolveRef({ fs, dir: place.dir, ref: 'HEAD' }).catch(() => null);
}

import { lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { packOfType } from '#app/sdk/pack-node.ts';

/** Why something does not run while a project is restricted. */
export const restrictedKinds = ['javascript', 'pack', 'python', 'sql', 'database', 'model-file', 'registered-model', 'server', 'writes-outside'] as const;
export type RestrictedKind = (typeof restrictedKinds)[number];

/** Node types that run what came with the project as code, or go where the project says. */
const kindOfType: Readonly<Record<string, RestrictedKind>> = {
  'transform/script': 'javascript',
  'transform/python-script': 'python',
  'transform/sql': 'sql',
  'data/database-query': 'database',
  'data/database-writer': 'database',
  'train/import-onnx': 'model-file',
  'train/import-keras': 'model-file',
  'deploy/batch-score': 'registered-model',
  'deploy/serve': 'server',
};

/** Params of nodes with an effect that name what they write. */
const targetParams = ['path', 'folder', 'file', 'out'] as const;

export interface RestrictedNode {
  readonly type: string;
  /** As they are in the document or parsed. */
  readonly params: unknown;
  /** It writes files or the like when it runs. */
  readonly hasEffect: boolean;
}

/** Why a node does not run in a restricted project; null: it does. */
export function restrictedKind({ type, params, hasEffect }: RestrictedNode, filesDir: string): RestrictedKind | null {
  // Own properties only: a type may be called `constructor`.
  if (Object.hasOwn(kindOfType, type)) return kindOfType[type] ?? null;
  if (packOfType(type) !== null) return 'pack';
  if (!hasEffect || typeof params !== 'object' || params === null) return null;
  const values = params as Readonly<Record<string, unknown>>;
  return targetParams.some((name) => typeof values[name] === 'string' && values[name] !== '' && !isPlainTarget(values[name], filesDir)) ? 'writes-outside' : null;
}

/**
 * Whether a file that a node would write lies in the project, links followed, and is none that other programs obey: a table of one column
 * written over `.git/config` or a shell's start file would be code.
 */
export function isPlainTarget(given: string, filesDir: string): boolean {
  if (given.includes('\0')) return false;
  const wanted = path.resolve(filesDir, given);
  const root = realpathSync(filesDir);
  // The part that is not there yet is put behind the real path of the part that is.
  for (let at = wanted, rest = ''; ; rest = path.join(path.basename(at), rest), at = path.dirname(at)) {
    const real = realPathOf(at);
    if (real === null) {
      if (path.dirname(at) === at) return false;
      continue;
    }
    const relative = path.relative(root, path.join(real, rest));
    return relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep).every((part) => !part.startsWith('.'));
  }
}

/** Null where nothing is there; a link that leads nowhere is refused by a path that is inside nothing. */
function realPathOf(target: string): string | null {
  try {
    return realpathSync(target);
  } catch {
    try {
      realpathSync(path.dirname(target));
    } catch {
      return null;
    }
    return isDanglingLink(target) ? path.parse(target).root : null;
  }
}

function isDanglingLink(target: string): boolean {
  try {
    return lstatSync(target).isSymbolicLink();
  } catch {
    return false;
  }
}

const sentences: Readonly<Record<RestrictedKind, (title: string) => string>> = {
  javascript: (title) => `“${title}” runs JavaScript, which does not run in a project from elsewhere until you trust it.`,
  pack: (title) => `“${title}” runs code of a pack, which does not run in a project from elsewhere until you trust it.`,
  python: (title) => `“${title}” runs Python, which does not run in a project from elsewhere until you trust it.`,
  sql: (title) => `“${title}” runs SQL as it is written, which does not run in a project from elsewhere until you trust it.`,
  database: (title) => `“${title}” asks a database, and those of a project from elsewhere are not contacted until you trust it.`,
  'model-file': (title) => `“${title}” loads a model file, which is not done in a project from elsewhere until you trust it.`,
  'registered-model': (title) => `“${title}” runs a registered model, which is not done in a project from elsewhere until you trust it.`,
  server: (title) => `“${title}” starts a server, which is not done in a project from elsewhere until you trust it.`,
  'writes-outside': (title) => `“${title}” writes outside the project or to a hidden file, which is not done in a project from elsewhere until you trust it.`,
};

export const trustRemedy = 'Look at what it does. If you trust where the project comes from, choose “Trust this project” in the banner, or run “penstock trust”.';

/** @param what `Databases of this project are not contacted`. */
export function restrictedError(what: string): PenstockError {
  return new PenstockError('project-restricted', `${what} until you trust it: it comes from elsewhere.`, { remedy: trustRemedy });
}

export function restrictedDiagnostic(kind: RestrictedKind, title: string, nodeId: string): Diagnostic {
  return { severity: 'error', code: 'project-restricted', message: sentences[kind](title), remedy: trustRemedy, place: { nodeId } };
}

import type { Permission } from './roles.ts';

/**
 * What each procedure of the protocol needs. What is not in here is refused; a test goes over the contract and fails where an entry is
 * missing. Whoever may make a document may also remove it: emptying it would be the same. What others rely on (model versions, features)
 * goes only by an admin.
 */
export const neededFor: Readonly<Record<string, Permission>> = {
  ...need('read', 'access', ['me']),
  ...need('self', 'access', ['changePassword', 'sessions.list', 'sessions.end', 'tokens.list', 'tokens.make', 'tokens.revoke']),
  // Some of them ask further whether the caller is an admin of the server (app/engine/procedures/access.ts).
  ...need('admin', 'access', ['people.list', 'people.invite', 'people.setRole', 'people.setAdmin', 'people.disable', 'people.reset', 'people.sessions', 'people.endSession']),
  ...need('read', 'trust', ['state', 'report']),
  ...need('admin', 'trust', ['give', 'revoke']),
  ...need('read', 'trace', ['graph', 'search', 'request', 'audit.list', 'audit.names', 'audit.verify', 'card']),
  ...need('read', 'encryption', ['state', 'plainFiles']),
  ...need('admin', 'encryption', ['unlock', 'convert', 'changePassphrase', 'newRecoveryKey', 'remember']),
  ...need('run', 'trace', ['reproduce']),
  ...need('operate', 'trace', ['audit.sign', 'audit.export', 'openLineage.get']),
  ...need('admin', 'trace', ['openLineage.set']),
  ...need('read', 'trust', ['state', 'report']),
  // Code of the project runs on the server from then on.
  ...need('admin', 'trust', ['give', 'revoke']),
  ...need('read', 'automation', ['list', 'firings', 'timeline', 'next', 'watch', 'notices']),
  ...need('edit', 'automation', ['learnContract']),
  ...need('operate', 'automation', ['save', 'setEnabled', 'remove', 'fire', 'setParallel', 'channels']),
  // Channels hold addresses and secrets and make the server send things to them.
  ...need('admin', 'automation', ['saveChannel', 'removeChannel', 'testChannel']),
  ...need('read', 'views', ['column', 'chart']),
  ...need('read', 'brief', ['get', 'advise', 'standing']),
  ...need('edit', 'brief', ['save', 'begin']),
  ...need('read', 'problems', ['watch', 'lookAgain']),
  ...need('read', 'values', ['list']),
  // Takes any file of the project, which reading a document does not.
  ...need('edit', 'csv', ['preview']),
  ...need('read', 'components', ['list']),
  ...need('edit', 'components', ['create', 'publish', 'rename', 'remove']),
  ...need('read', 'connections', ['list']),
  ...need('edit', 'connections', ['tables', 'columns']),
  // They name any host, port or file, and carry passwords.
  ...need('admin', 'connections', ['save', 'remove', 'test']),
  ...need('read', 'monitoring', ['alarms', 'monitors', 'batches']),
  ...need('operate', 'monitoring', ['acknowledge', 'clear']),
  ...need('read', 'planning', ['preflight', 'explain', 'storage', 'limits']),
  ...need('operate', 'planning', ['clean']),
  ...need('admin', 'planning', ['setLimits']),
  ...need('read', 'lineage', ['column', 'row']),
  ...need('read', 'lint', ['leaks']),
  ...need('read', 'expressions', ['preview']),
  ...need('read', 'features', ['list', 'show', 'profile', 'get', 'someKeys']),
  ...need('operate', 'features', ['restoreOnline']),
  ...need('admin', 'features', ['remove']),
  ...need('read', 'help', ['templates', 'examples', 'describe']),
  ...need('edit', 'help', ['begin']),
  ...need('read', 'history', ['timeline', 'commits', 'atCommit', 'version', 'compareRuns']),
  ...need('edit', 'history', ['commit', 'name']),
  ...need('read', 'registry', ['list', 'versions', 'version', 'golden', 'compare', 'rules']),
  ...need('operate', 'registry', ['setStage', 'rollBack', 'setAlias', 'removeAlias', 'approve', 'setNote', 'inspect', 'import', 'mlflow.server', 'mlflow.test', 'mlflow.models', 'mlflow.push', 'mlflow.pull']),
  ...need('admin', 'registry', ['remove', 'setRules', 'mlflow.setServer']),
  ...need('read', 'serving', ['list', 'status']),
  // Asking a server leaves a line in its request log, which monitors read.
  ...need('run', 'serving', ['predict', 'explain']),
  ...need('operate', 'serving', ['start', 'startAgain', 'stop', 'restart', 'change', 'remove', 'tokens', 'createToken', 'revokeToken']),
  ...need('read', 'reports', ['list', 'open', 'block', 'pipelines', 'offers', 'exported']),
  ...need('read', 'trash', ['list']),
  ...need('edit', 'trash', ['restore', 'remove', 'empty']),
  ...need('edit', 'reports', ['create', 'save', 'remove', 'fromRun']),
  // Loading what the project names is for all; what is installed is the user's whose Penstock it is.
  ...need('read', 'packs', ['list']),
  ...need('admin', 'packs', ['inspect', 'install', 'remove', 'revokeKey']),
  ...need('read', 'project', ['info', 'pipelines', 'doctor']),
  ...need('read', 'pipeline', ['open', 'configure']),
  ...need('edit', 'pipeline', ['create', 'append', 'rename', 'remove']),
  ...need('read', 'run', ['events', 'list', 'get', 'active']),
  ...need('run', 'run', ['start', 'cancel']),
  ...need('read', 'data', ['page', 'count', 'profile', 'value', 'checkExpression', 'lineage']),
  ...need('read', 'files', ['list']),
  ...need('edit', 'files', ['upload', 'reader']),
  ...need('read', 'models', ['list', 'servers', 'predict']),
  ...need('operate', 'models', ['stopServer']),
};

function need(permission: Permission, section: string, names: readonly string[]): Record<string, Permission> {
  return Object.fromEntries(names.map((name) => [`${section}.${name}`, permission]));
}

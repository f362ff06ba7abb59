export { Connections, type ListedConnection, type TestResult } from './connections.ts';
export { ReadAges } from './read-ages.ts';
export { secretReference, secretsOf, secretVariable, userConfigDir, UserSecrets, type SecretStore } from './secrets.ts';
export { ConnectionStore } from './store.ts';

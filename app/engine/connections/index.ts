export { Connections, type ListedConnection, type TestResult } from './connections.ts';
export { ReadAges } from './read-ages.ts';
export { secretReference, secretVariable, userConfigDir, UserSecrets, type SecretStore } from './secrets.ts';
export { ConnectionStore } from './store.ts';

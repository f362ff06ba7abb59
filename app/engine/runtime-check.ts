/**
 * Looked at before anything native is loaded: better-sqlite3-multiple-ciphers and onnxruntime crash without a word on an older Node.
 * Imports nothing, so that it can run on any Node there is.
 */

const neededMajor = 22;
const neededMinor = 14;

/** Null when `version` ("22.14.0") will do; otherwise one sentence for a person. */
export function runtimeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return null;
  return (
    `Penstock's engine needs Node ${neededMajor}.${neededMinor} or newer, and this is Node ${version}. ` +
    'Start it with bin/penstock.mjs, which uses the Node that comes with Penstock.'
  );
}

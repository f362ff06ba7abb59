/** Code of the user, run in a child process with limits. */
export interface ScriptServices {}

import { writeFileSync } from 'node:fs';

/** The errors of one, and of what caused it. */
const messages = (error) => (error?.message === undefined ? [] : [error.message, ...messages(error.cause)]);

/**
 * A vitest reporter that writes what belongs to no test (a test process that ended by a signal, a rejection nobody took) to the file named in
 * PENSTOCK_UNHANDLED, as a JSON array of messages: the JSON report leaves it out.
 */
export default class UnhandledErrors {
  onTestRunEnd(_modules, errors) {
    writeFileSync(process.env.PENSTOCK_UNHANDLED, JSON.stringify(errors.map((error) => messages(error).join(' '))));
  }
}

import os from 'node:os';
import path from 'node:path';
import { configureGlobal } from 'fast-check';

// In CI the property tests repeat the same cases, so that a red build is about the change in it. Elsewhere every run draws new
// ones; FC_SEED repeats a run that failed.
const given = process.env['FC_SEED'];
if (given !== undefined) configureGlobal({ seed: Number(given) });
else if (process.env['CI']) configureGlobal({ seed: 1 });

// Keys and passwords of tests are not those of the person who runs them; child processes inherit it.
process.env['XDG_CONFIG_HOME'] = path.join(os.tmpdir(), 'penstock-test-config');

import { askForKeysBy } from '#app/sealing/unlock.ts';
import { decryptProject, encryptProject, rotateKey } from './keys.ts';

/** For the test that kills it: `node convert-child.ts FOLDER encrypt|decrypt|rotate PASSPHRASE`. Says `begun` before its first write. */
const [projectDir = '', what = '', passphrase = ''] = process.argv.slice(2);
askForKeysBy(() => Promise.resolve({ passphrase }));
process.stdout.write('begun\n');
if (what === 'encrypt') await encryptProject(projectDir, { passphrase });
else if (what === 'decrypt') await decryptProject(projectDir);
else await rotateKey(projectDir, { passphrase });
process.stdout.write('done\n');

/** Prints why end-to-end tests cannot run on this machine; prints nothing where they can. */
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const missing = [];
const chromium = process.env.PENSTOCK_CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(chromium)) missing.push(`no Chromium at ${chromium}; set PENSTOCK_CHROMIUM`);
if (process.platform === 'linux' && !process.env.DISPLAY && spawnSync('which', ['Xvfb']).status !== 0) {
  missing.push('no display and no Xvfb');
}
console.log(missing.join('; '));
